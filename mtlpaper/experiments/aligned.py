"""Two training-aligned tasks: noisy spectra, singular values in time, maps of what B does to A."""

import numpy as np
import xarray as xr

from mtlpaper.experiments.aligned_flows import drawn_effects, predicted_maps
from mtlpaper.experiments.aligned_spectra import spectra
from mtlpaper.experiments.aligned_trained import trained_curves
from mtlpaper.experiments.labels import bound_coordinate, variable
from mtlpaper.settings.aligned import Aligned


def compute(params: Aligned) -> xr.Dataset:
    """Draw spectra, integrate the plane flow over the grid, and check it against training.

    Returns
    -------
    xarray.Dataset
        What `spectra`, `predicted_maps`, `drawn_effects` and `trained_curves` give.
    """
    coordinates = xr.Dataset(
        coords={
            "label_rule": variable("label_rule", list(params.label_rules), "label rule"),
            "S_A": variable("S_A", list(params.S_A), "singular value of the main task's teacher"),
            "S_B": variable(
                "S_B", list(params.S_B), "singular value of the auxiliary task's teacher"
            ),
            "r_AB": variable("r_AB", list(params.r_AB), "relatedness"),
            "rho": variable("rho", np.array(params.rho), "overlap of unrelated tasks' heads"),
            "weak": variable((), params.weak, "relatedness that counts as weak"),
            **bound_coordinate(),
        },
    )
    parts = (spectra(params), predicted_maps(params), drawn_effects(params), trained_curves(params))
    return xr.merge([coordinates, *parts], combine_attrs="drop_conflicts", join="exact")
