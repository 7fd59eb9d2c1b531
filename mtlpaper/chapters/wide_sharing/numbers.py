"""Numbers in the prose on who can benefit, and its row on the front page."""

import xarray as xr

from mtlpaper.chapters.common.numbers import at_least, at_most, below, significant
from mtlpaper.chapters.wide_sharing.parameters import (
    CORRELATED,
    DATA,
    DECAY,
    FEATURES,
    KERNEL,
    L1,
    NONE,
    POSTERIORS,
    PROCESS,
    TANGENT,
)
from mtlpaper.companion.registry import Number

QUESTION = "Which wide models learn one task from another?"
ANSWER = (
    "That networks with weight decay do is {wide-l2-couples:s}; that models with a fixed kernel "
    "do not is {wide-kernels-separate:s}; that Bayesian networks do so less and less as they get "
    "wider is {wide-bayes-vanishes:s}."
)
#: First words of sentences whose comparisons no data can turn.
NOT_FROM_DATA = (
    "The density of a trained network",
    "Its most probable parameters",
    "Yet the two answers of one",
    "If the prior of the function stays",
)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give changes of what is learnt in the labels' unit, powers of the width, and errors."""
    change = data["change"]
    slope = data["slope"].sel(bound="estimate")
    excess = data["mean_excess"].sel(bound="estimate")
    both, alone = (data["learnt_posterior"].sel(data=given, drop=True) for given in DATA)
    error = data["error"] / abs(both - alone).max("input")
    wide = data["density_gap"].sel(bound="estimate").isel(width=-1)
    return {
        "decay_low": significant(float(change.sel(model=DECAY).min()), 2),
        "decay_high": significant(float(change.sel(model=DECAY).max()), 2),
        "l1": below(change.sel(model=L1), NONE),
        "kernels": below(change.sel(model=[FEATURES, KERNEL, PROCESS]), NONE),
        "correlated": at_least(float(change.sel(model=CORRELATED).min()), 2),
        "excess_decay": significant(float(excess.sel(penalty=DECAY)), 2),
        "excess_l1": below(excess.sel(penalty=L1), NONE),
        "slope_tangent": float(slope.sel(curve=TANGENT)),
        "slope_weights": float(slope.sel(curve=POSTERIORS[0])),
        "slope_function": float(slope.sel(curve=POSTERIORS[1])),
        "least_effective_percent": at_least(100 * float(data["effective"].min()), 1),
        "error_percent": at_most(100 * float(error.max()), 2),
        "density_gap": below(wide, NONE),
        "widest": int(data["width"].max()),
    }
