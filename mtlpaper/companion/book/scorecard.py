"""The scorecard page: every claim with what was found, judged from the data that were staged.

The documents come one after the other. A claim is a card that fits a telephone, not a line of a
table too wide for one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import xarray as xr

from mtlpaper.companion import registry
from mtlpaper.companion.book.errors import PublishError
from mtlpaper.companion.book.ledger import status_badge
from mtlpaper.companion.book.markdown import cell, directive, table
from mtlpaper.companion.claims import (
    BADGES,
    SOURCES,
    SYMBOLS,
    Claim,
    Finding,
    MissingDataError,
    Verdict,
    all_claims,
    by_document,
    explain,
    found_text,
    judge_all,
    read_published,
    rule_text,
    sections,
    source_texts,
    tally,
    tally_sources,
)
from mtlpaper.companion.claims.published_verdicts import FILE as VERDICTS
from mtlpaper.companion.registry import Sentence
from mtlpaper.companion.results import ResultError, load
from mtlpaper.companion.runs.publication import FOLDER

FRAGMENT, COUNTS = "scorecard.md", "scorecard-counts.md"
#: Inline code, which stays; a letter with an index; what Markdown would take for its own.
_SPECIAL = re.compile(r"(`[^`]*`)|\b([A-Za-z])_([A-Z]{1,2})\b|([\\*_\[\]<>#$|{}~])")


@dataclass(frozen=True)
class Context:
    """What the page can refer to.

    Attributes
    ----------
    preset : str
        Of the runs that were judged.
    figures : frozenset of str
        Labels of the figures that the book shows.
    data : frozenset of str
        Experiments whose data the book offers.
    refuted : mapping
        Verdict on the negative control of each reproduced claim, by the claim's name.
    published : mapping
        Published verdicts, as `read_published` names them; empty if there are none.
    """

    preset: str
    figures: frozenset[str] = frozenset()
    data: frozenset[str] = frozenset()
    refuted: Mapping[str, Verdict] = field(default_factory=dict)
    published: Mapping[str, str] = field(default_factory=dict)


def stage_scorecard(root: Path, staged: Path, generated: Path, preset: str) -> None:
    """Judge all claims by the staged data and write the page's generated part.

    Parameters
    ----------
    root : Path
        The source tree, which may hold published verdicts.
    staged : Path
        The staged source, which holds every run's files under ``runs/NAME/``.
    generated : Path
        Folder of generated parts.
    preset : str
        Preset of the runs.

    Raises
    ------
    PublishError
        Where data or published verdicts cannot be read.
    """
    try:
        findings, context = _judged(root, staged, preset)
    except ResultError as error:
        raise PublishError(f"scorecard: {error}") from error
    (generated / FRAGMENT).write_text(scorecard(findings, context), encoding="utf-8")
    (generated / COUNTS).write_text(counts(findings), encoding="utf-8")


def _judged(root: Path, staged: Path, preset: str) -> tuple[dict[str, Finding], Context]:
    loaded: dict[str, xr.Dataset] = {}

    def data_of(name: str) -> xr.Dataset:
        path = staged / "runs" / name / f"{name}.nc"
        if not path.is_file():
            raise MissingDataError(f"there is no run of {name} in this book")
        loaded[name] = load(path)
        return loaded[name]

    findings = judge_all(data_of)
    published = root / FOLDER
    context = Context(
        preset,
        figure_labels(staged),
        frozenset(loaded),
        refuted(findings, loaded),
        read_published(published) if (published / VERDICTS).is_file() else {},
    )
    return findings, context


def figure_labels(staged: Path) -> frozenset[str]:
    """Return the labels of the figures of all staged runs."""
    pages = (staged / "notebooks" / f"{run.name}.ipynb" for run in (staged / "runs").glob("*"))
    cells = (cell for page in pages for cell in nbformat.read(page, as_version=4).cells)
    names = (cell.metadata.get("mystnb", {}).get("figure", {}).get("name") for cell in cells)
    return frozenset(name for name in names if name)


def refuted(findings: Mapping[str, Finding], data: Mapping[str, xr.Dataset]) -> dict[str, Verdict]:
    """Judge the negative control of every reproduced claim: the same data, changed for the worse.

    Parameters
    ----------
    findings : mapping
        By the claim's name.
    data : mapping
        Dataset by experiment.

    Returns
    -------
    dict
        Verdict by the claim's name.
    """
    claims = all_claims()
    controls = {name: claims[name].control for name in findings}
    return {
        name: claims[name].judge(control(data[claims[name].experiment])).verdict
        for name, control in controls.items()
        if control is not None and findings[name].verdict == "reproduced"
    }


def scorecard(findings: Mapping[str, Finding], context: Context) -> str:
    """Return the page's generated part as MyST Markdown.

    Parameters
    ----------
    findings : mapping
        One for every claim, by its name.
    context : Context

    Returns
    -------
    str
        Every claim has the anchor ``claim-NAME``, every document ``document-NAME``.
    """
    parts = [_preview(context)]
    for name, claims in by_document().items():
        parts += _document(name, {claim.name: findings[claim.name] for claim in claims}, context)
    return "\n\n".join(part for part in parts if part) + "\n"


def _document(name: str, findings: Mapping[str, Finding], context: Context) -> Iterator[str]:
    """Yield the parts on one document: its counts, its abstract, and the cards of its claims."""
    document, known = registry.documents()[name], sections()
    says = {claim: one.says for claim, one in all_claims().items()}
    yield f"(document-{name})=\n## {document.cited}"
    yield f"*{escaped(document.title)}*"
    yield _tally(findings, says)
    if document.abstract:
        yield "### What it says, sentence by sentence"
    for sentence in document.abstract:
        yield _sentence(sentence, findings, says)
    for title in document.sections:
        yield from [f"### {title}"] if title in known else []
        for claim in known.get(title, ()):
            yield _card(claim, findings[claim.name], context)


def _preview(context: Context) -> str:
    if context.preset == "paper":
        return ""
    told = "Where the published verdict is another one, it stands beside."
    text = (
        f"These verdicts come from the short preset *{context.preset}*, whose data say less than "
        f"the published ones. {told if context.published else ''}"
    )
    return directive("admonition", "Preview", text.strip(), options={"class": "warning"})


def counts(findings: Mapping[str, Finding]) -> str:
    """Count the verdicts behind every sentence of the abstracts, a table for each document.

    Parameters
    ----------
    findings : mapping
        One for every claim, by its name.

    Returns
    -------
    str
        MyST Markdown; the last row of a table counts all claims on the document.
    """
    return "\n\n".join(_abstract_table(name, findings) for name in by_document()) + "\n"


def _abstract_table(name: str, findings: Mapping[str, Finding]) -> str:
    document = registry.documents()[name]
    header = (f"{{ref}}`{document.cited} <document-{name}>`", *(badge(one) for one in SYMBOLS))
    said = [(cell(escaped(one.says)), one.claims) for one in document.abstract]
    said.append(("**all claims**", tuple(claim.name for claim in by_document()[name])))
    rows = [
        (text, *(str(n) for n in tally(findings[claim] for claim in claims).values()))
        for text, claims in said
    ]
    return table(header, rows)


def _counted(what: str, numbers: Mapping[Verdict, int]) -> str:
    words = " ".join(badge(verdict, f"{number} {verdict}") for verdict, number in numbers.items())
    return f"{{.counts}}\n**{sum(numbers.values())} {what}:** {words}"


def _tally(findings: Mapping[str, Finding], says: Mapping[str, str]) -> str:
    """Count the verdicts, and show each claim as a small link in the order of the verdicts."""
    order = sorted(findings, key=lambda name: list(SYMBOLS).index(findings[name].verdict))
    cells = "\n".join(_tally_cell(name, findings[name].verdict, says[name]) for name in order)
    drawn = f'<ul class="tally" aria-label="Claims by verdict">\n{cells}\n</ul>'
    by_source = tally_sources(findings.values())
    return "\n\n".join(
        [
            _counted("claims", tally(findings.values())),
            f"```{{raw}} html\n{drawn}\n```",
            "Every mark above leads to a claim.",
            *(_counted(f"by {SOURCES[source]}", found) for source, found in by_source.items()),
        ]
    )


def _tally_cell(name: str, verdict: Verdict, says: str) -> str:
    words = html.escape(f"{says} {verdict.capitalize()}.", quote=True)
    mark = f'<span aria-hidden="true">{SYMBOLS[verdict]}</span>'
    link = f'<a href="#claim-{name}" title="{words}" aria-label="{words}">{mark}</a>'
    return f'<li class="tally-{BADGES[verdict]}">{link}</li>'


def _sentence(sentence: Sentence, findings: Mapping[str, Finding], says: Mapping[str, str]) -> str:
    rows = "\n".join(
        f"- {badge(findings[name].verdict)} [{escaped(says[name])}](#claim-{name})"
        for name in sentence.claims
    )
    head = f"{{.claim-says}}\n{escaped(sentence.says)}"
    return directive("container", "abstract", f"{head}\n\n{rows}")


def _card(claim: Claim, finding: Finding, context: Context) -> str:
    head = f"{{.claim-says}}\n{_verdict(claim.name, finding, context)} {escaped(claim.says)}"
    parts = [head, _numbers(claim, finding, context)]
    if why := explain(claim, finding):
        parts.append(f"{{.claim-why}}\n{escaped(' '.join(why))}")
    if claim.statistic is not None:
        parts.append(f"{{.claim-rule}}\n{_rule(claim, context)}")
    parts.append(f"{{.claim-links}}\n{' · '.join(_links(claim, context))}")
    classes = f"claim claim-{BADGES[finding.verdict]}{' by-source' if finding.sources else ''}"
    card = directive("container", classes, "\n\n".join(parts), fence=4)
    return f"(claim-{claim.name})=\n{card}"


def _verdict(name: str, finding: Finding, context: Context) -> str:
    """Return the verdict, and the published one beside it where they differ."""
    shown = badge(finding.verdict)
    was = context.published.get(name, finding.verdict)
    return shown if was == finding.verdict else f"{shown} (published: {badge(was)})"


def _numbers(claim: Claim, finding: Finding, context: Context) -> str:
    rows = {"Expected": escaped(claim.expected)}
    for source, name, found in source_texts(claim, finding):
        shown = _verdict(f"{claim.name}, {source}", finding.sources[source], context)
        rows[escaped(name.capitalize())] = f"{shown} {escaped(found)}"
    if finding.total and not finding.sources:
        rows["Found"] = escaped(found_text(claim, finding))
        rows["Parts held"] = f"{finding.held} of {finding.total}"
    return "\n\n".join(f"{name}\n: {value}" for name, value in rows.items())


def _rule(claim: Claim, context: Context) -> str:
    """Say what counts as true and why, and what the negative control came to."""
    said = escaped(rule_text(claim))
    if claim.name in context.refuted and claim.control is not None:
        verdict = context.refuted[claim.name]
        said += f" With {escaped(claim.control.says)}: {badge(verdict)}"
    return said


def _links(claim: Claim, context: Context) -> Iterator[str]:
    yield f"{escaped(claim.where)}, settings {status_badge(claim.settings)}"
    if claim.figure in context.figures:
        yield f"{{numref}}`{claim.figure}`"
    if claim.experiment in context.data:
        yield f"{{download}}`data </runs/{claim.experiment}/{claim.experiment}.nc>`"
    if claim.statistic is not None:
        yield f"{{py:mod}}`code <{claim.statistic.__module__}>`"


def badge(verdict: str, text: str = "") -> str:
    """Return a verdict as symbol and word; the style sheet draws the symbol from the class."""
    name = BADGES.get(verdict, "untestable")  # type: ignore[call-overload]  # a published word
    return f"[{text or verdict}]{{.verdict-{name}}}"


def escaped(text: str) -> str:
    """Return a text as Markdown that shows it: code in backquotes, ``S_B`` as mathematics."""

    def shown(match: re.Match[str]) -> str:
        code, letter, index, sign = match.groups()
        return code or (f"${letter}_{{{index}}}$" if letter else f"\\{sign}")

    return _SPECIAL.sub(shown, text)
