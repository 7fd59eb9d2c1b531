"""What Eq. (5) should say of the weight of the auxiliary loss, and hypotheses on the best weight.

All ranges were fixed before the data of the paper preset, after a look at one dataset.
"""

from typing import Any

from mtlpaper.companion.claims import (
    POSITIVE,
    Claim,
    Range,
    effect_of,
    negated,
    shifted,
)
from mtlpaper.documents.lee2019 import TABLE1
from mtlpaper.documents.lee2019.printed import NEGLIGIBLE
from mtlpaper.documents.ours import PROTECTED

_NO_SIZE = "what counts as no benefit on the first paper's axes"
_SMALL = 0.1
#: Why a side of the bound does not find the best weight.
_CURVED = (
    "To second order in the change of the student, the upper side leaves out the curvature of the "
    "loss, and the lower side counts it twice."
)


def _clean(S_B: float) -> bool:
    return S_B >= 10


def _unrelated(r_AB: float) -> bool:
    return r_AB == 0


def _paper(side: str, **fields: Any) -> Claim:
    return Claim(
        section=TABLE1,
        where="section 5",
        settings="ours",
        experiment="weights",
        figure="fig-weights-regret",
        expected=f"at most {NEGLIGIBLE:g} nats less than with the best weight",
        statistic=effect_of("regret", loss="generalisation", choice=side),
        range=Range(high=NEGLIGIBLE),
        reason=_NO_SIZE,
        unit="nats",
        control=shifted("regret", 1.0),
        explained={"partly": _CURVED, "not reproduced": _CURVED},
        **fields,
    )


def _ours(figure: str, **fields: Any) -> Claim:
    return Claim(
        section=PROTECTED,
        where="no document",
        settings="ours",
        experiment="weights",
        figure=figure,
        **fields,
    )


CLAIMS = (
    _paper(
        "upper side",
        name="weight-upper-side",
        says="Eq. (5) gives insight into maximising the benefit; read as: take the weight of the "
        "auxiliary loss at which the upper side of the bound is largest.",
    ),
    _paper(
        "lower side",
        name="weight-lower-side",
        says="The same with the weight at which the lower side is largest, the benefit that the "
        "bound guarantees.",
    ),
    _ours(
        "fig-weights-regret",
        name="weight-both-sides",
        says="The mean of both sides, exact where the loss is quadratic, finds the best weight.",
        expected=f"at most {NEGLIGIBLE:g} nats less than with the best weight",
        statistic=effect_of("regret", loss="generalisation", choice="mean of both sides"),
        range=Range(high=NEGLIGIBLE),
        unit="nats",
        reason=_NO_SIZE,
        control=shifted("regret", 1.0),
    ),
    _ours(
        "fig-weights-best",
        name="weight-none-unrelated",
        says="Beside an unrelated clean task the best weight is small or zero.",
        expected=f"at most {_SMALL:g}",
        statistic=effect_of("best", S_B=_clean, r_AB=_unrelated),
        range=Range(high=_SMALL),
        reason="a tenth of the main task's weight, two steps of the grid above none",
        control=shifted("best", 1.0),
    ),
    _ours(
        "fig-weights-best",
        name="weight-grows",
        says="The best weight grows with relatedness.",
        expected="> 0 (share of the auxiliary loss, most less least related)",
        statistic=effect_of("growth"),
        range=POSITIVE,
        reason="the direction alone is claimed",
        control=negated("growth"),
    ),
    _ours(
        "fig-weights",
        name="weight-slope",
        says="The upper side tells whether a small weight helps: it has the slope of the benefit.",
        expected="the sign of the benefit in at least 0.9 of the datasets",
        statistic=effect_of("slope"),
        range=Range(low=0.9),
        reason="nine of ten; a sign cannot be told where the slope is nearly zero",
        control=shifted("slope", -1.0),
    ),
    _ours(
        "fig-weights-regret",
        name="weight-validation",
        says="As many validation points as training points choose the weight well enough.",
        expected=f"at most {NEGLIGIBLE:g} nats less than with the best weight",
        statistic=effect_of("regret", loss="validation", choice="loss"),
        range=Range(high=NEGLIGIBLE),
        unit="nats",
        reason=_NO_SIZE,
        control=shifted("regret", 1.0),
    ),
    _ours(
        "fig-weights-regret",
        name="weight-gradient",
        says="The gradient on validation points at the single-task student, all that the upper "
        "side needs, chooses as well as the validation loss of every student.",
        expected=f"no more than {NEGLIGIBLE:g} nats less",
        statistic=effect_of("better", loss="validation"),
        range=Range(high=NEGLIGIBLE),
        unit="nats",
        reason=_NO_SIZE,
        control=shifted("better", 1.0),
        explained={"partly": _CURVED, "not reproduced": _CURVED},
    ),
)
