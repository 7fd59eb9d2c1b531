"""Benefits by the authors' protocol, and with one of its factors changed at a time.

Points are labelled "N" where both tasks have N training points, and "N + N_B" where the auxiliary
task has N_B of its own.
"""

from collections.abc import Iterator

import numpy as np
import xarray as xr
from jaxtyping import Float
from scipy.stats import t as student_t

from mtlpaper.benefit import Unit
from mtlpaper.chapters.common.labels import variable
from mtlpaper.chapters.common.two_tasks.experiment import (
    benefits,
    grid,
    interval,
    linear,
    seeds,
    task_coordinates,
)
from mtlpaper.chapters.common.two_tasks.segments import EFFECTS, effects
from mtlpaper.chapters.common.two_tasks.sources import beside_published, published_cells
from mtlpaper.chapters.confounds.parameters import (
    CHANGES,
    POOLED,
    SCRIPT,
    Confounds,
    reference,
)
from mtlpaper.companion.contract import Grid, Labels, Stage
from mtlpaper.documents.lee2019 import published

#: Standard errors of the five training subsets, and the same widened by the teachers' scatter.
WIDTHS = ("as published", "with other teachers")


def points(params: Confounds) -> dict[str, tuple[int, int]]:
    """Training points of the main and the auxiliary task, by label."""
    together = {f"{n}": (n, n) for n in params.n_train}
    return together | {f"{params.n_main} + {n}": (params.n_main, n) for n in params.n_aux}


def points_at(params: Confounds, setting: str) -> list[str]:
    """Labels of the points at which a setting is trained: those where its factor differs."""
    more = [label for label in points(params) if "+" in label]
    together = [f"{n}" for n in params.n_train]
    return {
        SCRIPT: [*together, *more],
        "2000 epochs": [*together, more[0]],
        "auxiliary weight one": more,
        "noisy training, clean test labels": together,
        "batches, in turn": [*map(str, params.batch_points), more[0]],
        "batches, at once": more[:1],
        POOLED: [*together, *more],
    }[setting]


def measure(params: Confounds, _: xr.Dataset) -> Iterator[Grid]:
    """Networks at every setting, at the points where it differs from the script."""
    numbers = points(params)
    at = {setting: params.at(setting) for setting in Confounds.settings}

    def unit(setting: str, seed: int, point: str) -> Unit | None:
        if point not in points_at(params, setting):
            return None
        return linear(at[setting], *numbers[point], params.S_A[0], seed)

    over = {
        "setting": Labels(tuple(at), "what is changed of the authors' protocol"),
        "seed": seeds(params),
        "point": Labels(tuple(numbers), "training points: of each task, or of both"),
    }
    yield grid(over, unit, params)


