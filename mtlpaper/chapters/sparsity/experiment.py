"""Shares of pairs of regressions whose inputs in use are recovered, and where they pass a half."""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from mtlpaper.benefit import bootstrap_interval, resampled_interval
from mtlpaper.chapters.common.labels import BOUND, variable
from mtlpaper.chapters.sparsity.parameters import Sparsity
from mtlpaper.companion.contract import Cost, Grid, Labels, Stage, Tolerance, Variable
from mtlpaper.methods.support import Support, half_recovered, support

#: Norms of a row of coefficients, by their names in `mtlpaper.methods.support`.
NORMS = {"l1": "l1", "l2": "l1/l2", "linf": "l1/linf"}
#: Signs of the two tasks' coefficients, where all inputs in use are shared.
SIGNS = ("equal", "half opposite")
_RESAMPLES = 1000
_COUNTED = Tolerance(0.0, 0.5, "recovered or not")


def measure(params: Sparsity, _: xr.Dataset) -> Iterator[Grid]:
    """Tasks with inputs of their own over overlaps, and tasks with the same inputs over signs."""

    def unit(n_inputs: int, theta: float, shared: int, signs: str = "") -> Support:
        n = max(2, round(theta * _scale(n_inputs, params.n_used)))
        how = (bool(signs), signs == SIGNS[1], params.label_noise, params.strength)
        return Support(n_inputs, params.n_used, shared, n, *how, params.n_pairs, params.seed)

    p = Labels(params.n_inputs, "inputs")
    theta = Labels(params.sample_ratio, "points of each task over s log(p - s)")
    overlaps = {shared / params.n_used: shared for shared in params.n_shared}
    coords = {
        "norm": variable("norm", list(NORMS.values()), "norm of the coefficients"),
        "pair": variable("pair", np.arange(params.n_pairs), "number of the pair of tasks"),
    }
    yield Grid(
        {
            "p": p,
            "overlap": Labels(list(overlaps), "share of a task's inputs that both use"),
            "theta": theta,
        },
        lambda p, overlap, theta: unit(p, theta, overlaps[overlap]),
        support,
        _gives(""),
        coords,
        _cost,
    )
    yield Grid(
        {"p": p, "signs": Labels(SIGNS, "signs of the tasks' coefficients"), "theta": theta},
        lambda p, signs, theta: unit(p, theta, params.n_used, signs),
        support,
        _gives("_same"),
        coords,
        _cost,
    )


def _scale(p: int, s: int) -> float:
    return float(s * np.log(p - s))


def _gives(suffix: str) -> dict[str, Variable]:
    where = ", tasks with the same inputs" if suffix else ""
    return {
        f"recovered{suffix}": Variable(
            ("norm", "pair"),
            f"whether just the inputs in use are recovered{where}",
            "1",
            _COUNTED,
            of="recovered",
        ),
        f"threshold{suffix}": Variable(
            ("norm",), f"number of points at which this changes{where}", of="threshold"
        ),
    }


def _cost(unit: Support) -> Cost:
    return Cost(
        0.1 + 8e-7 * unit.n_trials * (unit.p + 4 * unit.n), bytes=48 * unit.n_trials * unit.p
    )


def derive(params: Sparsity, data: xr.Dataset) -> xr.Dataset:
    """Compute shares that are recovered, and the numbers of points at which they pass a half.

    Returns
    -------
    xarray.Dataset
        For tasks with inputs of their own: the `share` recovered (bound, norm, p, overlap, theta);
        `half` (bound, norm, p, overlap), the theta at which it passes a half, `limit` (norm, p,
        overlap), that of the theory, and `ratio` (bound, block, p, overlap), a block norm's half
        over the lasso's; `crossing` (bound, p), the overlap at which that of l1/linf is one, NaN if
        at none. For tasks with the same inputs: `share_same` (bound, norm, p, signs, theta), and of
        l1/l2 `half_same` (bound, p, signs), `limit_same` (p, signs) and `off_same`, half over
        limit, less one. Intervals are those of resampled pairs.
    """
    theta, n_pairs = np.array(params.sample_ratio), params.n_pairs
    overlap = np.array(params.n_shared) / params.n_used
    own, same = _by_pair(data["recovered"], "overlap"), _by_pair(data["recovered_same"], "signs")

    def halves(shares: np.ndarray) -> np.ndarray:
        return np.apply_along_axis(lambda one: half_recovered(theta, one), -1, shares)

    def ratio(drawn: np.ndarray) -> np.ndarray:
        half = halves(own[drawn].mean(axis=0))
        return np.asarray(half[1:] / half[0])

    limit, limit_same = (_limit(params, data[name]) for name in ("threshold", "threshold_same"))
    half, by_block, crossing, half_same = (
        resampled_interval(statistic, n_pairs, _RESAMPLES)
        for statistic in (
            lambda drawn: halves(own[drawn].mean(axis=0)),
            ratio,
            lambda drawn: np.array([_crossing(overlap, one) for one in ratio(drawn)[-1]]),
            lambda drawn: halves(same[drawn, 1].mean(axis=0)),
        )
    )
    what, at_half = (
        "share of pairs with just the inputs in use",
        "theta at which a half is recovered",
    )
    by_cell, by_signs = ("norm", "p", "overlap"), ("p", "signs")
    return xr.Dataset(
        {
            "share": variable(
                ("bound", *by_cell, "theta"), bootstrap_interval(own).clip(0, 1), what
            ),
            "share_same": variable(
                ("bound", "norm", *by_signs, "theta"), bootstrap_interval(same).clip(0, 1), what
            ),
            "half": variable(("bound", *by_cell), half, at_half),
            "limit": variable(by_cell, limit, "theta at which recovery begins, for many inputs"),
            "ratio": variable(
                ("bound", "block", *by_cell[1:]), by_block, "points for a half, over the lasso's"
            ),
            "crossing": variable(
                ("bound", "p"), crossing, "overlap from which l1/linf needs fewer points"
            ),
            "half_same": variable(("bound", *by_signs), half_same, f"{at_half} by l1/l2"),
            "limit_same": variable(by_signs, limit_same[1], "the same of l1/l2, for many inputs"),
            "off_same": variable(
                ("bound", *by_signs),
                half_same / limit_same[1] - 1,
                "half over limit, less one",
            ),
        },
        {"bound": BOUND, "block": variable("block", list(NORMS.values())[1:], "block norm")},
    )


def _by_pair(recovered: xr.DataArray, cell: str) -> np.ndarray:
    return recovered.transpose("pair", "norm", "p", cell, "theta").values.astype(float)


def _limit(params: Sparsity, threshold: xr.DataArray) -> np.ndarray:
    """Thresholds over s log(p - s), (norm, p, cell)."""
    scale = [_scale(p, params.n_used) for p in params.n_inputs]
    cell = threshold.isel(theta=0).transpose("norm", "p", ...)
    return np.asarray(cell.values / np.array(scale)[:, None])


def _crossing(overlap: np.ndarray, ratio: np.ndarray) -> float:
    """Overlap at which a ratio passes one for the last time, from above; NaN if it does not."""
    above = np.flatnonzero(ratio >= 1)
    if not above.size or above[-1] == ratio.size - 1:
        return float("nan")
    i = above[-1]
    part = (ratio[i] - 1) / (ratio[i] - ratio[i + 1])
    return float(overlap[i] + part * (overlap[i + 1] - overlap[i]))


STAGES = (Stage(measure, derive),)
