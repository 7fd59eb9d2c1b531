"""The claims ledger: what the paper says, made to be refuted by saved data.

Every claim has a statistic of one experiment's dataset, the range in which it counts as true, fixed
before the run, and a negative control that must fail. Nothing here computes anew: a verdict follows
from a file.
"""

from mtlpaper.claims.abstract import ABSTRACT, Sentence
from mtlpaper.claims.claim import Claim, Finding, Range, Verdict
from mtlpaper.claims.controls import Control
from mtlpaper.claims.ledger import CLAIMS, GROUPS, experiments, judge_all
from mtlpaper.claims.parts import MissingDataError, Parts, parameter, parts_of, take
from mtlpaper.claims.published_verdicts import as_json, differences, read_published
from mtlpaper.claims.wording import (
    BADGES,
    SYMBOLS,
    effect_text,
    explain,
    found_text,
    range_text,
    rule_text,
)

__all__ = [
    "ABSTRACT",
    "BADGES",
    "CLAIMS",
    "GROUPS",
    "SYMBOLS",
    "Claim",
    "Control",
    "Finding",
    "MissingDataError",
    "Parts",
    "Range",
    "Sentence",
    "Verdict",
    "as_json",
    "differences",
    "effect_text",
    "experiments",
    "explain",
    "found_text",
    "judge_all",
    "parameter",
    "parts_of",
    "range_text",
    "read_published",
    "rule_text",
    "take",
]
