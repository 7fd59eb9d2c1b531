"""Claims on Figure 2."""

import xarray as xr

from mtlpaper.chapters.common.two_tasks.claims import (
    NAMES,
    NEGLIGIBLE_REASON,
    SIGN_REASON,
    axis_claim,
    between,
    effect_of,
    figure_claim,
)
from mtlpaper.companion.claims import (
    NEGATIVE,
    POSITIVE,
    Parts,
    Range,
    both,
    joined,
    negated,
    parts_of,
    replaced,
    shifted,
    take,
)
from mtlpaper.documents.lee2019.printed import NEGLIGIBLE


def noisy_unrelated(data: xr.Dataset) -> Parts:
    """Benefit from unrelated tasks of low SNR, for all main tasks and all numbers of points."""
    cell = {"effect": "unrelated, low S_B"}
    right = parts_of(take(data, "effect_right", **cell), NAMES)
    return joined([parts_of(take(data, "effect_left", **cell), NAMES), right])


def extremes(data: xr.Dataset) -> Parts:
    """Benefit from the extreme auxiliary tasks at the largest number of points."""
    levels = ("related, high S_B", "unrelated, high S_B", "unrelated, low S_B")
    last = {"effect": levels.__contains__, "n_right": lambda n: n >= 3200}
    return parts_of(take(data, "effect_right", **last), NAMES)


_HALF_CLEAN = (
    "By the script half of the labels of a noisy main task are clean, so that the task can be "
    "learned, and gains."
)
_FIGURE2 = {"experiment": "figure2", "figure": "fig-figure2"}
#: Why the SNR of unrelated tasks hardly matters.
_LIKE_CLEAN = (
    "Noise that sits once on the weights makes even a noisy teacher a clean task of its own, which "
    "harms like one"
)

CLAIMS = (
    figure_claim(
        name="up-with-relatedness",
        where="section 4.5, item 1; Figure 2",
        says="The benefit increases with relatedness.",
        expected="> 0 (related minus unrelated, high S_B)",
        statistic=effect_of(
            "effect_right", effect="related minus unrelated, high S_B", n_right=between
        ),
        range=POSITIVE,
        reason=SIGN_REASON,
        control=negated("effect_right"),
        **_FIGURE2,
    ),
    figure_claim(
        name="up-with-snr-related",
        where="section 4.5, item 1; Figure 2",
        says="With related tasks, the benefit increases with the auxiliary task's SNR.",
        expected="> 0 (high minus low S_B)",
        statistic=effect_of("effect_right", effect="high minus low S_B, related", n_right=between),
        range=POSITIVE,
        reason=SIGN_REASON,
        control=negated("effect_right"),
        **_FIGURE2,
    ),
    figure_claim(
        name="down-with-snr-unrelated",
        where="Figure 2, caption",
        says="With unrelated tasks, the benefit decreases with the auxiliary task's SNR.",
        expected="< 0 (high minus low S_B)",
        statistic=effect_of(
            "effect_right", effect="high minus low S_B, unrelated", n_right=between
        ),
        range=NEGATIVE,
        reason=SIGN_REASON,
        control=negated("effect_right"),
        **_FIGURE2,
    ),
    figure_claim(
        name="unrelated-harm",
        where="section 4.5, item 2; abstract",
        says="Unrelated, clean auxiliary tasks are destructive.",
        expected="< 0",
        statistic=effect_of("effect_right", effect="unrelated, high S_B", n_right=between),
        range=NEGATIVE,
        reason=SIGN_REASON,
        control=negated("effect_right"),
        **_FIGURE2,
    ),
    figure_claim(
        name="unrelated-noisy-ignored",
        where="section 4.5, after item 2",
        says="Unrelated, noisy auxiliary tasks are readily ignored.",
        expected=f"within ±{NEGLIGIBLE:g}",
        statistic=noisy_unrelated,
        range=Range(-NEGLIGIBLE, NEGLIGIBLE),
        reason=NEGLIGIBLE_REASON,
        control=both(shifted("effect_left", -1.0), shifted("effect_right", -1.0)),
        **_FIGURE2,
    ),
    figure_claim(
        name="no-gain-noisy-main",
        where="section 4.5, item 3; Figure 2 left",
        says="A main task of low SNR gains nothing.",
        expected=f"≤ {NEGLIGIBLE:g} (related, high S_B, S_A ≤ 0.1)",
        statistic=effect_of("effect_left", effect="related, high S_B", S_A=lambda s: s <= 0.1),
        range=Range(high=NEGLIGIBLE),
        reason=NEGLIGIBLE_REASON,
        control=replaced("effect_left", 1.0),
        explained={"not reproduced": _HALF_CLEAN},
        differs=f"{_HALF_CLEAN} By the text all of them are noisy.",
        caveat="By the text, labels of a main task with S_A = 0.01 are noise: hardly anything can "
        "be gained there, whatever the other task.",
        **_FIGURE2,
    ),
    figure_claim(
        name="no-gain-100",
        where="Figure 2, caption",
        says="With 100 training points there is no gain.",
        expected=f"≤ {NEGLIGIBLE:g} (related, high S_B)",
        statistic=effect_of("effect_right", effect="related, high S_B", n_right=lambda n: n <= 100),
        range=Range(high=NEGLIGIBLE),
        reason=NEGLIGIBLE_REASON,
        control=replaced("effect_right", 1.0),
        **_FIGURE2,
    ),
    figure_claim(
        name="gain-past-200",
        where="Figure 2, caption",
        says="Beyond 200 training points a related clean task helps.",
        expected="> 0",
        statistic=effect_of(
            "effect_right", effect="related, high S_B", n_right=lambda n: 200 < n < 3200
        ),
        range=POSITIVE,
        reason=SIGN_REASON,
        control=negated("effect_right"),
        **_FIGURE2,
    ),
    figure_claim(
        name="vanishing-3200",
        where="Figure 2, caption; section 4.4",
        says="With a very large training set the auxiliary task has little effect.",
        expected=f"within ±{NEGLIGIBLE:g}",
        statistic=extremes,
        range=Range(-NEGLIGIBLE, NEGLIGIBLE),
        reason=NEGLIGIBLE_REASON,
        control=shifted("effect_right", 1.0),
        **_FIGURE2,
    ),
    axis_claim("Figure 2, left", "figure2", "fig-figure2", "MT_left"),
    axis_claim("Figure 2, right", "figure2", "fig-figure2", "MT_right"),
)
