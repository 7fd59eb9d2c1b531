"""Benefits of training-aligned tasks, trained and by the plane flow, against bounds on them."""

import numpy as np
import xarray as xr
from jaxtyping import Float

from mtlpaper.benefit import bootstrap_interval
from mtlpaper.experiments.bound_pairs import FORMS, Compared, flow_compared, trained_compared
from mtlpaper.experiments.labels import bound_coordinate, variable
from mtlpaper.settings.bound import BoundOnBenefit

_CELL = ("seed", "S_B", "r_AB")
PLANE_FLOW = "plane flow"


def compute(params: BoundOnBenefit) -> xr.Dataset:
    """Measure and compute benefits over sweeps of r_AB and S_B, with both sides of every bound.

    Returns
    -------
    xarray.Dataset
        `MT` and `MT_error` over (source, label_rule, seed, S_B, r_AB), `lower`, `upper` and
        `outside` with the form of the bound before `seed`; `violation` over (bound, source,
        label_rule, form), the share of pairs outside, and `worst`, how far the worst of them is;
        `tightness` over (bound, source, label_rule); `benefit_unrelated`, `benefit_weak` likewise.
    """
    rows = [_row(params, source) for source in range(len(params.n_train) + 1)]
    fields = {
        name: np.stack([[getattr(one, name) for one in row] for row in rows])
        for name in ("MT", "error", "lower", "upper", "outside")
    }
    cell = ("source", "label_rule", *_CELL)
    by_form = ("source", "label_rule", "form", *_CELL)
    return xr.Dataset(
        {
            "MT": variable(cell, fields["MT"], "multitask benefit", "nats"),
            "MT_error": variable(cell, fields["error"], "standard error of the averages", "nats"),
            "lower": variable(by_form, fields["lower"], "lower side of the bound", "nats"),
            "upper": variable(by_form, fields["upper"], "upper side of the bound", "nats"),
            "outside": variable(
                by_form, fields["outside"].astype(float), "whether the benefit lies outside"
            ),
            **summaries(params, fields),
        },
        {
            "source": variable(
                "source",
                [*(f"N = {n}" for n in params.n_train), PLANE_FLOW],
                "where pairs are from",
            ),
            "label_rule": variable("label_rule", list(params.label_rules), "label rule"),
            "form": variable("form", list(FORMS), "form of the bound"),
            "seed": variable("seed", np.arange(params.n_seeds), "number of the dataset"),
            "S_B": variable("S_B", list(params.S_B), "singular value of B's teacher"),
            "r_AB": variable("r_AB", list(params.r_AB), "relatedness"),
            **bound_coordinate(),
        },
    )


def _row(params: BoundOnBenefit, source: int) -> list[Compared]:
    """One source under each label rule; the last source is the plane flow."""
    if source == len(params.n_train):
        return [flow_compared(params, rule) for rule in params.label_rules]
    return [trained_compared(params, rule, params.n_train[source]) for rule in params.label_rules]


def summaries(params: BoundOnBenefit, fields: dict[str, np.ndarray]) -> dict[str, xr.Variable]:
    """What follows from the pairs: see `compute`; `fields` are over its dimensions."""
    MT, lower, upper = (fields[name] for name in ("MT", "lower", "upper"))
    per_seed = fields["outside"].mean(axis=(-2, -1))  # (source, label_rule, form, seed)
    worst = np.maximum(lower - MT[:, :, None], MT[:, :, None] - upper).max(axis=(-3, -2, -1))
    general = FORMS.index("general")
    gap = (upper - lower)[:, :, general]
    weak = MT[..., list(params.r_AB).index(params.weak)]
    group = ("bound", "source", "label_rule")
    return {
        "violation": variable(
            (*group, "form"),
            np.clip(bootstrap_interval(_seed_first(per_seed)), 0, 1),
            "share of pairs whose benefit lies outside the bound",
        ),
        "worst": variable(
            (*group[1:], "form"), worst, "farthest outside of any pair; negative is inside", "nats"
        ),
        "tightness": variable(
            group,
            _tightness(gap, MT, params.least_benefit),
            "gap of the general bound over |MT|, median over pairs",
        ),
        "benefit_unrelated": variable(
            group,
            bootstrap_interval(_seed_first(MT[..., 0].mean(axis=-1))),
            "benefit of unrelated tasks, mean over S_B",
            "nats",
        ),
        "benefit_weak": variable(
            group,
            bootstrap_interval(_seed_first(weak[..., -1] - weak[..., 0])),
            "benefit of weakly related tasks, largest less least S_B",
            "nats",
        ),
    }


def _seed_first(samples: np.ndarray) -> np.ndarray:
    return np.moveaxis(samples, -1, 0)


def _tightness(
    gap: Float[np.ndarray, "source rule seed S_B r_AB"],
    MT: Float[np.ndarray, "source rule seed S_B r_AB"],
    least: float,
) -> Float[np.ndarray, "bound source rule"]:
    """Medians over the pairs with a benefit above `least`, with intervals over the datasets."""
    out = np.full((3, *MT.shape[:2]), np.nan)
    for index in np.ndindex(MT.shape[:2]):
        medians = _medians(gap[index], np.abs(MT[index]), least)
        if medians.size >= 2:
            out[(slice(None), *index)] = bootstrap_interval(medians)
    return out


def _medians(
    gap: Float[np.ndarray, "seed S_B r_AB"], size: Float[np.ndarray, "seed S_B r_AB"], least: float
) -> Float[np.ndarray, " some"]:
    """Median ratio of gap and size in every dataset that has a pair that counts."""
    return np.array(
        [
            float(np.median(values[large >= least] / large[large >= least]))
            for values, large in zip(gap, size, strict=True)
            if (large >= least).any()
        ]
    )
