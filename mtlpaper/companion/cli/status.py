"""``mtlpaper status``: which figures are fresh, and why the others are stale."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from mtlpaper.companion.cli import options
from mtlpaper.companion.cli.endings import explained
from mtlpaper.companion.cli.live import say
from mtlpaper.companion.cli.program import app
from mtlpaper.companion.cli.tables import stdout, table, write_json

if TYPE_CHECKING:
    from mtlpaper.companion.runs import FigureStatus

_WORDS = {
    "unpublished": "–",
    "same": "= of this run",
    "alike": "= made alike by another run",
    "other": "≠ of another run",
    "damaged": "✗ damaged",
}


@app.command()
def status(
    preset: options.Preset = "paper",
    strict: Annotated[
        bool, typer.Option("--strict", help="End with 1 if anything is not fresh.")
    ] = False,
    json: options.Json = False,
    root: options.Root = None,
) -> None:
    """Say of each figure whether it is fresh or stale, and why."""
    with explained():
        from mtlpaper.companion import runs

        top: Path = runs.find_root(root)
        rows = runs.status(preset, top)
        if json:
            write_json([_plain(row) for row in rows])
        else:
            _print(rows)
        stale = sum(not row.fresh for row in rows)
        # A published dataset of another run is no fault: it is of the preset `paper`, and may have
        # been made elsewhere. One that is not what its manifest says is.
        damaged = {row.experiment for row in rows if row.published.kind == "damaged"}
        if not json:
            say(f"preset {preset}: {len(rows) - stale} of {len(rows)} figures are fresh")
        if strict and (stale or damaged):
            raise typer.Exit(1)


def _print(rows: list[FigureStatus]) -> None:
    published = any(row.published.kind != "unpublished" for row in rows)
    lines = table("Experiment", "Figure", "State", "Why", *(["Published"] if published else []))
    previous = ""
    for row in rows:
        first = row.experiment != previous
        state = "✓ fresh" if row.fresh else "✗ stale"
        shelf = [Text(_standing(row) if first else "")] if published else []
        name = row.experiment if first else ""
        lines.add_row(name, row.figure, state, Text(row.reason), *shelf)
        previous = row.experiment
    stdout().print(lines)


def _standing(row: FigureStatus) -> str:
    word, reason = _WORDS[row.published.kind], row.published.reason
    return f"{word} ({reason})" if reason else word


def _plain(row: FigureStatus) -> dict[str, Any]:
    return {
        "experiment": row.experiment,
        "figure": row.figure,
        "state": "fresh" if row.fresh else "stale",
        "reasons": [{**asdict(reason), "text": str(reason)} for reason in row.reasons],
        "published": asdict(row.published),
    }
