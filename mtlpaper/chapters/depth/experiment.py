"""Figure 3 right and Figure A4: deep ReLU students, and a shallow linear one beside them."""

from collections.abc import Iterator

import xarray as xr

from mtlpaper.benefit import DeepUnit, Unit
from mtlpaper.chapters.common.two_tasks.experiment import (
    benefits,
    deep,
    grid,
    interval,
    linear,
    main_tasks,
    seeds,
)
from mtlpaper.chapters.common.two_tasks.segments import (
    effects,
    high_main_tasks,
    segments,
    snr_coordinates,
)
from mtlpaper.chapters.depth.parameters import Depth
from mtlpaper.companion.contract import Grid, Labels, Stage

LINEAR = "linear"


def measure(params: Depth, _: xr.Dataset) -> Iterator[Grid]:
    """Deep students of every depth, and linear ones on the same data."""
    depths = {f"{depth} ReLU": depth for depth in params.depth}

    def unit(student: str, seed: int, S_A: float) -> Unit | DeepUnit:
        if student == LINEAR:
            return linear(params, params.n_train, params.n_train, S_A, seed)
        return deep(params, params.n_train, S_A, seed, depths[student], params.deep_learning_rate)

    over = {
        "student": Labels([LINEAR, *depths], "hidden layers"),
        "seed": seeds(params),
        "S_A": main_tasks(params),
    }
    yield grid(over, unit, params)


def derive(params: Depth, data: xr.Dataset) -> xr.Dataset:
    """Average the benefits as the figure does.

    Returns
    -------
    xarray.Dataset
        What `benefits` gives, `share` and `n_networks` for each student; of the high-SNR main
        tasks the line segments `MT_right` over (bound, student, snr, r_AB), their `effect_right`,
        and `shift`, the benefit averaged over tasks minus that of the linear student, over
        (bound, student).
    """
    found = benefits(params, data, keep=["student"])
    benefit = found["benefit"].sel(rule="test", S_A=high_main_tasks(params))
    mean = benefit.mean(["S_A", "S_B", "r_AB"])
    shift = (mean - mean.sel(student=LINEAR)).transpose("seed", "student")
    what = "mean benefit minus that of the linear student"
    return found.assign(
        MT_right=segments(params, benefit, over=["S_A"]),
        effect_right=effects(params, benefit, over=["S_A"]),
        shift=interval(("seed", "student"), shift.values, what),
    ).assign_coords(snr_coordinates())


STAGES = (Stage(measure, derive),)
