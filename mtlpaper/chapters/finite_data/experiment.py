"""Soft labels at any ratio of inputs to training points: three theories against SGD."""

from collections.abc import Iterator

import xarray as xr

from mtlpaper.chapters.common.labels import BOUND, variable
from mtlpaper.chapters.common.single_task.experiment import (
    classes,
    cost,
    curves_of,
    gaps,
    recorded,
    setting_of,
)
from mtlpaper.chapters.finite_data.parameters import FiniteData
from mtlpaper.companion.contract import FLOW, Grid, Labels, Stage, Variable
from mtlpaper.dynamics import Curve, Curves, curves

CURVES: tuple[Curve, ...] = ("sgd", "eq3", "T7a", "T7b")
THEORIES = CURVES[1:]


def measure(params: FiniteData, _: xr.Dataset) -> Iterator[Grid]:
    """Train and integrate for every number of inputs."""

    def unit(N1: int, N3: int) -> Curves:
        return curves_of(params, setting_of(params, N1=N1, N3=N3), CURVES)

    what = "largest singular value of the student"
    yield Grid(
        {"N1": Labels(params.N1, "number of inputs"), "N3": classes(params)},
        unit,
        curves,
        {"s": Variable(("curve", "seed", "time"), what, tolerance=FLOW)},
        {
            "curve": variable("curve", list(CURVES), "SGD, Eq. (3), (T 7a), (T 7b)"),
            **recorded(params),
        },
        cost,
    )


def derive(_: FiniteData, data: xr.Dataset) -> xr.Dataset:
    """Compute gaps to SGD.

    Returns
    -------
    xarray.Dataset
        `gap` over (N1, N3, theory, bound) and `share`, the ratio of the gap of (T 7a) to that of
        Eq. (3), over (N1, N3).
    """
    theories = data["s"].sel(curve=list(THEORIES)).rename(curve="theory")
    gap = gaps(data["s"].sel(curve="sgd"), theories, "largest relative gap to SGD")
    estimate = gap.isel(bound=0)
    share = estimate.isel(theory=THEORIES.index("T7a")) / estimate.isel(theory=0)
    return xr.Dataset(
        {
            "gap": gap,
            "share": variable(("N1", "N3"), share.values, "gap of (T 7a) over gap of Eq. (3)"),
        },
        {
            "theory": variable("theory", list(THEORIES), "Eq. (3), (T 7a), (T 7b)"),
            "bound": BOUND,
        },
    )


STAGES = (Stage(measure, derive),)
