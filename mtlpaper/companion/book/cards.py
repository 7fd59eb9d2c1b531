"""A claim as the book shows it: a line with verdict and effect, which unfolds to the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mtlpaper.companion.book.ledger import status_badge
from mtlpaper.companion.book.markdown import directive
from mtlpaper.companion.claims import (
    BADGES,
    Claim,
    Finding,
    Verdict,
    effect_text,
    explain,
    found_text,
    is_own,
    rule_text,
    source_texts,
    word,
)

#: Inline code, which stays; a letter with an index; what Markdown would take for its own.
_SPECIAL = re.compile(r"(`[^`]*`)|\b([A-Za-z])_([A-Z]{1,2})\b|([\\*_\[\]<>#$|{}~])")


@dataclass(frozen=True)
class Context:
    """What a card can refer to.

    Attributes
    ----------
    preset : str
        Of the runs that were judged.
    figures : frozenset of str
        Labels of the figures that the book shows.
    data : frozenset of str
        Experiments whose pages and data the book has.
    refuted : mapping
        Verdict on the negative control of each reproduced claim, by the claim's name.
    published : mapping
        Published verdicts, as `read_published` names them; empty if there are none.
    remarks : mapping
        What other chapters found of a claim, by the claim's name: the chapter's name and its words.
    """

    preset: str
    figures: frozenset[str] = frozenset()
    data: frozenset[str] = frozenset()
    refuted: Mapping[str, Verdict] = field(default_factory=dict)
    published: Mapping[str, str] = field(default_factory=dict)
    remarks: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def card(claim: Claim, finding: Finding, context: Context, document: str) -> str:
    """Return a claim's card on the scorecard, with the anchor ``claim-NAME``.

    Its classes say the verdict, whether several sources judge it, and the name of its document.
    """
    shown = _verdict(claim, claim.name, finding, context)
    parts = [*_told(claim, finding, context)]
    if claim.statistic is not None:
        parts.append(f"{{.claim-rule}}\n{_rule(claim, context)}")
    parts.append(f"{{.claim-links}}\n{' · '.join(_links(claim, context))}")
    return f"(claim-{claim.name})=\n" + _unfolding(
        f"{shown} {_line(claim, finding)}", finding, parts, f" document-{document}"
    )


def row(claim: Claim, finding: Finding, context: Context) -> str:
    """Return a claim as its chapter's page shows it at the top, with a link to its card."""
    name = word(finding.verdict, is_own(claim))
    link = f"[{{ref}}`{name} <claim-{claim.name}>`]{{.verdict-{BADGES[finding.verdict]}}}"
    told = list(_told(claim, finding, context))
    folded = _unfolding(
        f"{_line(claim, finding)} [{escaped(claim.where)}]{{.claim-where}}", finding, told
    )
    return directive("container", "claim-row", f"{link}\n\n{folded}", fence=5)


def _unfolding(line: str, finding: Finding, parts: list[str], more: str = "") -> str:
    classes = (
        f"claim claim-{BADGES[finding.verdict]}{' by-source' if finding.sources else ''}{more}"
    )
    return directive("unfold", line, "\n\n".join(parts), options={"class": classes}, fence=4)


def _line(claim: Claim, finding: Finding) -> str:
    """Return what a claim says, its effect, and that there is a caveat if there is one."""
    parts = [escaped(claim.says)]
    if effect := effect_text(claim, finding):
        parts.append(f"[{escaped(effect)}]{{.claim-effect}}")
    if claim.caveat:
        parts.append("[with a caveat]{.claim-where}")
    return " ".join(parts)


def _told(claim: Claim, finding: Finding, context: Context) -> Iterator[str]:
    """Yield numbers, explanation, caveat and what other chapters found."""
    yield _numbers(claim, finding, context)
    if why := explain(claim, finding):
        yield f"{{.claim-why}}\n{escaped(' '.join(why))}"
    if claim.caveat:
        yield f"{{.claim-caveat}}\n{escaped(claim.caveat)}"
    if claim.name in context.remarks:
        chapter, words = context.remarks[claim.name]
        yield f"{{.claim-remark}}\n{escaped(words)} {{doc}}`More. </notebooks/{chapter}>`"


def _verdict(claim: Claim, name: str, finding: Finding, context: Context) -> str:
    """Return the verdict, and the published one beside it where they differ."""
    own = is_own(claim)
    shown = badge(finding.verdict, own=own)
    was = context.published.get(name, finding.verdict)
    return shown if was == finding.verdict else f"{shown} (published: {badge(was, own=own)})"


def _numbers(claim: Claim, finding: Finding, context: Context) -> str:
    rows = {"Expected": escaped(claim.expected)}
    for source, name, found in source_texts(claim, finding):
        one = finding.sources[source]
        shown = _verdict(claim, f"{claim.name}, {source}", one, context)
        rows[escaped(name.capitalize())] = f"{shown} {escaped(found)}"
    if finding.total and not finding.sources:
        rows["Found"] = escaped(found_text(claim, finding))
        rows["{ref}`Parts held <verdicts>`"] = f"{finding.held} of {finding.total}"
    return "\n\n".join(f"{name}\n: {value}" for name, value in rows.items())


def _rule(claim: Claim, context: Context) -> str:
    """Say what counts as true and why, and what the negative control came to."""
    said = escaped(rule_text(claim))
    if claim.name in context.refuted and claim.control is not None:
        verdict = badge(context.refuted[claim.name], own=is_own(claim))
        said += f" The same data, with {escaped(claim.control.says)} on purpose: {verdict}"
    return said


def _links(claim: Claim, context: Context) -> Iterator[str]:
    yield f"{escaped(claim.where)}, settings {status_badge(claim.settings)}"
    if claim.experiment in context.data:
        yield f"{{doc}}`page </notebooks/{claim.experiment}>`"
    if claim.figure in context.figures:
        yield f"{{ref}}`figure <{claim.figure}>`"
    if claim.experiment in context.data:
        yield f"{{download}}`data </runs/{claim.experiment}/{claim.experiment}.nc>`"
    if claim.statistic is not None:
        yield f"{{py:mod}}`code <{claim.statistic.__module__}>`"


def badge(verdict: str, text: str = "", *, own: bool = False) -> str:
    """Return a verdict as symbol and word; the style sheet draws the symbol from the class."""
    name = BADGES.get(verdict, "untestable")  # type: ignore[call-overload]  # a published word
    return f"[{text or word(verdict, own)}]{{.verdict-{name}}}"


def escaped(text: str) -> str:
    """Return a text as Markdown that shows it: code in backquotes, ``S_B`` as mathematics."""

    def shown(match: re.Match[str]) -> str:
        code, letter, index, sign = match.groups()
        return code or (f"${letter}_{{{index}}}$" if letter else f"\\{sign}")

    return _SPECIAL.sub(shown, text)