def derive(params: Confounds, data: xr.Dataset) -> xr.Dataset:
    """Compare every setting with the script's, paired by dataset, and with the published cells.

    Returns
    -------
    xarray.Dataset
        `MT` over (bound, source, point, S_B, r_AB), `L_single` over (bound, source, point) and the
        differences `MT_effect` between ends of segments over (bound, source, point, effect), where
        source is "published" or a setting; the `difference` of a changed setting's benefit from
        its `reference` over (bound, change, point, S_B, r_AB); `at_end` over (setting, point), the
        share of networks whose loss is least at the end of training; `scatter` over (bound, point),
        the ratio of the standard error over teachers to that over subsets of one pool, and
        `scatter_all` over all points; `published_effect` over (bound, width, point, effect).
    """
    found = benefits(params, data)
    benefit = found["benefit"].sel(rule="test", drop=True)
    cells = _published(params)
    before = benefit.sel(setting=[reference(change) for change in CHANGES])
    change = benefit.sel(setting=CHANGES) - before.assign_coords(setting=CHANGES)
    change = change.transpose("seed", "setting", ...)
    apart, pooled = (
        benefit.sel(setting=s).transpose("point", "seed", ...).values for s in (SCRIPT, POOLED)
    )
    ratios = [scatter_ratio(*pair) for pair in zip(apart, pooled, strict=True)]
    everywhere = scatter_ratio(apart.swapaxes(0, 1), pooled.swapaxes(0, 1))
    effect = effects(params, benefit, published=cells)
    t, t_end = data["t"], data["t_end"]
    at_end = (t == t_end).where(np.isfinite(t)).mean(["seed", "net"])
    what = "standard error over teachers over that over subsets of one pool"
    return xr.Dataset(
        {
            "MT": _beside(found, cells, "MT"),
            "L_single": _beside(found, cells, "L_single"),
            "difference": interval(
                ("seed", "change", "point", "S_B", "r_AB"),
                change.values,
                "benefit minus that without the change",
            ),
            "MT_effect": effect,
            "at_end": variable(
                ("setting", "point"),
                at_end.transpose("setting", "point").values,
                "share of networks whose loss is least at the end of training",
            ),
            "scatter": variable(("bound", "point"), np.transpose(ratios), what),
            "scatter_all": variable("bound", everywhere, f"{what}, all points"),
            "published_effect": _widened(effect, everywhere[0]),
        },
        {
            "bound": found["bound"].variable,
            "source": variable("source", ["published", *Confounds.settings], "whose numbers"),
            "change": variable("change", CHANGES, "what is changed of the authors' protocol"),
            "effect": variable("effect", list(EFFECTS), "difference between segments' ends"),
            "width": variable("width", list(WIDTHS), "what the interval contains"),
            **task_coordinates(params),
        },
    )


def scatter_ratio(
    apart: Float[np.ndarray, "dataset *cell"], pooled: Float[np.ndarray, "dataset *cell"]
) -> Float[np.ndarray, " bound"]:
    """Ratio of the standard deviations of two independent samples, with a 95 % interval.

    Variances are means over cells. The interval is that of the ratio's logarithm by the jackknife,
    with Student's quantile.

    Parameters
    ----------
    apart, pooled : (dataset, ...) arrays
        At least three datasets each.

    Returns
    -------
    (3,) array
        Estimate, lower and upper end.
    """
    log, variance = 0.0, 0.0
    for sign, samples in ((1, apart), (-1, pooled)):
        n = len(samples)
        without = [_log_deviation(np.delete(samples, i, axis=0)) for i in range(n)]
        log += sign * _log_deviation(samples)
        variance += (n - 1) * float(np.var(without))
    half = float(student_t.ppf(0.975, len(apart) - 1)) * variance**0.5
    return np.exp([log, log - half, log + half])


def _log_deviation(samples: np.ndarray) -> float:
    return 0.5 * float(np.log(samples.var(axis=0, ddof=1).mean()))


def _published(params: Confounds) -> xr.Dataset:
    """The published cells at our points; NaN where nothing is published."""
    tasks = {"S_A": params.S_A, "S_B": params.S_B, "r_AB": params.r_AB}
    more = published.load("auxiliary")
    more = more.where(more["n_train"] == params.n_main).drop_vars("n_train")
    parts = [
        published_cells(published.load("rank-10"), n_train=params.n_train, **tasks).rename(
            n_train="point"
        ),
        published_cells(more, n_aux=params.n_aux, **tasks).rename(n_aux="point"),
    ]
    joined = xr.concat(parts, "point", data_vars="all").isel(S_A=0)
    return joined.assign_coords(point=list(points(params))).transpose("point", ...)


def _beside(found: xr.Dataset, cells: xr.Dataset, name: str) -> xr.Variable:
    return beside_published(
        found[name].variable, cells[name].variable, cells[f"{name}_se"].variable
    )


def _widened(effect: xr.Variable, factor: float) -> xr.Variable:
    """Published differences with their own intervals, and with intervals `factor` as wide."""
    of = effect.isel(source=0)
    middle = of.values[0]
    both = [middle + width * (of.values - middle) for width in (1.0, factor)]
    what = "published difference between segments' ends"
    return variable(("bound", "width", "point", "effect"), np.stack(both, axis=1), what, "nats")


STAGES = (Stage(measure, derive),)
