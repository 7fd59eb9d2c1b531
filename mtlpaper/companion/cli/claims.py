"""``mtlpaper claims``: what holds of the documents, claim by claim, judged from saved data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.cells import cell_len
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mtlpaper.companion.cli import options
from mtlpaper.companion.cli.endings import explained
from mtlpaper.companion.cli.live import say
from mtlpaper.companion.cli.program import app
from mtlpaper.companion.cli.tables import stdout, write_json
from mtlpaper.companion.registry import chapters, documents

if TYPE_CHECKING:
    import xarray as xr

    from mtlpaper.companion.claims import Claim, Finding, Source, Verdict

HEADER = ("Claim (name)", "Place", "Expected", "Effect (95 %)", "Parts, settings")
#: Shares of a width in which not every cell fits on one line; the verdicts before them always do.
_SHARES = (8, 4, 5, 5, 4)
_GAP = 2


@app.command()
def claims(
    preset: Annotated[
        str | None, typer.Option(help="Judge the book's runs of this preset: quick or paper.")
    ] = None,
    results: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of published data; results/ by default."),
    ] = None,
    json: options.Json = False,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="End with 1 if a verdict differs from the published one."),
    ] = False,
    root: options.Root = None,
) -> None:
    """Judge the documents' claims by the published data, or by the runs of a preset."""
    with explained():
        from mtlpaper.companion.claims import differences, judge_all, read_published
        from mtlpaper.companion.runs import SetupError, find_root
        from mtlpaper.companion.runs.publication import FOLDER

        if preset is not None and results is not None:
            raise SetupError("`--preset` and `--results` name two sources of data; give one")
        top = find_root(root)
        published = results or top / FOLDER
        source, file, check = _runs(top, preset) if preset else _published(top, published)
        _require_data(source, file, strict=strict)
        findings = judge_all(_load(source, file, check))
        if json:
            write_json(_plain(findings, source))
        else:
            _print(findings)
        if strict:
            faults = differences(findings, read_published(published))
            for fault in faults:
                say(fault)
            if faults:
                raise typer.Exit(1)


Place = tuple[Path, Callable[[str], Path], Callable[[str, Path], None]]


def _runs(top: Path, preset: str) -> Place:
    """Where the book's runs of a preset have their data: folder, file of each, check of each."""
    from mtlpaper.companion import runs

    first, *_ = chapters().values()
    first.parameters.preset(preset)  # complains of a preset that does not exist
    folder = runs.book_runs(top, preset)
    return (
        folder,
        lambda name: folder / name / f"{name}.nc",
        lambda _, path: runs.require_unaltered(path),
    )


def _published(top: Path, folder: Path) -> Place:
    """Where published data are; what a manifest of ours lists must be as listed."""
    from mtlpaper.companion.runs import SetupError
    from mtlpaper.companion.runs.publication import FOLDER, damage, read_manifest

    ours = folder.resolve() == (top / FOLDER).resolve()
    manifest = read_manifest(top) if ours else {}

    def check(name: str, _: Path) -> None:
        if name in manifest and (fault := damage(top, manifest[name])):
            raise SetupError(f"{folder}: {fault}")

    return folder, lambda name: folder / f"{name}.nc", check


def _require_data(folder: Path, file: Callable[[str], Path], *, strict: bool) -> None:
    from mtlpaper.companion.claims import experiments
    from mtlpaper.companion.runs import SetupError

    missing = [name for name in experiments() if not file(name).is_file()]
    if len(missing) == len(experiments()) or (strict and missing):
        raise SetupError(
            f"{folder} has no data of {', '.join(missing)}; make them by `mtlpaper book`, or name "
            "others by --preset or --results"
        )


def _load(
    folder: Path, file: Callable[[str], Path], check: Callable[[str, Path], None]
) -> Callable[[str], xr.Dataset]:
    from mtlpaper.companion import results
    from mtlpaper.companion.claims import MissingDataError

    def load(name: str) -> xr.Dataset:
        path = file(name)
        if not path.is_file():
            raise MissingDataError(f"there are no data of {name} in {folder}")
        check(name, path)
        return results.load(path)

    return load


