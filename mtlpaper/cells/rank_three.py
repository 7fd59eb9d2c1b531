"""How the data of Figure A2 are checked."""

from typing import Any

from mtlpaper.benefit import Unit
from mtlpaper.cells.benefits import follows, grid, linear
from mtlpaper.cells.checks import At, Checks
from mtlpaper.experiments import rank_three


def _units(params: Any, at: At) -> list[Unit]:
    return linear(params, at["n_train"], at["n_train"], N3=at["N3"])


CHECKS = Checks(
    pieces=grid(("N3", "n_train"), _units),
    derived=(follows, rank_three.panels),
)
