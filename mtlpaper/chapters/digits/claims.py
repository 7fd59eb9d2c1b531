"""Claims of Figures 2 and 3, left, on digits: each with the statistic and the range it has there.

They are hypotheses of ours, since no document states them of real classes. They are judged on
linear students; cells are those of inputs that are whitened and that are not.
"""

from functools import partial
from typing import Any

import xarray as xr

from mtlpaper.chapters.common.two_tasks.claims import NEGLIGIBLE_REASON, SIGN_REASON
from mtlpaper.companion.claims import (
    NEGATIVE,
    POSITIVE,
    Claim,
    Parts,
    Range,
    effect_of,
    negated,
    parameter,
    replaced,
    shifted,
)
from mtlpaper.documents.lee2019.printed import NEGLIGIBLE
from mtlpaper.documents.ours import REAL

_NAMES = {"inputs": "", "task": "", "flip_A": "share turned"}
_of = partial(effect_of, names=_NAMES)
_NOTHING = Range(-NEGLIGIBLE, NEGLIGIBLE)
#: Why noisy main tasks may gain here.
_LEARNABLE = (
    "The right class is still the most frequent label of every class of images, and test labels "
    "are clean: there is something to be learned, of which the paper's tasks of "
    "low SNR leave little."
)


def _noisy_main(data: xr.Dataset) -> Parts:
    """Benefit from the same digits with clean labels, for main tasks with turned labels."""
    most = max(parameter(data, "n_aux"))
    cell: dict[str, Any] = {"student": "linear", "n_aux": most, "flip_B": 0.0, "r_AB": 1.0}
    return _of("MT", **cell, flip_A=lambda flip: flip > 0)(data)


def _claim(name: str, **fields: Any) -> Claim:
    fields = {"experiment": "digits", "section": REAL, "settings": "ours", "unit": "nats"} | fields
    return Claim(name=f"real-{name}", **fields)


def _effect(name: str, effect: str, of: str = "difference", **fields: Any) -> Claim:
    """A claim on the sign of an effect."""
    fields = {"figure": "fig-digits", "reason": SIGN_REASON, "control": negated(of)} | fields
    return _claim(name, statistic=_of(of, student="linear", effect=effect), **fields)


OVERLAP = _claim(
    "overlap-places-tasks",
    where="no document",
    says="Other classes of the same images help as much as rotated digits whose relatedness is "
    "the overlap of their maps.",
    expected=f"no difference, within ±{NEGLIGIBLE:g}",
    figure="fig-digits-tasks",
    statistic=_of("off_curve"),
    range=_NOTHING,
    reason=NEGLIGIBLE_REASON,
    control=shifted("off_curve", 1.0),
    explained=dict.fromkeys(
        ("partly", "not reproduced"),
        "Such classes have fewer directions than rotated digits, and those that follow from the "
        "digit have all of them in the digits' row space; rotated digits have theirs partly "
        "outside.",
    ),
)

CLAIMS = (
    _effect(
        "up-with-relatedness",
        "related minus unrelated, clean labels",
        where="Lee and Ndirango, section 4.5, item 1, on real classes",
        says="On digits, too, the benefit increases with relatedness.",
        expected="> 0 (related minus unrelated, clean labels)",
        range=POSITIVE,
    ),
    _effect(
        "up-with-quality-related",
        "clean minus random labels, related",
        where="Lee and Ndirango, section 4.5, item 1, on real classes",
        says="On digits, too, a related task helps more with better labels.",
        expected="> 0 (clean minus random labels, related)",
        range=POSITIVE,
    ),
    _effect(
        "down-with-quality-unrelated",
        "clean minus random labels, unrelated",
        where="Lee and Ndirango, Figure 2, caption, on real classes",
        says="On digits, too, an unrelated task harms more with better labels.",
        expected="< 0 (clean minus random labels, unrelated)",
        range=NEGATIVE,
    ),
    _effect(
        "unrelated-harm",
        "unrelated, clean labels",
        where="Lee and Ndirango, section 4.5, item 2, on real classes",
        says="On digits, too, an unrelated task with clean labels harms.",
        expected="< 0",
        range=NEGATIVE,
    ),
    _effect(
        "unrelated-noisy-ignored",
        "unrelated, random labels",
        where="Lee and Ndirango, section 4.5, after item 2, on real classes",
        says="On digits, too, an unrelated task with random labels is ignored.",
        expected=f"within ±{NEGLIGIBLE:g}",
        range=_NOTHING,
        reason=NEGLIGIBLE_REASON,
        control=shifted("difference", -1.0),
    ),
    _claim(
        "no-gain-noisy-main",
        where="Lee and Ndirango, section 4.5, item 3, on real classes",
        says="On digits, too, a main task with noisy labels gains nothing.",
        expected=f"≤ {NEGLIGIBLE:g} (related, clean auxiliary labels)",
        figure="fig-digits",
        statistic=_noisy_main,
        range=Range(high=NEGLIGIBLE),
        reason=NEGLIGIBLE_REASON,
        control=replaced("MT", 1.0),
        explained=dict.fromkeys(("partly", "not reproduced"), _LEARNABLE),
    ),
    _effect(
        "auxiliary-data-help",
        "related, clean labels",
        "growth",
        where="Lee and Ndirango, section 4.6; Figure 3 left, on real classes",
        says="On digits, too, more data of a related clean task help more.",
        expected="> 0 (most minus fewest auxiliary images)",
        figure="fig-digits-auxiliary",
        range=POSITIVE,
    ),
    _effect(
        "auxiliary-data-harm",
        "unrelated, clean labels",
        "growth",
        where="Lee and Ndirango, section 4.6; Figure 3 left, on real classes",
        says="On digits, too, more data of an unrelated clean task harm more.",
        expected="< 0 (most minus fewest auxiliary images)",
        figure="fig-digits-auxiliary",
        range=NEGATIVE,
    ),
    OVERLAP,
)
