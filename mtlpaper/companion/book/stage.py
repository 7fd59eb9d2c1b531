"""Staging: the book's source, complete with runs and generated pages, in a folder of its own.

The source tree is only read. What Sphinx then sees is the committed pages, the notebooks with the
outputs of a run, every run's files under ``runs/NAME/`` and the generated parts under
``book/_generated/``.
"""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import yaml
from sphinx_external_toc.parsing import parse_toc_yaml

import mtlpaper
from mtlpaper.companion import registry
from mtlpaper.companion.book.answers import answers, opening
from mtlpaper.companion.book.api import api_pages
from mtlpaper.companion.book.boxes import provenance_box
from mtlpaper.companion.book.errors import PublishError
from mtlpaper.companion.book.ledger import settings_ledger, symbols
from mtlpaper.companion.book.overlay import (
    append_markdown,
    insert_under_title,
    lay_over,
    show_drawings,
    shown,
    without_pictures,
)
from mtlpaper.companion.book.pdf import PDF
from mtlpaper.companion.book.scorecard import counts, judge, scorecard
from mtlpaper.companion.parameters import describe
from mtlpaper.companion.results import NARROW, ResultError, load
from mtlpaper.companion.runs import RECORD, RunRecord, require_record

#: What the source tree contributes; everything else in it is none of the book's business.
SOURCES = ("_config.yml", "_toc.yml", "pyproject.toml", "CITATION.cff", "book", "notebooks")
#: Generated parts, relative to the staged tree; pages ``{include}`` them.
GENERATED = Path("book") / "_generated"
#: The front page's link to the PDF; not printed in it.
PDF_LINK = f"""```{{raw}} html
<p class="d-print-none"><a href="../{PDF}">All pages in one PDF</a></p>
```
"""


def stage(
    root: Path, runs: Mapping[str, Path], target: Path, *, preset: str, pdf: bool = False
) -> None:
    """Fill ``target``, which must not exist, with the complete source of the book.

    Parameters
    ----------
    root : Path
        The source tree.
    runs : mapping
        Experiment name to its run folder.
    target : Path
        Folder to fill.
    preset : str
        Preset of the runs, told on every page where it is not the paper's.
    pdf : bool
        Whether there will be a PDF, which the front page then links.

    Raises
    ------
    PublishError
        Where a source or a run is missing, a run does not belong to its notebook, or a chapter's
        answer on the front page names no number of its run.
    """
    records = {name: _record(folder) for name, folder in runs.items()}
    _copy_sources(root, target)
    _require_runs(target / "_toc.yml", records)
    for name, record in records.items():
        _stage_run(target, name, runs[name], record)
    _stage_generated(target, records, pdf)
    _stage_claims(root, target, records, preset)
    _stage_links(target)
    _complete_config(target / "_config.yml", records, preset)


def _record(folder: Path) -> RunRecord:
    """Read the record of a run and make sure that its files are the ones it wrote."""
    try:
        record = require_record(folder)
    except ResultError as error:
        raise PublishError(f"{folder} is no sound run folder: {error}") from error
    for name, how in record.damage(folder):
        raise PublishError(f"{folder}: `{name}`, which {RECORD} lists, {how}; run again")
    return record


def _copy_sources(root: Path, target: Path) -> None:
    target.mkdir(parents=True)
    junk = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__", "_generated", "*.partial.*")
    for name in SOURCES:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=junk)
        elif source.is_file():
            shutil.copy(source, target / name)
        else:
            raise PublishError(f"{root}: lacks {name}, which the book needs")


def _require_runs(toc: Path, records: Mapping[str, RunRecord]) -> None:
    pages = [str(page) for page in parse_toc_yaml(toc)]
    needed = {Path(page).name for page in pages if page.startswith("notebooks/")}
    if lacking := sorted(needed - set(records)):
        raise PublishError(f"no run for {', '.join(lacking)}")
    if spare := sorted(set(records) - needed):
        raise PublishError(f"_toc.yml has no page notebooks/{spare[0]} for the run of {spare[0]}")


def _stage_run(target: Path, name: str, run: Path, record: RunRecord) -> None:
    """Lay the run's outputs over the notebook, add the provenance box, copy the run's files."""
    if record.experiment != name:
        raise PublishError(f"{run}: is a run of {record.experiment}, not of {name}")
    executed = run / f"{name}.ipynb"
    page = target / "notebooks" / f"{name}.ipynb"
    for path in (executed, page):
        if not path.is_file():
            raise PublishError(f"{path}: missing")
    ran = nbformat.read(executed, as_version=4)
    show_drawings(ran, run)
    notebook = nbformat.read(page, as_version=4)
    lay_over(notebook, ran, name)
    chapters = registry.chapters()
    infos = describe(chapters[name].parameters) if name in chapters else ()
    append_markdown(notebook, provenance_box(record, f"/runs/{name}", infos), "provenance")
    nbformat.write(notebook, page)
    folder = target / "runs" / name
    folder.mkdir(parents=True)
    pictures = [shown(run / file).name for file in record.files if file.endswith(".svg")]
    for file in (*record.files, RECORD):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        if file.endswith(".csv"):  # long; R and pandas read it packed
            packed = gzip.compress((run / file).read_bytes(), mtime=0)
            (folder / f"{file}.gz").write_bytes(packed)
        elif file in pictures or not (file.endswith(".png") or NARROW in file):
            shutil.copy(run / file, folder / file)
    without_pictures(ran)  # the page shows them, and they would be nine tenths of the download
    nbformat.write(ran, folder / executed.name)


