"""What Ruder's overview says of the methods, and hypotheses of ours on rules."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import xarray as xr

from mtlpaper.companion.claims import (
    NEGATIVE,
    POSITIVE,
    Claim,
    Parts,
    Range,
    both,
    effect_of,
    joined,
    negated,
    shifted,
)
from mtlpaper.documents.lee2019.printed import NEGLIGIBLE
from mtlpaper.documents.ours import PROTECTED
from mtlpaper.documents.ruder2017 import SHARING, WEIGHING

#: What benefits are measured against.
_BASELINE: dict[str, Any] = {"against": "tuned baseline"}
_OWN: dict[str, Any] = {"against": "own student"}
#: Rules that change the step of the trunk alone, and rules that weigh the losses.
_TRUNK_ONLY = ("cagrad", "imtl_g", "mgda")
_LOSSES = ("dynamic_weight_average", "famo", "gradnorm", "uncertainty")
_of = partial(
    effect_of,
    names={"technique": "", "reference": "over", "tasks": "", "against": "over"},
)
_DIRECTION = "the direction alone is claimed"
_SAME_PENALTY = (
    "At the optimum of loss and weight decay it is hard sharing: the same maps from the same "
    "squared weights. Early stopping, which keeps the way there, is not tried here."
)
_NO_SIZE = "up to what counts as no benefit on the first paper's axes"


def _hard(data: xr.Dataset, chosen: Callable[[float], bool]) -> Parts:
    """Hard sharing with weight decay, and with early stopping, over tuned single-task students."""
    names = {"hard": "weight decay", "equal": "early stopping"}
    return joined(
        _of("MT", technique=one, r_AB=chosen, **_BASELINE)(data).named(word)
        for one, word in names.items()
    )


def _protects(data: xr.Dataset, technique: str) -> Parts:
    """More than hard sharing brings beside unrelated tasks, and a benefit beside related ones."""
    at: dict[str, Any] = {"technique": technique, **_BASELINE}
    more = _of("beyond", reference="hard", tasks="unrelated", **at)(data)
    related = _of("summary", tasks="related", **at)(data)
    return joined([more.named("unrelated, over hard sharing"), related.named("related")])


def _gated(data: xr.Dataset) -> Parts:
    """The gate's benefit beside related tasks over tuned weights, and beside unrelated ones."""
    kept = _of("beyond", technique="gate", reference="fixed", tasks="related", **_OWN)(data)
    safe = _of("summary", technique="gate", tasks="unrelated", **_OWN)(data)
    return joined([kept.named("related, over tuned weights"), safe.named("unrelated")])


def _claim(section: str, figure: str, **fields: Any) -> Claim:
    fields = {"settings": "ours", "unit": "nats", "where": "no document"} | fields
    return Claim(section=section, experiment="methods", figure=f"fig-methods-{figure}", **fields)


def _decides(name: str, technique: str, explained: Mapping[Any, str], **fields: Any) -> Claim:
    """A claim on a way of sharing that finds out what to share."""
    return _claim(
        SHARING,
        "frontier",
        name=name,
        expected="more than hard sharing if unrelated, and a benefit if related",
        statistic=lambda data: _protects(data, technique),
        range=POSITIVE,
        reason=_DIRECTION,
        control=both(negated("beyond"), negated("summary")),
        explained=explained,
        **fields,
    )


