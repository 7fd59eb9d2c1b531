"""Figure 3 left and Figure A3: the benefit over numbers of auxiliary points."""

from collections.abc import Iterator

import xarray as xr

from mtlpaper.chapters.auxiliary_data.parameters import AuxiliaryData
from mtlpaper.chapters.common.two_tasks.experiment import (
    benefits,
    grid,
    linear,
    main_tasks,
    points,
    seeds,
)
from mtlpaper.chapters.common.two_tasks.segments import (
    effects,
    high_main_tasks,
    segments,
    snr_coordinates,
)
from mtlpaper.companion.contract import Grid, Stage


def measure(params: AuxiliaryData, _: xr.Dataset) -> Iterator[Grid]:
    """Every network, over numbers of auxiliary points."""
    yield grid(
        {
            "seed": seeds(params),
            "n_aux": points(params.n_aux, "auxiliary"),
            "S_A": main_tasks(params),
        },
        lambda seed, n_aux, S_A: linear(params, params.n_train, n_aux, S_A, seed),
        params,
    )


def derive(params: AuxiliaryData, data: xr.Dataset) -> xr.Dataset:
    """Average the benefits as the figure does.

    Returns
    -------
    xarray.Dataset
        What `benefits` gives; of the high-SNR main tasks the line segments `MT_left` over (bound,
        n_aux, snr, r_AB) with their `effect_left`, and `growth_left`, how much larger each effect
        is with the most auxiliary points than with the fewest.
    """
    found = benefits(params, data)
    benefit = found["benefit"].sel(rule="test", S_A=high_main_tasks(params))
    first, last = benefit.isel(n_aux=0, drop=True), benefit.isel(n_aux=-1, drop=True)
    return found.assign(
        MT_left=segments(params, benefit, over=["S_A"]),
        effect_left=effects(params, benefit, over=["S_A"]),
        growth_left=effects(params, last - first, over=["S_A"]),
    ).assign_coords(snr_coordinates())


STAGES = (Stage(measure, derive),)
