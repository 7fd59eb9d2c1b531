"""Prediction of benefits from one number, by fits to other families of tasks.

The last axis of predictors and benefits is the task; the places of the leading axes are fitted
independently.
"""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Bool, Float
from scipy.optimize import isotonic_regression

Fit = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def coefficients(
    x: Float[np.ndarray, "*#fit task"], y: Float[np.ndarray, "*#fit task"]
) -> tuple[np.ndarray, np.ndarray]:
    """Intercept and slope of the least-squares line; slope 0 where `x` does not vary.

    The axes before the last are broadcast against each other.
    """
    dx = x - x.mean(axis=-1, keepdims=True)
    spread = (dx**2).sum(axis=-1)
    # A constant predictor varies by rounding only and has no slope.
    varies = spread > 1e-20 * (1 + (x**2).sum(axis=-1))
    slope = np.where(varies, (dx * y).sum(axis=-1) / np.where(varies, spread, 1.0), 0.0)
    return np.asarray(y.mean(axis=-1) - slope * x.mean(axis=-1)), slope


def line(x: np.ndarray, y: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Straight line through (x, y), evaluated at `at`."""
    intercept, slope = coefficients(x, y)
    return np.asarray(intercept[..., None] + slope[..., None] * at)


def monotone(x: np.ndarray, y: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Increasing least-squares function through (x, y), evaluated at `at`.

    It interpolates linearly between the predictors it was fitted to, and is constant beyond them.
    """
    lead = y.shape[:-1]
    flat = [np.broadcast_to(v, (*lead, v.shape[-1])).reshape(-1, v.shape[-1]) for v in (x, y, at)]
    rows = [_monotone(*row) for row in zip(*flat, strict=True)]
    return np.stack(rows).reshape(*lead, at.shape[-1])


def _monotone(x: np.ndarray, y: np.ndarray, at: np.ndarray) -> np.ndarray:
    # Predictors that differ by rounding only count as equal.
    levels, where, counts = np.unique(np.round(x, 12), return_inverse=True, return_counts=True)
    means = np.bincount(where, y) / counts
    return np.interp(at, levels, isotonic_regression(means, weights=counts).x)


def left_out(
    fit: Fit,
    x: Float[np.ndarray, "*#fit task"],
    y: Float[np.ndarray, "*#fit task"],
    families: Sequence[str],
) -> Float[np.ndarray, "*#fit task"]:
    """Predict every family of tasks by a fit through all the others.

    Parameters
    ----------
    fit : callable
        `line` or `monotone`.
    x, y : (..., task) arrays
        Predictor and benefit; leading axes are broadcast.
    families : sequence of str
        Family of every task; at least two different ones.
    """
    of = np.asarray(families)
    predicted = np.empty(np.broadcast_shapes(x.shape, y.shape))
    for family in dict.fromkeys(families):
        out = of == family
        predicted[..., out] = fit(x[..., ~out], y[..., ~out], x[..., out])
    return predicted


def right_signs(
    predicted: Float[np.ndarray, "*#fit task"],
    y: Float[np.ndarray, "*#fit task"],
    clear: Bool[np.ndarray, " task"],
) -> Float[np.ndarray, "*rest"]:
    """Share of the clear benefits whose sign is predicted; NaN if none is clear."""
    right = (np.sign(predicted) == np.sign(y))[..., clear]
    return np.asarray(right.mean(axis=-1) if clear.any() else np.full(right.shape[:-1], np.nan))


def crossing(x: Float[np.ndarray, "*#fit task"], y: Float[np.ndarray, "*#fit task"]) -> np.ndarray:
    """Value of the predictor at which the benefit changes from harm to help.

    It is where the increasing least-squares function through (x, y) passes zero, taken as straight
    between the last task of harm and the first of help; NaN if the function has one sign. Tasks of
    harm are those up to which the sum of benefits, in the order of the predictor, is least.
    """
    x, y = np.broadcast_arrays(x, y)
    order = np.argsort(x, axis=-1, kind="stable")
    x, y = (np.take_along_axis(part, order, axis=-1) for part in (x, y))
    total = np.cumsum(y, axis=-1)
    # Predictors that differ by rounding only count as equal, and are not parted.
    parts = np.diff(x, axis=-1) > 1e-12
    last = np.where(parts, total[..., :-1], np.inf).argmin(axis=-1)[..., None]
    task = np.arange(x.shape[-1])
    ends = np.concatenate([parts, np.ones_like(parts[..., :1])], axis=-1)
    starts = np.concatenate([np.ones_like(parts[..., :1]), parts], axis=-1)
    least = np.take_along_axis(total, last, axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        before = np.where(starts & (task <= last), (least - total + y) / (last - task + 1), -np.inf)
        after = np.where(ends & (task > last), (total - least) / (task - last), np.inf)
    low, high = before.max(axis=-1), after.min(axis=-1)
    x_low, x_high = (np.take_along_axis(x, last + k, axis=-1)[..., 0] for k in (0, 1))
    parted = (low < 0) & (high > 0) & parts.any(axis=-1)
    step = np.where(parted, high - low, 1.0)
    return np.where(parted, x_low - low * (x_high - x_low) / step, np.nan)
