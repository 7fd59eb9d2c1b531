"""Figure 1: the largest singular value by Eq. (3) and by SGD, for each number of classes."""

from collections.abc import Iterator

import xarray as xr

from mtlpaper.chapters.common.labels import BOUND
from mtlpaper.chapters.common.single_task.experiment import (
    classes,
    cost,
    curves_of,
    gaps,
    recorded,
    setting_of,
)
from mtlpaper.chapters.figure1.parameters import Figure1
from mtlpaper.companion.contract import FLOW, Grid, Labels, Stage, Variable
from mtlpaper.dynamics import Curves, curves

_GAP = "largest relative gap of Eq. (3) to SGD"
_OTHERS = ", from other starts"


def measure(params: Figure1, _: xr.Dataset) -> Iterator[Grid]:
    """Train and integrate, from the experiment's start and from others."""

    def unit(N3: int, s0: float = params.s0) -> Curves:
        return curves_of(params, setting_of(params, N3=N3, s0=s0), ("sgd", "eq3"))

    def trajectories(suffix: str = "", where: str = "") -> dict[str, Variable]:
        names = {
            "s_sgd": f"largest singular value of the student, SGD{where}",
            "s_eq3": f"largest singular value, Eq. (3){where}",
        }
        dims = ("seed", "time")
        return {
            "s_sgd" + suffix: Variable(dims, names["s_sgd"], of="s_sgd"),
            "s_eq3" + suffix: Variable(dims, names["s_eq3"], tolerance=FLOW, of="s_eq3"),
        }

    s_hat = {"s_hat": Variable(("seed",), "singular value of the noisy teacher")}
    N3, coords = {"N3": classes(params)}, recorded(params)
    yield Grid(N3, unit, curves, trajectories() | s_hat, coords, cost)
    starts = {"s0": Labels(params.starts, "initial singular value"), **N3}
    yield Grid(starts, unit, curves, trajectories("_start", _OTHERS), coords, cost)


def derive(_: Figure1, data: xr.Dataset) -> xr.Dataset:
    """Compute gaps to SGD.

    Returns
    -------
    xarray.Dataset
        `gap` over (N3, bound), and `gap_start`, the same from other starts, over (s0, N3, bound).
    """
    return xr.Dataset(
        {
            "gap": gaps(data["s_sgd"], data["s_eq3"], _GAP),
            "gap_start": gaps(data["s_sgd_start"], data["s_eq3_start"], _GAP + _OTHERS),
        },
        {"bound": BOUND},
    )


STAGES = (Stage(measure, derive),)
