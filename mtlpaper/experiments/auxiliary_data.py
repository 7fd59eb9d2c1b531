"""Figure 3 left and Figure A3: the benefit over numbers of auxiliary points."""

import xarray as xr

from mtlpaper.experiments.benefits import (
    effects,
    high_main_tasks,
    measured,
    segments,
    snr_coordinates,
)
from mtlpaper.settings.auxiliary_data import AuxiliaryData


def compute(params: AuxiliaryData) -> xr.Dataset:
    """Train every network and average as the figure does.

    Returns
    -------
    xarray.Dataset
        What `measured` gives over (n_aux, S_A, S_B, r_AB), and the line segments `MT_left` of the
        high-SNR main tasks over (bound, n_aux, snr, r_AB), with their `effect_left`.
    """
    data = measured(params, [(params.n_train, n) for n in params.n_aux], "n_aux")
    high = high_main_tasks(params)
    benefit = data["benefit"].sel(rule="test", S_A=high)
    return data.assign(
        MT_left=segments(params, benefit, over=["S_A"]),
        effect_left=effects(params, benefit, over=["S_A"]),
    ).assign_coords(snr_coordinates())
