"""Rank candidates for a law of the benefit by the errors of their predictions.

The criterion: for every number of points, main task and S_B a candidate predicts the mean benefits
of each family of tasks by a straight line that is fitted to the other families. Its error is the
root mean square over all tasks, S_B, main tasks and numbers of points.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from jaxtyping import Bool, Float

from mtlpaper.benefit import resampling_weights, stretched_interval
from mtlpaper.chapters.common.labels import BOUND, variable
from mtlpaper.chapters.relatedness import laws

#: The candidate that generalises the r_AB of the paper, and the one that is a theory, no overlap.
MEAN_R, FLOW = "mean r", "flow (T 7b)"
#: The fit of the criterion first: a line for each S_B; one line for all; an increasing function.
FITS = ("line", "line for all S_B", "monotone")
_N_RESAMPLES = 500
_GRID = ("n_train", "main", "auxiliary")
_LAW = ("bound", "candidate")
_GROUP = ("candidate", "n_train", "main", "S_B")


@dataclass(frozen=True)
class _Resampled:
    """Mean benefits and candidates: first over all datasets, then in resamples of them.

    Attributes
    ----------
    y : (resample, n_train, main, S_B, task) array
        Benefits in nats.
    x : dict
        Candidates by name, of the same shape, or with one entry for all resamples.
    families : list of str
        Family of every task.
    clear : (n_train * main * S_B * task,) array
        Whether the measured interval excludes zero, the same in all resamples.
    n : int
        Number of datasets.
    """

    y: Float[np.ndarray, "resample n_train main S_B task"]
    x: dict[str, np.ndarray]
    families: list[str]
    clear: Bool[np.ndarray, " place"]
    n: int

    def interval(self, rows: Float[np.ndarray, "resample *place"]) -> np.ndarray:
        """Estimate and interval of a statistic, see `stretched_interval`."""
        return stretched_interval(rows, self.n)


def rank_candidates(data: xr.Dataset, known: Mapping[str, np.ndarray]) -> xr.Dataset:
    """Predict all benefits by every candidate and by the finite-sample theory.

    Parameters
    ----------
    data : xarray.Dataset
        `benefit` and `benefit_theory` over (seed, n_train, main, auxiliary), where S_B varies
        slowest along `auxiliary`; `clear`, and the coordinates `S_B` and `family`.
    known : mapping
        Candidates that depend on the tasks only, (n_train, main, auxiliary) each, by name.

    Returns
    -------
    xarray.Dataset
        `predictor` over (candidate, n_train, main, auxiliary); `law_error`, `law_sign` and
        `law_difference` (from the error of the mean relatedness) over (bound, candidate);
        `family_error` over (bound, left_out, candidate); `fit_error` over (fit, candidate);
        `line` and `crossing` over (coefficient or bound, candidate, n_train, main, S_B);
        `null_error` and `flow_error` over (bound); `best` and `best_share`.
    """
    means = _resampled(data, known)
    predicted = {
        name: laws.left_out(laws.line, x, means.y, means.families) for name, x in means.x.items()
    }
    names, groups = list(predicted), list(dict.fromkeys(means.families))
    errors = _stack(_rms(p - means.y) for p in predicted.values())
    return xr.Dataset(
        {
            "predictor": _predictor(data, known),
            **_laws(means, predicted, errors),
            "family_error": _family_errors(means, predicted, groups),
            "fit_error": variable(
                ("fit", "candidate"),
                [_fit_errors(fit, means) for fit in FITS],
                "rms error for families left out",
                "nats",
            ),
            "line": variable(
                ("coefficient", *_GROUP),
                _lines(means),
                "line through all families",
                "nats",
            ),
            "crossing": variable(
                ("bound", *_GROUP),
                _crossings(means),
                "where on the candidate harm turns into help; none if not in all resamples",
            ),
            **_references(means),
            **_best(names, errors),
        },
        {
            "candidate": variable("candidate", names, "candidate for a law"),
            "left_out": variable("left_out", groups, "family left out"),
            "coefficient": variable("coefficient", ["intercept", "slope"], "coefficient"),
            "fit": variable("fit", list(FITS), "function of the candidate"),
            "bound": BOUND,
        },
    )


def _resampled(data: xr.Dataset, known: Mapping[str, np.ndarray]) -> _Resampled:
    n = data.sizes["seed"]
    weights = np.vstack([np.full(n, 1 / n), resampling_weights(n, _N_RESAMPLES)])
    grid = (data.sizes["n_train"], data.sizes["main"], data.sizes["S_B"], -1)
    y, flow = (
        np.tensordot(weights, data[name].values, axes=1).reshape(len(weights), *grid)
        for name in ("benefit", "benefit_theory")
    )
    return _Resampled(
        y=y,
        x={name: values.reshape(1, *grid) for name, values in known.items()} | {FLOW: flow},
        families=[str(family) for family in data["family"].values[: y.shape[-1]]],
        clear=data["clear"].values.ravel(),
        n=n,
    )


def _predictor(data: xr.Dataset, known: Mapping[str, np.ndarray]) -> xr.Variable:
    values = np.stack([*known.values(), data["benefit_theory"].mean("seed").values])
    return variable(("candidate", *_GRID), values, "value of the candidate (the flow's in nats)")


def _stack(rows: Iterable[np.ndarray]) -> Float[np.ndarray, "resample candidate"]:
    return np.stack(list(rows), axis=-1)


def _rms(residual: Float[np.ndarray, "resample *place"]) -> Float[np.ndarray, " resample"]:
    """Root mean square over all benefits of every resample."""
    return np.asarray(np.sqrt(np.mean(residual.reshape(len(residual), -1) ** 2, axis=1)))


def _laws(
    means: _Resampled,
    predicted: Mapping[str, np.ndarray],
    errors: Float[np.ndarray, "resample candidate"],
) -> dict[str, xr.Variable]:
    seen = means.y.reshape(len(means.y), -1)
    signs = _stack(
        laws.right_signs(p.reshape(seen.shape), seen, means.clear) for p in predicted.values()
    )
    of_mean_r = errors[:, [list(predicted).index(MEAN_R)]]
    difference = means.interval(errors - of_mean_r)
    share = np.clip(means.interval(signs), 0, 1)
    what = "rms error for families left out"
    return {
        "law_error": variable(_LAW, means.interval(errors), what, "nats"),
        "law_sign": variable(_LAW, share, "share of clear benefits with the right sign"),
        "law_difference": variable(_LAW, difference, f"rms error minus that of {MEAN_R}", "nats"),
    }


def _family_errors(
    means: _Resampled, predicted: Mapping[str, np.ndarray], groups: Sequence[str]
) -> xr.Variable:
    of = np.array(means.families)
    rows = [
        _stack(_rms((p - means.y)[..., of == group]) for p in predicted.values())
        for group in groups
    ]
    values = means.interval(np.stack(rows, axis=1))
    dims = ("bound", "left_out", "candidate")
    return variable(dims, values, "rms error in the family left out", "nats")


def _fit_errors(fit: str, means: _Resampled) -> list[float]:
    """Error of every candidate under one of `FITS`, for the mean over all datasets."""
    function = laws.monotone if fit == "monotone" else laws.line
    y, families = means.y[:1], means.families
    if fit == "line for all S_B":
        families = families * y.shape[-2]
        y = y.reshape(*y.shape[:-2], -1)
    return [
        float(_rms(laws.left_out(function, x[:1].reshape(y.shape), y, families) - y)[0])
        for x in means.x.values()
    ]


def _lines(means: _Resampled) -> np.ndarray:
    """Intercept and slope for the mean over all datasets."""
    lines = [laws.coefficients(x[0], means.y[0]) for x in means.x.values()]
    return np.stack([np.stack(line) for line in lines], axis=1)


def _crossings(means: _Resampled) -> np.ndarray:
    """Crossings with intervals, NaN where not all resamples have one."""
    found = [means.interval(laws.crossing(x, means.y)) for x in means.x.values()]
    return np.stack(found, axis=1)


def _references(means: _Resampled) -> dict[str, xr.Variable]:
    """Errors without a fit: without any candidate, and of the flow's own benefits."""
    nothing = laws.left_out(laws.line, np.zeros(len(means.families)), means.y, means.families)
    errors = {
        "null_error": (nothing, "rms error without any candidate"),
        "flow_error": (means.x[FLOW], "rms error of the flow's own benefits"),
    }
    return {
        name: variable("bound", means.interval(_rms(p - means.y)), what, "nats")
        for name, (p, what) in errors.items()
    }


def _best(
    names: Sequence[str], errors: Float[np.ndarray, "resample candidate"]
) -> dict[str, xr.Variable]:
    """The overlap of the least error, and the share of resamples in which it has the least."""
    least = errors[:, [name != FLOW for name in names]].argmin(axis=1)
    share = float(np.mean(least[1:] == least[0]))
    return {
        "best": variable((), names[least[0]], "overlap of the least error"),
        "best_share": variable((), share, "share of resamples in which it is the best"),
    }