CLAIMS = (
    _claim(
        SHARING,
        "relatedness",
        name="related-tasks-generalise",
        where="Multi-Task Learning, first point",
        says="Sharing a representation with a related task improves generalisation.",
        expected="> 0 at relatedness 1, over a tuned single-task student",
        statistic=lambda data: _hard(data, lambda r: r == 1),
        range=POSITIVE,
        reason=_DIRECTION,
        control=negated("MT"),
    ),
    _claim(
        SHARING,
        "relatedness",
        name="hard-sharing-breaks-down",
        where="What should I share in my model?",
        says="Hard sharing quickly breaks down if tasks are not closely related.",
        expected="< 0 at relatedness up to 1/2, over a tuned single-task student",
        statistic=lambda data: _hard(data, lambda r: r <= 0.5),
        range=NEGATIVE,
        reason=_DIRECTION,
        control=negated("MT"),
    ),
    _claim(
        SHARING,
        "frontier",
        name="clustering-unrelated",
        where="Learning task relationships; Evgeniou & Pontil (2004)",
        says="Where tasks may be unrelated, drawing their weights towards a mean is more "
        "appropriate than sharing features.",
        expected="a larger benefit than hard sharing's beside unrelated tasks",
        statistic=_of("beyond", technique="mean_regularised", reference="hard", tasks="unrelated"),
        range=POSITIVE,
        reason=_DIRECTION,
        control=negated("beyond"),
    ),
    _decides(
        "cross-stitch-decides",
        "cross_stitch",
        {"partly": _SAME_PENALTY},
        where="Cross-stitch Networks; Misra et al. (2016)",
        says="Cross-stitch units let the model decide how far to use the other task's knowledge.",
    ),
    _decides(
        "sluice-decides",
        "sluice",
        {"partly": _SAME_PENALTY, "undecided": _SAME_PENALTY},
        where="Sluice Networks; Ruder et al. (2017)",
        says="Sluice networks learn which subspaces should be shared.",
    ),
    _decides(
        "branching-groups",
        "adaptive_branching",
        {},
        where="Fully-adaptive Feature Sharing; Lu et al. (2017)",
        says="Adaptive branching promotes the grouping of similar tasks, and of no others.",
    ),
    _decides(
        "tensor-splits",
        "tensor_factorisation",
        {},
        where="Tensor factorization for MTL; Yang & Hospedales (2017)",
        says="Tensor factorisation splits parameters into shared ones and ones of a task's own.",
    ),
    _claim(
        WEIGHING,
        "trunk",
        name="uncertainty-adjusts",
        where="Weighting losses with Uncertainty; Kendall et al. (2018)",
        says="Uncertainty weighting adjusts each task's relative weight for the better.",
        expected="a larger benefit than equal weights', the trunk's step as it is or tuned",
        statistic=_of(
            "beyond",
            technique="uncertainty",
            reference=lambda name: name in ("equal", "trunk_rate"),
            tasks="all",
            **_BASELINE,
        ),
        range=POSITIVE,
        reason=_DIRECTION,
        control=negated("beyond"),
        explained={
            "partly": "It gains over equal weights as they are, and not over equal weights with a "
            "learning rate of the trunk that is tuned over as many values."
        },
    ),
    _claim(
        PROTECTED,
        "frontier",
        name="gate-protects",
        where="Lee & Ndirango (2019), section 5, and their reference [28], Du et al. (2018)",
        says="A gate of aligned gradients keeps what a related task brings and removes the harm "
        "of an unrelated one.",
        expected="no less than tuned weights if related, no harm if unrelated",
        statistic=_gated,
        range=Range(low=-NEGLIGIBLE),
        reason=_NO_SIZE,
        control=both(shifted("beyond", -1.0), shifted("summary", -1.0)),
    ),
    _claim(
        PROTECTED,
        "trunk",
        name="trunk-rules-are-rates",
        says="Rules that change the step of the trunk alone gain no more than another learning "
        "rate of the trunk.",
        expected="no larger mean benefit than that of a tuned learning rate of the trunk",
        statistic=_of(
            "beyond",
            technique=lambda name: name in _TRUNK_ONLY,
            reference="trunk_rate",
            tasks="all",
            **_BASELINE,
        ),
        range=Range(high=NEGLIGIBLE),
        reason=f"{_NO_SIZE}; the rates' grid was widened after a first look, at which nearly all "
        "networks chose its ends",
        control=shifted("beyond", 1.0),
    ),
    _claim(
        PROTECTED,
        "frontier",
        name="tuned-weights-suffice",
        says="A fixed weight, tuned for each pair of tasks, is not beaten by rules that weigh the "
        "losses as training goes on.",
        expected="no larger mean benefit than that of a tuned weight",
        statistic=_of(
            "beyond",
            technique=lambda name: name in _LOSSES,
            reference="fixed",
            tasks="all",
            **_BASELINE,
        ),
        range=Range(high=NEGLIGIBLE),
        reason=_NO_SIZE,
        control=shifted("beyond", 1.0),
    ),
)
