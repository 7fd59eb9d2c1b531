"""Cells of published data: the smallest pieces that can be computed again alone.

Each module ``mtlpaper.cells.<experiment>`` has one constant, `CHECKS`, which says of every variable
of the experiment's data how it is checked. They stand apart from the experiments, so that a change
to a check makes no run old; they are imported when first asked for, as most of them need torch.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from mtlpaper.cells.checks import At, Checks, Difference, Piece
from mtlpaper.cells.tolerances import Tolerance

#: Experiments whose data nothing computes again, with the reason.
UNCHECKED: Mapping[str, str] = {}

__all__ = ["UNCHECKED", "At", "Checks", "Difference", "Piece", "Tolerance", "checks_of"]


def checks_of(experiment: str) -> Checks:
    """Return how an experiment's data are checked.

    Raises
    ------
    LookupError
        If the experiment has no module here.
    """
    name = f"mtlpaper.cells.{experiment}"
    try:
        found = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise LookupError(f"{name} is missing: nothing says how to check {experiment}") from None
    result: Checks = found.CHECKS
    return result
