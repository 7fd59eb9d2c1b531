"""Hypotheses of ours on weight decay on the first paper's tasks.

Some follow from the second document's Eqs. (4) and (6) and Remark 2 for linear students.
"""

from functools import partial
from typing import Any

import xarray as xr

from mtlpaper.companion.claims import (
    NEGATIVE,
    POSITIVE,
    Claim,
    Parts,
    Range,
    effect_of,
    negated,
    parameter,
    shifted,
)
from mtlpaper.documents.lee2019.printed import NEGLIGIBLE
from mtlpaper.documents.ours import BRIDGE

_NAMES = {"member": "", "points": "N"}
_of = partial(effect_of, names=_NAMES)
_TUNED: dict[str, Any] = {"tuned_by": "validation"}
_DECAYED: dict[str, Any] = {"regulariser": "weight decay", **_TUNED}
_NOTHING = {"range": Range(-NEGLIGIBLE, NEGLIGIBLE), "unit": "nats"}
_NO_SIZE = "what counts as no benefit on the first paper's axes"
_NO_MINIMUM = "A student on its way is no minimum of a penalised loss."
_FROM = "Heiss et al., Eqs. (4) and (6) and Remark 2"


def _unrelated(r_AB: float) -> bool:
    return r_AB == 0


def _at_least_decay(data: xr.Dataset) -> Parts:
    return _of("off", small_decay=min(parameter(data, "small_decays")))(data)


def _wide(data: xr.Dataset) -> Parts:
    full = min(parameter(data, "N1"), 2 * parameter(data, "N3"))
    return _of("excess", N2=lambda N2: N2 >= full)(data)


def _claim(figure: str, **fields: Any) -> Claim:
    fields = {"settings": "ours", "where": "no document"} | fields
    return Claim(section=BRIDGE, experiment="weight_decay", figure=figure, **fields)


CLAIMS = (
    _claim(
        "fig-weight-decay-norm",
        name="wide-decay-trace-norm",
        where=_FROM,
        says="Half the squared weights of students with weight decay are the trace norm of the "
        "stacked maps, which falls with the relatedness of the teachers.",
        expected="rank sqrt(S_A^2 + S_B^2 + 2 S_A S_B sqrt(1 - r_AB^2))",
        statistic=_at_least_decay,
        range=Range(high=0.02),
        reason="students fall short of their teachers in proportion to the least weight decay",
        control=shifted("off", 1.0),
    ),
    _claim(
        "fig-weight-decay-width",
        name="wide-decay-width",
        where=_FROM,
        says="Students of finite width reach the convex optimum: as wide as the smaller side of "
        "the stacked map is enough, from any start.",
        expected="relative excess of the objective at most 0.001",
        statistic=_wide,
        range=Range(high=1e-3),
        reason="a thousandth, beside which nothing else on the page is visible",
        control=shifted("excess", 1.0),
    ),
    _claim(
        "fig-weight-decay-coupling",
        name="wide-decay-orthogonal",
        where="Heiss et al., Definition 4",
        says="Tasks whose inputs have no component in common are learned as if alone.",
        expected="distance 0",
        statistic=_of("moved", inputs="half each"),
        range=Range(high=1e-6),
        reason="the accuracy of the optimum",
        control=shifted("moved", 1.0),
    ),
    _claim(
        "fig-weight-decay-coupling",
        name="wide-decay-fades",
        says="What couples unrelated tasks is their finite data: it fades with more points.",
        expected="negative power of the number of points",
        statistic=_of("fading", r_AB=_unrelated),
        range=NEGATIVE,
        reason="the direction alone is claimed",
        control=negated("fading"),
    ),
    _claim(
        "fig-weight-decay",
        name="wide-decay-grows",
        says="With weight decay tuned for each network, the benefit grows with relatedness.",
        expected="> 0 (related minus unrelated)",
        statistic=_of("growth", **_DECAYED),
        range=POSITIVE,
        unit="nats",
        reason="the direction alone is claimed",
        control=negated("growth"),
    ),
    _claim(
        "fig-weight-decay",
        name="wide-decay-unrelated",
        says="An unrelated task brings nothing, since its trace norm is paid for apart.",
        expected="no benefit and no harm",
        statistic=_of("MT", r_AB=_unrelated, **_DECAYED),
        reason=_NO_SIZE,
        control=shifted("MT", 1.0),
        explained={
            "not reproduced": "The penalty is a sum over unrelated tasks, but what finite data "
            "teach is not: their forces do not keep to the teachers' directions."
        },
        **_NOTHING,
    ),
    _claim(
        "fig-weight-decay",
        name="wide-decay-early-stopping",
        says="Weight decay and early stopping give the same benefits.",
        expected="no difference",
        statistic=_of("difference", **_TUNED),
        reason=_NO_SIZE,
        control=shifted("difference", 1.0),
        explained={
            "partly": _NO_MINIMUM,
            "not reproduced": _NO_MINIMUM,
        },
        **_NOTHING,
    ),
)
