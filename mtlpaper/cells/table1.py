"""How the data of Table 1 are checked."""

from typing import Any

from mtlpaper.benefit import TheoryUnit
from mtlpaper.cells.benefits import follows, grid, linear, theory_piece
from mtlpaper.cells.checks import At, Checks
from mtlpaper.experiments import table1


def _theory(params: Any, at: At) -> list[TheoryUnit]:
    units = linear(params, at["n_train"], at["n_train"])
    return [TheoryUnit(unit, "finite", params.n_points) for unit in units]


CHECKS = Checks(
    pieces=(
        *grid(("n_train",), lambda params, at: linear(params, at["n_train"], at["n_train"])),
        theory_piece("benefit_theory", ("n_train",), _theory),
    ),
    derived=(follows, table1.judged),
)
