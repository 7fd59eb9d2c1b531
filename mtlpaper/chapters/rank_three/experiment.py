"""Figure A2: the benefit with teachers of rank three, for two readings of the number of classes."""

from collections.abc import Iterator

import xarray as xr

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
from mtlpaper.chapters.rank_three.parameters import RankThree
from mtlpaper.companion.contract import Grid, Labels, Stage


def measure(params: RankThree, _: xr.Dataset) -> Iterator[Grid]:
    """Every network, for each number of classes."""
    yield grid(
        {
            "N3": Labels(params.N3, "number of classes"),
            "seed": seeds(params),
            "n_train": points(params.n_train),
            "S_A": main_tasks(params),
        },
        lambda N3, seed, n_train, S_A: linear(params, n_train, n_train, S_A, seed, N3=N3),
        params,
    )


def derive(params: RankThree, data: xr.Dataset) -> xr.Dataset:
    """Average the benefits as the figure does.

    Returns
    -------
    xarray.Dataset
        What `benefits` gives, `share` and `n_networks` for each N3; the line segments `MT_left`
        over (bound, N3, n_train, S_A, snr, r_AB) and `MT_right` of the high-SNR main tasks over
        (bound, N3, n_train, snr, r_AB), with their `effect_right`.
    """
    found = benefits(params, data, keep=["N3"])
    benefit = found["benefit"].sel(rule="test")
    high = benefit.sel(S_A=high_main_tasks(params))
    return found.assign(
        MT_left=segments(params, benefit),
        MT_right=segments(params, high, over=["S_A"]),
        effect_right=effects(params, high, over=["S_A"]),
    ).assign_coords(snr_coordinates())


STAGES = (Stage(measure, derive),)