def _print(findings: Mapping[str, Finding]) -> None:
    from mtlpaper.companion.claims import SOURCES, all_claims, tally_sources

    console = stdout()
    known = all_claims()
    by_source = tally_sources(findings.values())
    header = ("Verdict", *(["Sources"] if by_source else []), *HEADER)
    rows = {name: _row(known[name], found, [*by_source]) for name, found in findings.items()}
    widths = _widths([header, *rows.values()], console.width)
    console.print(_line("bold", widths, header))
    for name, finding in findings.items():
        console.print(_line("", widths, rows[name]))
        for said in _under(known[name], finding):
            indent = (0, 0, 0, (widths[0] or 0) + _GAP)
            console.print(Padding(Text(f"→ {said}"), indent, expand=False))
        console.print()
    own = {document.cited for document in documents().values() if document.own}
    for name, counted in _by_document(findings).items():
        console.print(_counted(f"claims of {name}", counted, own=name in own))
    for source, counted in by_source.items():
        console.print(_counted(f"by {SOURCES[source]}", counted))


def _counted(what: str, counted: Mapping[Verdict, int], *, own: bool = False) -> Text:
    from mtlpaper.companion.claims import word

    words = ", ".join(f"{count} {word(verdict, own)}" for verdict, count in counted.items())
    return Text(f"{sum(counted.values())} {what}: {words}")


def _by_document(findings: Mapping[str, Finding]) -> dict[str, dict[Verdict, int]]:
    """Count the verdicts on each document, by the name that prose gives it."""
    from mtlpaper.companion.claims import by_document, tally

    known = documents()
    return {
        known[name].cited: tally(findings[claim.name] for claim in claims)
        for name, claims in by_document().items()
    }


def _under(claim: Claim, finding: Finding) -> list[str]:
    """Return the lines under a claim's row: what each source says, and the explanation."""
    from mtlpaper.companion.claims import SYMBOLS, explain, source_texts

    said = source_texts(claim, finding)
    told = [
        f"{name}: {SYMBOLS[finding.sources[source].verdict]} {found}"
        for source, name, found in said
    ]
    return [*told, *explain(claim, finding)]


def _widths(rows: Sequence[Sequence[str]], room: int) -> list[int | None]:
    """Return what the longest cell of each column takes; None of those with shares if too much."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    if sum(widths) + _GAP * len(widths) <= room:
        return [*widths]
    return [*widths[: -len(_SHARES)], *(None for _ in _SHARES)]


def _line(style: str, widths: Sequence[int | None], cells: Sequence[str]) -> Table:
    """Return one line of the scorecard, of which all have the same widths."""
    line = Table.grid(padding=(0, _GAP, 0, 0), expand=None in widths)
    shares = (*(0 for _ in widths[: -len(_SHARES)]), *_SHARES)
    for width, share in zip(widths, shares, strict=True):
        line.add_column(width=width, ratio=share if width is None else None, overflow="fold")
    line.add_row(*map(Text, cells), style=style)
    return line


def _row(claim: Claim, finding: Finding, sources: Sequence[Source]) -> tuple[str, ...]:
    from mtlpaper.companion.claims import SYMBOLS, effect_text, is_own, word

    held = f"{finding.held} of {finding.total}" if finding.total else "–"
    given = (finding.sources.get(source) for source in sources)
    symbols = " ".join(SYMBOLS[one.verdict] if one else " " for one in given)
    return (
        f"{SYMBOLS[finding.verdict]} {word(finding.verdict, is_own(claim))}",
        *([symbols] if sources else []),
        f"{claim.says} ({claim.name})",
        claim.where,
        claim.expected,
        effect_text(claim, finding) or "–",
        f"{held}, {claim.settings}",
    )


def _plain(findings: Mapping[str, Finding], source: Path) -> dict[str, Any]:
    """Return the scorecard as JSON knows it."""
    from mtlpaper.companion.claims import (
        all_claims,
        as_json,
        explain,
        source_texts,
        tally,
        tally_sources,
    )
    from mtlpaper.companion.claims.published_verdicts import finite

    known, published = all_claims(), as_json(findings)
    rows = {}
    for name, finding in findings.items():
        claim = known[name]
        fixed = ("where", "says", "expected", "settings", "experiment", "figure", "unit")
        rows[name] = {
            **{field: getattr(claim, field) for field in fixed},
            "range": [finite(claim.range.low), finite(claim.range.high)],
            "range_reason": claim.reason,
            **published[name],
            "sources": {
                source: {**published[name]["sources"][source], "found": found}
                for source, _, found in source_texts(claim, finding)
            },
            "weakest": finding.weakest,
            "failing": list(finding.failing),
            "undecided": list(finding.undecided),
            "explanation": list(explain(claim, finding)),
        }
    return {
        "data": str(source),
        "summary": tally(findings.values()),
        "summary_by_document": _by_document(findings),
        "summary_by_source": tally_sources(findings.values()),
        "claims": rows,
    }
