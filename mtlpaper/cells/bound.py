"""How the data of the page on the bound are checked."""

from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.cells.checks import At, Checks, Piece
from mtlpaper.cells.precision import LOSS
from mtlpaper.cells.tolerances import Tolerance
from mtlpaper.experiments import bound
from mtlpaper.experiments.bound_pairs import ERRORS, flow_compared, trained_compared
from mtlpaper.settings.bound import BoundOnBenefit

_SIDES = Tolerance(
    1e-3, 1e-3, "the sides of a bound move with the look that has the least loss, losses hardly"
)
_WORDS = Tolerance(0.0, 0.5, "inside or outside")
#: Pairs closer than this to where one counts as outside may be counted either way. Rounding in
#: float32 moved such pairs by up to 3e-8 nats between processors, and every fifth pair is as close.
_TIE = 1e-6


def _pairs(params: BoundOnBenefit, at: At) -> dict[str, Any]:
    rule, source = at["label_rule"], at["source"]
    if source == bound.PLANE_FLOW:
        found, errors = flow_compared(params, rule), 1.0
    else:
        found, errors = trained_compared(params, rule, int(source.removeprefix("N = "))), ERRORS
    fields = {name: getattr(found, name) for name in ("MT", "lower", "upper")}
    margin = np.minimum(found.MT - found.lower, found.upper - found.MT) + errors * found.error
    outside = np.where(np.abs(margin) < _TIE, at["outside"], found.outside)
    return fields | {"MT_error": found.error, "outside": outside}


def _summaries(params: BoundOnBenefit, data: xr.Dataset) -> dict[str, xr.Variable]:
    fields = {name: data[name].values for name in ("MT", "lower", "upper")}
    fields["outside"] = data["outside"].values.astype(bool)
    fields["error"] = data["MT_error"].values
    return bound.summaries(params, fields)


def _seconds(params: BoundOnBenefit, at: At) -> float:
    cells = params.n_seeds * len(params.S_B) * len(params.r_AB)
    steps = 0 if at["source"] == bound.PLANE_FLOW else params.t_end / params.learning_rate
    return float(0.02 * cells + 1e-4 * np.sqrt(cells) * steps)


CHECKS = Checks(
    pieces=(
        Piece(
            ("source", "label_rule"),
            _pairs,
            {
                "MT": LOSS,
                "MT_error": LOSS,
                "lower": _SIDES,
                "upper": _SIDES,
                "outside": _WORDS,
            },
            _seconds,
            given=("outside",),
        ),
    ),
    derived=(_summaries,),
)
