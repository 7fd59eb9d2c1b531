"""The claims ledger: what the documents say, made to be refuted by saved data.

Every claim has a statistic of one experiment's dataset, the range in which it counts as true, fixed
before the run, and a negative control that must fail. Nothing here computes anew: a verdict follows
from a file.
"""

from mtlpaper.companion.claims.claim import (
    NEGATIVE,
    POSITIVE,
    Claim,
    Finding,
    Range,
    Source,
    Verdict,
)
from mtlpaper.companion.claims.controls import Control, both, negated, replaced, shifted
from mtlpaper.companion.claims.ledger import (
    all_claims,
    by_document,
    experiments,
    is_own,
    judge_all,
    sections,
)
from mtlpaper.companion.claims.parts import (
    MissingDataError,
    Parts,
    at_bound,
    effect_of,
    joined,
    of_source,
    over,
    parameter,
    parts_of,
    take,
)
from mtlpaper.companion.claims.published_verdicts import as_json, differences, read_published
from mtlpaper.companion.claims.wording import (
    BADGES,
    SOURCES,
    SYMBOLS,
    effect_text,
    explain,
    found_text,
    range_text,
    rule_text,
    sentence,
    source_texts,
    tally,
    tally_sources,
    word,
)

__all__ = [
    "BADGES",
    "NEGATIVE",
    "POSITIVE",
    "SOURCES",
    "SYMBOLS",
    "Claim",
    "Control",
    "Finding",
    "MissingDataError",
    "Parts",
    "Range",
    "Source",
    "Verdict",
    "all_claims",
    "as_json",
    "at_bound",
    "both",
    "by_document",
    "differences",
    "effect_of",
    "effect_text",
    "experiments",
    "explain",
    "found_text",
    "is_own",
    "joined",
    "judge_all",
    "negated",
    "of_source",
    "over",
    "parameter",
    "parts_of",
    "range_text",
    "read_published",
    "replaced",
    "rule_text",
    "sections",
    "sentence",
    "shifted",
    "source_texts",
    "take",
    "tally",
    "tally_sources",
    "word",
]
