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
        high-SNR main tasks over (bound, n_aux, snr, r_AB), with their `effect_left` and
        `growth_left`, how much larger each effect is with the most auxiliary points than with the
        fewest.
    """
    data = measured(params, [(params.n_train, n) for n in params.n_aux], "n_aux")
    return data.assign(panels(params, data)).assign_coords(snr_coordinates())


def panels(params: AuxiliaryData, data: xr.Dataset) -> dict[str, xr.Variable]:
    """Average the benefits of single cells as the figure does."""
    benefit = data["benefit"].sel(rule="test", S_A=high_main_tasks(params))
    first, last = benefit.isel(n_aux=0, drop=True), benefit.isel(n_aux=-1, drop=True)
    return {
        "MT_left": segments(params, benefit, over=["S_A"]),
        "effect_left": effects(params, benefit, over=["S_A"]),
        "growth_left": effects(params, last - first, over=["S_A"]),
    }
