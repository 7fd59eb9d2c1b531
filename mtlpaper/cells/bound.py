"""How the data of the page on the bound are checked."""

from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.cells.checks import At, Checks, Piece
from mtlpaper.cells.precision import LOSS
from mtlpaper.cells.tolerances import Tolerance
from mtlpaper.experiments import bound
from mtlpaper.experiments.bound_pairs import flow_compared, trained_compared
from mtlpaper.settings.bound import BoundOnBenefit

_SIDES = Tolerance(
    1e-3, 1e-3, "the sides of a bound move with the look that has the least loss, losses hardly"
)
_WORDS = Tolerance(0.0, 0.5, "inside or outside")


def _pairs(params: BoundOnBenefit, at: At) -> dict[str, Any]:
    rule, source = at["label_rule"], at["source"]
    if source == bound.PLANE_FLOW:
        found = flow_compared(params, rule)
    else:
        found = trained_compared(params, rule, int(source.removeprefix("N = ")))
    fields = {name: getattr(found, name) for name in ("MT", "lower", "upper", "outside")}
    return fields | {"MT_error": found.error}


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
        ),
    ),
    derived=(_summaries,),
)
