"""The scorecard page: every claim with what was found, judged from the data that were staged.

The documents come one after the other. A claim is a card that fits a telephone, not a line of a
table too wide for one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import nbformat
import xarray as xr

from mtlpaper.companion import registry
from mtlpaper.companion.book.cards import Context, badge, card, escaped
from mtlpaper.companion.book.errors import PublishError
from mtlpaper.companion.book.markdown import directive
from mtlpaper.companion.claims import (
    BADGES,
    SOURCES,
    Finding,
    MissingDataError,
    Source,
    Verdict,
    all_claims,
    by_document,
    judge_all,
    read_published,
    sections,
    tally,
    tally_sources,
    word,
)
from mtlpaper.companion.claims.published_verdicts import FILE as VERDICTS
from mtlpaper.companion.registry import Document, Sentence
from mtlpaper.companion.results import ResultError, load
from mtlpaper.companion.runs.publication import FOLDER

#: What surveys claims that are shown below makes way for a filter.
_SURVEY = {"class": "survey"}


def judge(root: Path, staged: Path, preset: str) -> tuple[dict[str, Finding], Context]:
    """Judge all claims by the staged data.

    Parameters
    ----------
    root : Path
        The source tree, which may hold published verdicts.
    staged : Path
        The staged source, which holds every run's files under ``runs/NAME/``.
    preset : str
        Preset of the runs.

    Returns
    -------
    dict
        Finding by the claim's name.
    Context

    Raises
    ------
    PublishError
        Where data or published verdicts cannot be read.
    """
    try:
        return _judged(root, staged, preset)
    except ResultError as error:
        raise PublishError(f"scorecard: {error}") from error


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
        remarks(staged),
    )
    return findings, context


def remarks(staged: Path) -> dict[str, tuple[str, str]]:
    """Return what the staged chapters found of the claims of others, as `Context` has it."""
    paths = {name: staged / "runs" / name / f"{name}.nc" for name in registry.chapters()}
    return {
        claim: (name, words)
        for name, chapter in registry.chapters().items()
        if chapter.remarks is not None and paths[name].is_file()
        for claim, words in chapter.remarks(load(paths[name])).items()
    }


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
    """Yield the parts on one document: counts, its abstract, and the cards of its claims."""
    document, known = registry.documents()[name], sections()
    says = {claim: one.says for claim, one in all_claims().items()}
    yield f"(document-{name})=\n## {document.cited}"
    yield _published(document)
    yield _counted(document, name, tally(findings.values()))
    if by_source := tally_sources(findings.values()):
        counted = "\n\n".join(_counted_by(source, found) for source, found in by_source.items())
        yield directive("unfold", "The same, source by source", counted, options=_SURVEY, fence=4)
    if document.abstract:
        sentences = "\n\n".join(_sentence(one, findings, says) for one in document.abstract)
        title = "Its main sentences, and the claims that test each"
        yield directive("unfold", title, sentences, options=_SURVEY, fence=4)
    for title in document.sections:
        if claims := known.get(title, ()):
            yield f"### {title}"
            cards = [card(claim, findings[claim.name], context, name) for claim in claims]
            counted = _words(tally(findings[claim.name] for claim in claims), own=document.own)
            yield directive(
                "unfold",
                f"{len(claims)} claims: {counted}",
                "\n\n".join(cards),
                options={"class": "of-section", "open": ""},
                fence=5,
            )


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
    """Name every document that has claims, and count their verdicts.

    Parameters
    ----------
    findings : mapping
        One for every claim, by its name.

    Returns
    -------
    str
        MyST Markdown; each count leads to the claims that it counts.
    """
    parts = []
    for name, claims in by_document().items():
        document = registry.documents()[name]
        parts.append(f"**{document.cited}:** {_published(document)}")
        parts.append(_counted(document, name, tally(findings[claim.name] for claim in claims)))
    return "\n\n".join(parts) + "\n"


def _published(document: Document) -> str:
    """Return a document's title, where it was published, and where it can be read."""
    title = f"*{escaped(document.title)}*"
    return f"{title}, [{document.venue}]({document.link})" if document.link else title


def _counted(document: Document, name: str, numbers: Mapping[Verdict, int]) -> str:
    """Count a document's verdicts; each count leads to the scorecard's cards of its verdict."""
    links = [
        f'<a class="verdict-{BADGES[verdict]}" href="scorecard.html?document={name}'
        f'&amp;verdict={BADGES[verdict]}#document-{name}">'
        f"{number} {word(verdict, document.own)}</a>"
        for verdict, number in numbers.items()
        if number
    ]
    return f"{{.counts}}\n**{sum(numbers.values())} claims:** {' '.join(links)}"


def _counted_by(source: Source, numbers: Mapping[Verdict, int]) -> str:
    return f"{{.counts}}\n**{sum(numbers.values())} by {SOURCES[source]}:** {_words(numbers)}"


def _words(numbers: Mapping[Verdict, int], *, own: bool = False) -> str:
    return " ".join(
        badge(verdict, f"{n} {word(verdict, own)}") for verdict, n in numbers.items() if n
    )


def _sentence(sentence: Sentence, findings: Mapping[str, Finding], says: Mapping[str, str]) -> str:
    rows = "\n".join(
        f"- {badge(findings[name].verdict)} [{escaped(says[name])}](#claim-{name})"
        for name in sentence.claims
    )
    head = f"{{.claim-says}}\n{escaped(sentence.says)}"
    return directive("container", "abstract", f"{head}\n\n{rows}")
