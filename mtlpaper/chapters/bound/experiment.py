"""Benefits of training-aligned tasks, trained and by the plane flow, and bounds on them."""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from mtlpaper.aligned import FORMS, Bounded, Sample, Tasks, bounded
from mtlpaper.benefit import bootstrap_interval
from mtlpaper.chapters.bound.parameters import BoundOnBenefit
from mtlpaper.chapters.common.aligned_tasks.experiment import (
    auxiliary,
    descent_of,
    interval,
    label_rules,
    setting_of,
)
from mtlpaper.chapters.common.aligned_tasks.parameters import LabelRule
from mtlpaper.chapters.common.labels import BOUND, variable
from mtlpaper.chapters.common.precision import LOSS
from mtlpaper.companion.contract import Cost, Grid, Labels, Stage, Tolerance, Variable

PLANE_FLOW = "plane flow"
_SIDES = Tolerance(
    1e-3, 1e-3, "the sides of a bound move with the look that has the least loss, losses hardly"
)
_GROUP = ("source", "label_rule")
_PAIR = ("seed", "S_B", "r_AB")


def pairs_of(params: BoundOnBenefit, source: str, label_rule: LabelRule, seed: int) -> Bounded:
    """All pairs of one dataset, trained or by the plane flow."""
    setting = setting_of(params, label_rule)
    tasks = Tasks(setting, params.S_A, params.S_B, params.r_AB, seed)
    return Bounded(tasks, _samples(params).get(source))


def _samples(params: BoundOnBenefit) -> dict[str, Sample]:
    descent = descent_of(params)
    return {f"N = {n}": Sample(n, descent, params.n_looks, params.n_points) for n in params.n_train}


def measure(params: BoundOnBenefit, _: xr.Dataset) -> Iterator[Grid]:
    """Benefits over sweeps of r_AB and S_B, with both sides of every form of the bound."""
    pair, by_form = _PAIR[1:], ("form", *_PAIR[1:])
    error = "standard error of the averages"
    margin = "how far the benefit is from lying clearly outside"
    yield Grid(
        {
            "source": Labels((*_samples(params), PLANE_FLOW), "where pairs are from"),
            "label_rule": label_rules(params),
            "seed": Labels(range(params.n_seeds), "number of the dataset"),
        },
        lambda **at: pairs_of(params, **at),
        bounded,
        {
            "MT": Variable(pair, "multitask benefit", "nats", LOSS),
            "MT_error": Variable(pair, error, "nats", LOSS, of="error"),
            "lower": Variable(by_form, "lower side of the bound", "nats", _SIDES),
            "upper": Variable(by_form, "upper side of the bound", "nats", _SIDES),
            "margin": Variable(by_form, margin, "nats", _SIDES),
        },
        {"form": variable("form", list(FORMS), "form of the bound"), **auxiliary(params)},
        _cost,
    )


def _cost(unit: Bounded) -> Cost:
    tasks, sample = unit.tasks, unit.sample
    n_pairs = len(tasks.S_B) * len(tasks.r_AB)
    if sample is None:
        return Cost(0.1 * n_pairs, networks=n_pairs)
    N1, N3, n = tasks.setting.N1, tasks.setting.N3, sample.n_train
    steps = tasks.setting.t_end / sample.descent.learning_rate
    averages, training = 2 * n_pairs * N3 * sample.n_points, n * (3 * N1 + 2 * n_pairs * N3)
    return Cost(
        0.1 * n_pairs + 2e-4 * steps,
        n_pairs * steps * 12.0 * N1 * N3 * n,
        2 * n_pairs,
        8 * (averages + training),
    )


def derive(params: BoundOnBenefit, data: xr.Dataset) -> xr.Dataset:
    """Count the pairs outside, and compute how tight the bound is.

    Returns
    -------
    xarray.Dataset
        `outside` over (source, label_rule, seed, form, S_B, r_AB), 1 where the margin is negative;
        `violation` over (bound, source, label_rule, form), the share of pairs outside, and `worst`
        over (source, label_rule, form), the largest distance outside; over (bound, source,
        label_rule) the `tightness`, `benefit_unrelated` and `benefit_weak`.
    """
    return xr.Dataset(_violations(data) | _effects(params, data), {"bound": BOUND})


def _violations(data: xr.Dataset) -> dict[str, xr.Variable]:
    margin, by_form = data["margin"], (*_GROUP, "form")
    outside = (margin < 0).astype(float)
    what = "share of pairs whose benefit lies outside the bound"
    share = interval(outside.mean(["S_B", "r_AB"]), "seed", by_form, what)
    sides = [data["lower"] - data["MT"], data["MT"] - data["upper"]]
    worst = xr.concat(sides, dim="side").max(("side", *_PAIR)).transpose(*by_form)
    farthest = "farthest outside of any pair; negative is inside"
    return {
        "outside": variable(
            tuple(map(str, margin.dims)), outside.values, "whether the benefit lies outside"
        ),
        "violation": share.copy(data=share.values.clip(0, 1)),
        "worst": variable(by_form, worst.values, farthest, "nats"),
    }


def _effects(params: BoundOnBenefit, data: xr.Dataset) -> dict[str, xr.Variable]:
    MT, gap = data["MT"], (data["upper"] - data["lower"]).sel(form="general")

    def mean(samples: xr.DataArray, what: str) -> xr.Variable:
        return interval(samples, "seed", _GROUP, what, "nats")

    weak = MT.sel(r_AB=params.weak)
    weak = weak.isel(S_B=-1) - weak.isel(S_B=0)
    return {
        "tightness": variable(
            ("bound", *_GROUP),
            _tightness(gap, MT, params.least_benefit),
            "gap of the general bound over |MT|, median over pairs",
        ),
        "benefit_unrelated": mean(
            MT.isel(r_AB=0).mean("S_B"), "benefit of unrelated tasks, mean over S_B"
        ),
        "benefit_weak": mean(weak, "benefit of weakly related tasks, largest less least S_B"),
    }


def _tightness(gap: xr.DataArray, MT: xr.DataArray, least: float) -> np.ndarray:
    """Medians over the pairs with a benefit of at least `least`, with intervals over datasets.

    Parameters
    ----------
    gap, MT : xarray.DataArray
        Over (source, label_rule, seed, S_B, r_AB).
    least : float
        Least benefit, in nats.

    Returns
    -------
    (bound, source, label_rule) array
    """
    size = abs(MT)
    ratio = gap / size.where(size >= least)
    medians = ratio.median(["S_B", "r_AB"]).transpose("source", "label_rule", "seed").values
    out = np.full((3, *medians.shape[:2]), np.nan)
    for at in np.ndindex(medians.shape[:2]):
        known = medians[at][~np.isnan(medians[at])]
        if known.size >= 2:
            out[(slice(None), *at)] = bootstrap_interval(known)
    return out


STAGES = (Stage(measure, derive),)
