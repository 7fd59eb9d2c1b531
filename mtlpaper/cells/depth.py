"""How the data of Figure 3 right are checked."""

from collections.abc import Sequence
from typing import Any

from mtlpaper.cells.benefits import AnyUnit, follows, grid, linear
from mtlpaper.cells.checks import At, Checks
from mtlpaper.experiments import depth


def _units(params: Any, at: At) -> Sequence[AnyUnit]:
    if at["student"] == depth.LINEAR:
        return linear(params, params.n_train, params.n_train)
    return depth.deep_units(params, int(at["student"].split()[0]))


CHECKS = Checks(pieces=grid(("student",), _units), derived=(follows, depth.panels))
