"""What papers behind the notes on block-sparse regularisation say of the points that it needs.

Ranges were fixed before there was an interval, and after a look at shares of tasks with inputs of
their own; the threshold of l1/l2 had been tested before with 128 inputs.
"""

from collections.abc import Callable
from typing import Any

import xarray as xr

from mtlpaper.companion.claims import (
    Claim,
    Parts,
    Range,
    effect_of,
    parameter,
    shifted,
)
from mtlpaper.documents.ruder2017 import SHARING

_NAMES = {"block": "", "signs": ""}
_LIMIT = "thresholds are limits of many inputs, so that the largest number of inputs decides"
_SLOW = (
    "That of orthogonal coefficients is approached from above, and slowly as inputs become more."
)
_NOTES = "Block-sparse regularization"


def _at_most_inputs(name: str, **cell: Any) -> Callable[[xr.Dataset], Parts]:
    """A variable at the largest number of inputs."""

    def statistic(data: xr.Dataset) -> Parts:
        return effect_of(name, _NAMES, p=max(parameter(data, "n_inputs")), **cell)(data)

    return statistic


def _claim(figure: str, **fields: Any) -> Claim:
    return Claim(section=SHARING, settings="ours", experiment="sparsity", figure=figure, **fields)


CLAIMS = (
    _claim(
        "fig-sparsity-ratio",
        name="sparse-shared-fewer",
        where=f"{_NOTES}: all models share a small set of features",
        says="Where two tasks use the same inputs, block norms find them from fewer points than "
        "the lasso.",
        expected="points for a half over the lasso's below 1",
        statistic=_at_most_inputs("ratio", overlap=1.0),
        range=Range(high=1.0),
        reason="at 1 both need the same number; the direction alone is claimed",
        control=shifted("ratio", 2.0),
    ),
    _claim(
        "fig-sparsity-ratio",
        name="sparse-apart-more",
        where=f"{_NOTES}; Negahban & Wainwright (2011)",
        says="Where two tasks use no input in common, block norms need more points than the lasso.",
        expected="points for a half over the lasso's above 1",
        statistic=_at_most_inputs("ratio", overlap=0.0),
        range=Range(low=1.0),
        reason="at 1 both need the same number; the direction alone is claimed",
        control=shifted("ratio", -2.0),
    ),
    _claim(
        "fig-sparsity-ratio",
        name="sparse-two-thirds",
        where=f"{_NOTES}; Negahban & Wainwright (2011)",
        says="The norm l1/linf needs fewer points than the lasso only where two tasks share more "
        "than two thirds of their inputs.",
        expected="equal numbers of points at an overlap of 2/3",
        statistic=_at_most_inputs("crossing"),
        range=Range(0.9 * 2 / 3, 1.1 * 2 / 3),
        reason=f"a tenth of it on either side; {_LIMIT}",
        control=shifted("crossing", 0.5),
    ),
    _claim(
        "fig-sparsity-same",
        name="sparse-l2-threshold",
        where=f"{_NOTES}; Obozinski, Wainwright & Jordan (2011)",
        says="With the same inputs in both tasks, the norm l1/l2 succeeds from 2 psi log(p - s) "
        "points on, where psi is s for equal coefficients and s / 2 for orthogonal ones.",
        expected="half of the pairs there",
        statistic=_at_most_inputs("off_same"),
        range=Range(-0.2, 0.2),
        reason=f"a fifth; {_LIMIT}",
        control=shifted("off_same", 1.0),
        explained={"undecided": _SLOW, "partly": _SLOW},
    ),
)
