"""Figure 3 left and Figure A3: the benefit over numbers of auxiliary points."""

from collections.abc import Iterator

import xarray as xr

from mtlpaper.chapters.auxiliary_data.parameters import AuxiliaryData
from mtlpaper.chapters.common.two_tasks.experiment import (
    compared,
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
from mtlpaper.chapters.common.two_tasks.sources import at, settings
from mtlpaper.companion.contract import Grid, Stage
from mtlpaper.documents.lee2019 import published


def measure(params: AuxiliaryData, _: xr.Dataset) -> Iterator[Grid]:
    """Every network at both settings, over numbers of auxiliary points."""
    yield grid(
        {
            "setting": settings(),
            "seed": seeds(params),
            "n_aux": points(params.n_aux, "auxiliary"),
            "S_A": main_tasks(params),
        },
        lambda setting, seed, n_aux, S_A: linear(
            at(params, setting), params.n_train, n_aux, S_A, seed
        ),
        params,
    )


def derive(params: AuxiliaryData, data: xr.Dataset) -> xr.Dataset:
    """Average the benefits as the figure does.

    Returns
    -------
    xarray.Dataset
        What `compared` gives; of the high-SNR main tasks the line segments `MT_left` over
        (bound, source, n_aux, snr, r_AB) with their `effect_left`, and `growth_left`, how much
        larger each effect is with the most auxiliary points than with the fewest.
    """
    found, benefit, cells = compared(params, data, published.load("auxiliary"))
    high = {"S_A": high_main_tasks(params)}
    main, main_cells = benefit.sel(high), cells.sel(high)
    return found.assign(
        MT_left=segments(params, main, ["S_A"], main_cells),
        effect_left=effects(params, main, ["S_A"], main_cells),
        growth_left=effects(params, _growth(main), ["S_A"], _growth_of_cells(main_cells)),
    ).assign_coords(snr_coordinates())


def _growth(benefit: xr.DataArray) -> xr.DataArray:
    return benefit.isel(n_aux=-1, drop=True) - benefit.isel(n_aux=0, drop=True)


def _growth_of_cells(cells: xr.Dataset) -> xr.Dataset:
    """The same of published cells, which are taken as independent."""
    error = (cells["MT_se"].isel(n_aux=[0, -1]) ** 2).sum("n_aux", skipna=False) ** 0.5
    return xr.Dataset({"MT": _growth(cells["MT"]), "MT_se": error})


STAGES = (Stage(measure, derive),)
