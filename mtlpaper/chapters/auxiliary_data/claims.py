"""Claims on Figure 3, left: more auxiliary data."""

from mtlpaper.chapters.common.two_tasks.claims import (
    SIGN_REASON,
    axis_claim,
    effect_of,
    figure_claim,
)
from mtlpaper.companion.claims import NEGATIVE, POSITIVE, negated

_AUXILIARY = {"experiment": "auxiliary_data", "figure": "fig-auxiliary-data"}
#: What sets the text apart.
_WEIGHT = "The script weights the auxiliary loss by the ratio of points; the text has no weights."

CLAIMS = (
    figure_claim(
        name="auxiliary-data-help",
        where="section 4.6; Figure 3 left",
        says="More data of a related clean task help more.",
        expected="> 0 (most minus fewest auxiliary points)",
        statistic=effect_of("growth_left", effect="related, high S_B"),
        range=POSITIVE,
        reason=SIGN_REASON,
        control=negated("growth_left"),
        **_AUXILIARY,
    ),
    figure_claim(
        name="auxiliary-data-harm",
        where="section 4.6; Figure 3 left",
        says="More data of an unrelated clean task harm more.",
        expected="< 0 (most minus fewest auxiliary points)",
        statistic=effect_of("growth_left", effect="unrelated, high S_B"),
        range=NEGATIVE,
        reason=SIGN_REASON,
        control=negated("growth_left"),
        differs=_WEIGHT,
        **_AUXILIARY,
    ),
    axis_claim(
        "Figure 3, left",
        "auxiliary_data",
        "fig-auxiliary-data",
        "MT_left",
        differs=_WEIGHT,
    ),
)
