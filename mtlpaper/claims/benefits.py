"""Claims on the multitask benefit: Figures 2 and 3 and what sections 4.5 to 4.7 say of them."""

from collections.abc import Callable
from typing import Any

import xarray as xr

from mtlpaper.claims.claim import NEGATIVE, POSITIVE, Claim, Range
from mtlpaper.claims.controls import both, negated, replaced, shifted
from mtlpaper.claims.parts import Parts, joined, parts_of, take
from mtlpaper.published import NEGLIGIBLE

_EYE = "a tenth of Figure 2's axis, which the eye takes for zero"
_SIGN = "the direction alone is claimed"
_NAMES = {
    "n_right": "N",
    "n_train": "N",
    "n_aux": "auxiliary points",
    "student": "",
    "effect": "",
    "N3": "classes",
}


def _between(n: float) -> bool:
    """Numbers of points for which the text says that a related task helps."""
    return 200 <= n < 3200


def _of(name: str, **cell: Any) -> Callable[[xr.Dataset], Parts]:
    def statistic(data: xr.Dataset) -> Parts:
        return parts_of(take(data, name, **cell), _NAMES)

    return statistic


def noisy_unrelated(data: xr.Dataset) -> Parts:
    """Benefit from unrelated tasks of low SNR, for all main tasks and all numbers of points."""
    cell = {"effect": "unrelated, low S_B"}
    right = parts_of(take(data, "effect_right", **cell), _NAMES)
    return joined([parts_of(take(data, "effect_left", **cell), _NAMES), right])


def extremes(data: xr.Dataset) -> Parts:
    """Benefit from the extreme auxiliary tasks at the largest number of points."""
    levels = ("related, high S_B", "unrelated, high S_B", "unrelated, low S_B")
    last = {"effect": levels.__contains__, "n_right": lambda n: n >= 3200}
    return parts_of(take(data, "effect_right", **last), _NAMES)


def _trends(of: Callable[[str], xr.DataArray]) -> Parts:
    """The three trends of Figure 2, each counted as positive where it is as published."""
    with_r = parts_of(of("related minus unrelated, high S_B"), _NAMES).named("up with r_AB")
    up = parts_of(of("high minus low S_B, related"), _NAMES).named("up with S_B, related")
    down = parts_of(of("high minus low S_B, unrelated"), _NAMES).named("down with S_B, unrelated")
    return joined([with_r, up, -down])


def depth_trends(data: xr.Dataset) -> Parts:
    """The trends of Figure 2 for deep students."""
    deep = {"student": lambda name: name != "linear"}
    return _trends(lambda effect: take(data, "effect_right", effect=effect, **deep))


def rank_three_trends(data: xr.Dataset) -> Parts:
    """The trends of Figure 2 for teachers of rank three, where Figure 2 shows them."""
    return _trends(lambda effect: take(data, "effect_right", effect=effect, n_train=_between))


def depth_shift(data: xr.Dataset) -> Parts:
    """Mean benefit of deep students minus that of the linear one."""
    return parts_of(take(data, "shift", student=lambda name: name != "linear"), _NAMES)


def infinite_data_theory(data: xr.Dataset) -> Parts:
    """Agreement of the infinite-data flow's benefits with the measured ones."""
    wanted = ("correlation", "sign")
    cell = take(data, "agreement", theory="infinite", subset="all", statistic=wanted.__contains__)
    return parts_of(cell, {"statistic": ""})


def _claim(**fields: Any) -> Claim:
    """Complete a claim on benefits."""
    return Claim(**({"settings": "inferred", "unit": "nats"} | fields))


_FIGURE2 = {"experiment": "figure2", "figure": "fig-figure2"}
_AUXILIARY = {"experiment": "auxiliary_data", "figure": "fig-auxiliary-data"}

