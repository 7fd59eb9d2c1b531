"""Figure A2: the benefit with teachers of rank three."""

from collections.abc import Iterator

import xarray as xr

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
from mtlpaper.chapters.rank_three.parameters import RankThree
from mtlpaper.companion.contract import Grid, Stage
from mtlpaper.documents.lee2019 import published


def measure(params: RankThree, _: xr.Dataset) -> Iterator[Grid]:
    """Every network at both settings."""
    yield grid(
        {
            "setting": settings(),
            "seed": seeds(params),
            "n_train": points(params.n_train),
            "S_A": main_tasks(params),
        },
        lambda setting, seed, n_train, S_A: linear(
            at(params, setting), n_train, n_train, S_A, seed
        ),
        params,
    )


def derive(params: RankThree, data: xr.Dataset) -> xr.Dataset:
    """Average the benefits as Figure 2 does.

    Returns
    -------
    xarray.Dataset
        What `compared` gives; the line segments `MT_left` over (bound, source, n_train, S_A,
        snr, r_AB), and `MT_right` of the high-SNR main tasks over (bound, source, n_train, snr,
        r_AB), with their `effect_right`.
    """
    found, benefit, cells = compared(params, data, published.load("rank-3"))
    high = {"S_A": high_main_tasks(params)}
    main, main_cells = benefit.sel(high), cells.sel(high)
    return found.assign(
        MT_left=segments(params, benefit, published=cells),
        MT_right=segments(params, main, ["S_A"], main_cells),
        effect_right=effects(params, main, ["S_A"], main_cells),
    ).assign_coords(snr_coordinates())


STAGES = (Stage(measure, derive),)
