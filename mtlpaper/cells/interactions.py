"""How the data of Figure A1 are checked."""

from typing import Any

from mtlpaper.benefit import TheoryUnit
from mtlpaper.cells.benefits import follows, grid, linear, theory_piece
from mtlpaper.cells.checks import At, Checks
from mtlpaper.experiments import interactions


def _finite(params: Any, at: At) -> list[TheoryUnit]:
    units = linear(params, at["n_train"], at["n_train"])
    return [TheoryUnit(unit, "finite", params.n_points) for unit in units]


def _infinite(params: Any, _: At) -> list[TheoryUnit]:
    units = linear(params, params.n_train[-1], params.n_train[-1])
    return [TheoryUnit(unit, "infinite", params.n_points) for unit in units]


CHECKS = Checks(
    pieces=(
        *grid(("n_train",), lambda params, at: linear(params, at["n_train"], at["n_train"])),
        theory_piece("benefit_theory", ("n_train",), _finite),
        theory_piece("benefit_infinite", (), _infinite),
    ),
    derived=(follows, interactions.judged),
)