BENEFITS = (
    _claim(
        name="up-with-relatedness",
        where="section 4.5, item 1; Figure 2",
        says="The benefit increases with relatedness.",
        expected="> 0 (related minus unrelated, high S_B)",
        statistic=_of("effect_right", effect="related minus unrelated, high S_B", n_right=_between),
        range=POSITIVE,
        reason=_SIGN,
        control=negated("effect_right"),
        **_FIGURE2,
    ),
    _claim(
        name="up-with-snr-related",
        where="section 4.5, item 1; Figure 2",
        says="With related tasks, the benefit increases with the auxiliary task's SNR.",
        expected="> 0 (high minus low S_B)",
        statistic=_of("effect_right", effect="high minus low S_B, related", n_right=_between),
        range=POSITIVE,
        reason=_SIGN,
        control=negated("effect_right"),
        **_FIGURE2,
    ),
    _claim(
        name="down-with-snr-unrelated",
        where="Figure 2, caption",
        says="With unrelated tasks, the benefit decreases with the auxiliary task's SNR.",
        expected="< 0 (high minus low S_B)",
        statistic=_of("effect_right", effect="high minus low S_B, unrelated", n_right=_between),
        range=NEGATIVE,
        reason=_SIGN,
        control=negated("effect_right"),
        explained={
            "partly": "Noise that sits once on the weights makes even a noisy teacher a clean task "
            "of its own, which harms like one; the difference that is left is small.",
            "not reproduced": "Noise that sits once on the weights makes even a noisy teacher a "
            "clean task of its own, which harms like one.",
        },
        **_FIGURE2,
    ),
    _claim(
        name="unrelated-harm",
        where="section 4.5, item 2; abstract",
        says="Unrelated, clean auxiliary tasks are destructive.",
        expected="< 0",
        statistic=_of("effect_right", effect="unrelated, high S_B", n_right=_between),
        range=NEGATIVE,
        reason=_SIGN,
        control=negated("effect_right"),
        **_FIGURE2,
    ),
    _claim(
        name="unrelated-noisy-ignored",
        where="section 4.5, after item 2",
        says="Unrelated, noisy auxiliary tasks are readily ignored.",
        expected=f"within ±{NEGLIGIBLE:g}",
        statistic=noisy_unrelated,
        range=Range(-NEGLIGIBLE, NEGLIGIBLE),
        reason=_EYE,
        control=both(shifted("effect_left", -1.0), shifted("effect_right", -1.0)),
        explained={
            "partly": "With noise once on the weights, as section 2.1 has it, a noisy teacher is a "
            "clean task of its own and harms. It is ignored only where noise is drawn afresh for "
            "every input.",
            "not reproduced": "With noise once on the weights, as section 2.1 has it, a noisy "
            "teacher is a clean task of its own and harms.",
        },
        **_FIGURE2,
    ),
    _claim(
        name="no-gain-noisy-main",
        where="section 4.5, item 3; Figure 2 left",
        says="A main task of low SNR gains nothing.",
        expected=f"≤ {NEGLIGIBLE:g} (related, high S_B, S_A ≤ 0.1)",
        statistic=_of("effect_left", effect="related, high S_B", S_A=lambda s: s <= 0.1),
        range=Range(high=NEGLIGIBLE),
        reason=_EYE,
        control=replaced("effect_left", 1.0),
        **_FIGURE2,
    ),
    _claim(
        name="no-gain-100",
        where="Figure 2, caption",
        says="With 100 training points there is no gain.",
        expected=f"≤ {NEGLIGIBLE:g} (related, high S_B)",
        statistic=_of("effect_right", effect="related, high S_B", n_right=lambda n: n <= 100),
        range=Range(high=NEGLIGIBLE),
        reason=_EYE,
        control=replaced("effect_right", 1.0),
        explained={
            "not reproduced": "Students of the settings that come closest to the other axes do "
            "learn from 100 points, and related auxiliary data help them.",
        },
        **_FIGURE2,
    ),
    _claim(
        name="gain-past-200",
        where="Figure 2, caption",
        says="Beyond 200 training points a related clean task helps.",
        expected="> 0",
        statistic=_of("effect_right", effect="related, high S_B", n_right=lambda n: 200 < n < 3200),
        range=POSITIVE,
        reason=_SIGN,
        control=negated("effect_right"),
        **_FIGURE2,
    ),
    _claim(
        name="vanishing-3200",
        where="Figure 2, caption; section 4.4",
        says="With a very large training set the auxiliary task has little effect.",
        expected=f"within ±{NEGLIGIBLE:g}",
        statistic=extremes,
        range=Range(-NEGLIGIBLE, NEGLIGIBLE),
        reason=_EYE,
        control=shifted("effect_right", 1.0),
        explained={
            "partly": "Unrelated tasks have no effect left; related ones still help a little.",
        },
        **_FIGURE2,
    ),
    _claim(
        name="auxiliary-data-help",
        where="section 4.6; Figure 3 left",
        says="More data of a related clean task help more.",
        expected="> 0 (most minus fewest auxiliary points)",
        statistic=_of("growth_left", effect="related, high S_B"),
        range=POSITIVE,
        reason=_SIGN,
        control=negated("growth_left"),
        **_AUXILIARY,
    ),
    _claim(
        name="auxiliary-data-harm",
        where="section 4.6; Figure 3 left",
        says="More data of an unrelated clean task harm more.",
        expected="< 0 (most minus fewest auxiliary points)",
        statistic=_of("growth_left", effect="unrelated, high S_B"),
        range=NEGATIVE,
        reason=_SIGN,
        control=negated("growth_left"),
        explained={
            "partly": "It harms at every number of points; whether more points harm more, the "
            "datasets cannot tell.",
            "not reproduced": "It harms at every number of points, but not more with more points.",
        },
        **_AUXILIARY,
    ),
    _claim(
        name="depth-trends",
        where="section 4.7; Figure 3 right",
        says="Deep nonlinear students show the same trends as shallow linear ones.",
        expected="all three trends of Figure 2, at every depth",
        experiment="depth",
        figure="fig-depth",
        statistic=depth_trends,
        range=POSITIVE,
        reason=_SIGN,
        control=negated("effect_right"),
    ),
    _claim(
        name="depth-shift",
        where="section 4.7; Figure 3 right",
        says="Nonlinear students' benefits are shifted downwards.",
        expected="< 0 (mean benefit minus the linear student's)",
        experiment="depth",
        figure="fig-depth",
        statistic=depth_shift,
        range=NEGATIVE,
        reason=_SIGN,
        control=negated("shift"),
        explained={
            "partly": "With one hidden layer and ReLUs between layers only, the student is linear "
            "and nothing shifts; deeper ones do.",
        },
    ),
    _claim(
        name="rank-three",
        where="section 4.5; Figure A2",
        says="Teachers of rank three show similar results.",
        expected="all three trends of Figure 2",
        experiment="rank_three",
        figure="fig-rank-three",
        statistic=rank_three_trends,
        range=POSITIVE,
        reason=_SIGN,
        control=negated("effect_right"),
        explained={
            "partly": "The trends with relatedness hold; that with the SNR of unrelated tasks is "
            "within the scatter of the datasets.",
        },
    ),
    _claim(
        name="computed-analytically",
        where="section 5",
        says="Generalisation can be computed analytically.",
        expected="correlation and share of right signs ≥ 0.95",
        settings="unknown",
        experiment="interactions",
        figure="fig-interactions-theory",
        statistic=infinite_data_theory,
        range=Range(low=0.95),
        reason="fixed for our own theory before it was compared",
        unit="1",
        control=replaced("agreement", 0.0),
        explained={
            "not reproduced": "The averages of Eq. (2) know no number of points, and the benefit "
            "comes from their scarcity, which our finite-sample flow (T 7b) takes into account.",
        },
    ),
    _claim(
        name="alignment-decides",
        where="abstract; Eq. (4)",
        says="The angles between the singular vectors tell whether a task helps.",
        expected="their mean has the right sign in ≥ 95 % of the clear cells",
        settings="unknown",
        experiment="relatedness",
        figure="fig-relatedness-candidates",
        statistic=_of("law_sign", candidate="mean r"),
        range=Range(low=0.95),
        reason="as for the theory of the benefit",
        unit="1",
        control=replaced("law_sign", 0.0),
        explained={
            "not reproduced": "With unequal angles and singular values their mean is not enough: "
            "directions must be weighted by how strongly the teachers use them.",
        },
    ),
)
