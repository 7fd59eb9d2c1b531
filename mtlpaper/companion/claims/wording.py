"""What is said of a finding: symbol, numbers, and why a verdict is not `reproduced`."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mtlpaper.companion.claims.claim import Claim, Finding, Source, Verdict

#: From the best to none at all, in which order verdicts are counted; each with its symbol.
SYMBOLS: dict[Verdict, str] = {
    "reproduced": "✓",
    "partly": "◐",
    "undecided": "?",
    "not reproduced": "✕",
    "not testable": "–",
}
#: What the style sheet calls each verdict.
BADGES: Mapping[Verdict, str] = {
    "reproduced": "holds",
    "partly": "partly",
    "undecided": "undecided",
    "not reproduced": "fails",
    "not testable": "untestable",
}
#: Verdicts on claims of our own, which nobody made before, so that nothing is reproduced.
_OWN: Mapping[str, str] = {"reproduced": "holds", "not reproduced": "fails"}
#: What each source is called, in the order in which they are shown.
SOURCES: Mapping[Source, str] = {
    "published": "authors' published rows",
    "ours": "our networks",
    "text": "our networks, text's settings",
}
#: Units in which a sign means a direction.
_SIGNED = ("nats", "widths of the axis")
#: More parts than this are counted.
_NAMED = 4
#: Share of the nearest limit of a range below which the digits of an effect say nothing.
_NEGLIGIBLE = 0.01


def word(verdict: str, own: bool) -> str:
    """Write a verdict, on a claim of our own if `own`."""
    return _OWN.get(verdict, verdict) if own else verdict


def tally(findings: Iterable[Finding]) -> dict[Verdict, int]:
    """Count the verdicts, all of them in the order of `SYMBOLS`."""
    seen = Counter(finding.verdict for finding in findings)
    return {verdict: seen[verdict] for verdict in SYMBOLS}


def tally_sources(findings: Iterable[Finding]) -> dict[Source, dict[Verdict, int]]:
    """Count the verdicts on each source on which any claim is judged."""
    given = list(findings)
    found = {name: [one.sources[name] for one in given if name in one.sources] for name in SOURCES}
    return {name: tally(of_source) for name, of_source in found.items() if of_source}


def effect_text(claim: Claim, finding: Finding) -> str:
    """Write the least favourable effect with its interval and unit; nothing if there is none.

    Two digits of the interval's half width are shown, three of an effect without an interval, and
    none that are negligible beside the range: rounding decides them.
    """
    numbers = (finding.effect, finding.low, finding.high)
    if not all(math.isfinite(number) for number in numbers):
        return ""
    plus = "+" if claim.unit in _SIGNED else ""
    unit = "" if claim.unit == "1" else f" {claim.unit}"
    if _negligible(claim, finding):
        return f"within ±{_minus(f'{_negligible_size(claim):g}')}{unit}"
    if finding.low == finding.high:
        return f"{_minus(f'{finding.effect:{plus}.3g}')}{unit}"
    decimals = 1 - math.floor(math.log10((finding.high - finding.low) / 2))
    style = f"{plus}.{max(decimals, 0)}f" if decimals <= 6 else f"{plus}.2g"
    effect, low, high = (_minus(f"{number:{style}}") for number in numbers)
    return f"{effect} ({low} to {high}){unit}"


def found_text(claim: Claim, finding: Finding) -> str:
    """Write the least favourable effect, and to which part it belongs where there are several."""
    text = effect_text(claim, finding)
    if finding.total > 1 and not _negligible(claim, finding):
        return f"{text}, least favourable: {finding.weakest}"
    return text


def _negligible_size(claim: Claim) -> float:
    """The size below which effects are not told apart; zero where the range tells signs apart."""
    limits = [abs(end) for end in (claim.range.low, claim.range.high) if math.isfinite(end)]
    return _NEGLIGIBLE * min(limits, default=0.0)


def _negligible(claim: Claim, finding: Finding) -> bool:
    return max(abs(finding.low), abs(finding.high)) <= _negligible_size(claim) > 0


def source_texts(claim: Claim, finding: Finding) -> Iterator[tuple[Source, str, str]]:
    """Write what each source is called, and what it says beside its verdict.

    Yields
    ------
    source, name, found : str
        `found` has the least favourable effect and the parts held, or why there are none.
    """
    for source, name in SOURCES.items():
        if source in finding.sources:
            one = finding.sources[source]
            decides = " (decides)" if source == claim.sources[0] else ""
            parts = f"; {one.held} of {one.total} parts held" if one.total > 1 else ""
            found = f"{found_text(claim, one)}{parts}" if one.total else sentence(one.reason)
            yield source, f"{name}{decides}", found


def range_text(claim: Claim) -> str:
    """Write the range of effects for which a claim is true."""
    unit = "" if claim.unit == "1" else f" {claim.unit}"
    low, high = claim.range.low, claim.range.high
    if math.isfinite(low) and math.isfinite(high):
        if low == -high:
            return f"within ±{high:g}{unit}"
        return f"between {_minus(f'{low:g}')} and {_minus(f'{high:g}')}{unit}"
    above, below = (">", "<") if claim.range.strict else ("≥", "≤")
    sign, end = (above, low) if math.isfinite(low) else (below, high)
    return f"{sign} {_minus(f'{end:g}')}{unit}"


def rule_text(claim: Claim) -> str:
    """Say which effects count as true, and why these."""
    return f"True if {range_text(claim)}: {claim.reason}."


def explain(claim: Claim, finding: Finding) -> tuple[str, ...]:
    """Say why a verdict is not `reproduced`, and why those of several sources differ.

    Returns
    -------
    tuple of str
        Sentences: what is behind the verdict as far as we know, what the numbers say, and what is
        behind the difference. Empty where the verdict is `reproduced` and the sources agree.
    """
    differs = (claim.differs,) if finding.differs and claim.differs else ()
    if finding.verdict == "reproduced":
        return differs
    if finding.verdict == "not testable":
        return (sentence(finding.reason), *differs)
    known = claim.explained.get(finding.verdict)
    return (*([known] if known else []), *_counted(finding), *differs)


def _counted(finding: Finding) -> list[str]:
    outside = [label for label in finding.failing if label not in finding.undecided]
    if finding.total == 1:
        if outside:
            return ["The whole interval lies outside the range."]
        return ["The datasets cannot tell: the interval holds a limit of the range."]
    said = [f"Holds in {finding.held} of {finding.total} parts."]
    if outside:
        said.append(f"Not in: {_listed(outside)}.")
    if finding.undecided:
        said.append(f"The datasets cannot tell: {_listed(finding.undecided)}.")
    return said


def _listed(labels: Sequence[str]) -> str:
    if len(labels) > _NAMED:
        return f"{'; '.join(labels[: _NAMED - 1])}; and {len(labels) - _NAMED + 1} more"
    return "; ".join(labels)


def sentence(text: str) -> str:
    """Begin a text with a capital letter and end it with a full stop."""
    return f"{text[:1].upper()}{text[1:].removesuffix('.')}."


def _minus(number: str) -> str:
    return number.replace("-", "−")