def _stage_generated(target: Path, records: Mapping[str, RunRecord], pdf: bool) -> None:
    folder = target / GENERATED
    folder.mkdir(parents=True)
    (folder / "pdf.md").write_text(PDF_LINK if pdf else "", encoding="utf-8")
    rows = answers({name: record.numbers for name, record in records.items()})
    (folder / "chapters.md").write_text(rows, encoding="utf-8")
    settings = {name: chapter.parameters for name, chapter in registry.chapters().items()}
    (folder / "settings.md").write_text(settings_ledger(settings), encoding="utf-8")
    (folder / "symbols.md").write_text(symbols(registry.glossary(), settings), encoding="utf-8")
    for page, text in api_pages(Path(mtlpaper.__file__).parent).items():
        (folder / f"api-{page}.md").write_text(text, encoding="utf-8")
    stage_fragments(target, folder)


def _stage_claims(root: Path, target: Path, records: Mapping[str, RunRecord], preset: str) -> None:
    """Judge the claims for the scorecard, the front page and the box that opens a chapter."""
    findings, context = judge(root, target, preset)
    (target / GENERATED / "scorecard.md").write_text(scorecard(findings, context), encoding="utf-8")
    (target / GENERATED / "scorecard-counts.md").write_text(counts(findings), encoding="utf-8")
    for name, chapter in registry.chapters().items():
        if name in records and (box := opening(chapter, records[name].numbers, findings, context)):
            page = target / "notebooks" / f"{name}.ipynb"
            notebook = nbformat.read(page, as_version=4)
            insert_under_title(notebook, box)
            nbformat.write(notebook, page)


def stage_fragments(target: Path, folder: Path) -> None:
    """Write what chapters make of the staged datasets for the pages."""
    for name, chapter in registry.chapters().items():
        path = target / "runs" / name / f"{name}.nc"
        if path.is_file():
            for file, fragment in chapter.fragments.items():
                try:
                    text = fragment(load(path))
                except ValueError as error:
                    raise PublishError(f"{path}: {error}") from error
                (folder / file).write_text(text, encoding="utf-8")


def _complete_config(path: Path, records: Mapping[str, RunRecord], preset: str) -> None:
    """Write into the staged configuration what only the build knows: preset and commits."""
    config: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    config.setdefault("sphinx", {}).setdefault("config", {})["mtlpaper_staged"] = True
    html = config.setdefault("html", {})
    html["extra_footer"] = _footer(records, preset)
    if preset != "paper":
        html["announcement"] = (
            f"Preview with the short preset <em>{preset}</em>: the numbers and figures on these "
            "pages are not those of the published book."
        )
    elif any(record.published for record in records.values()):
        html["announcement"] = (
            f"The data of these pages are the published ones ({_commits(records)}, "
            f"{_days(records)}) and were not computed for this copy of the book. "
            "<code>make book</code> computes them anew."
        )
    path.write_text(yaml.safe_dump(config, sort_keys=False, allow_unicode=True), encoding="utf-8")


def _stage_links(target: Path) -> None:
    config = yaml.safe_load((target / "_config.yml").read_text(encoding="utf-8"))
    text = links(config.get("repository", {}).get("url", ""))
    (target / GENERATED / "links.md").write_text(text, encoding="utf-8")


def links(address: str) -> str:
    """Return the list of how to cite, get the code and report an error, as MyST Markdown.

    Parameters
    ----------
    address : str
        Of the repository, on a host that has issues under ``/issues``; may be empty, and is then
        not mentioned.
    """
    lines = ["- Cite: {download}`CITATION.cff </CITATION.cff>`"]
    if address:
        lines.append(f"- Code: <{address}>")
        lines.append(f"- Report an error: <{address.rstrip('/')}/issues>")
    return "\n".join(lines) + "\n"


def _footer(records: Mapping[str, RunRecord], preset: str) -> str:
    if not records:
        return ""
    data = "Published data, preset" if any(r.published for r in records.values()) else "Preset"
    return f'<p class="build">{data} {preset}, {_commits(records)}</p>'


def _commits(records: Mapping[str, RunRecord]) -> str:
    """Name the commits by which the data were made."""
    changes = {True: " with changes", None: " (changes unknown)"}
    origins = [record.origin for record in records.values()]
    commits = {
        f"{origin.short_commit}{changes.get(origin.dirty, '')}"
        if origin.short_commit
        else "unknown"
        for origin in origins
    }
    return f"{'commit' if len(commits) == 1 else 'commits'} {', '.join(sorted(commits))}"


def _days(records: Mapping[str, RunRecord]) -> str:
    """Tell the days, from the first to the last, on which the data were made."""
    days = sorted({record.origin.started[:10] for record in records.values()})
    return days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
