"""``mtlpaper publish``: runs become the published results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mtlpaper.companion.cli import options
from mtlpaper.companion.cli.endings import explained
from mtlpaper.companion.cli.program import app


@app.command()
def publish(
    preset: options.Preset = "paper",
    source: Annotated[
        Path | None,
        typer.Option("--runs", help="Folder of the runs; runs/book/PRESET by default."),
    ] = None,
    allow_dirty: Annotated[
        bool, typer.Option("--allow-dirty", help="Accept runs of an uncommitted tree; recorded.")
    ] = False,
    root: options.Root = None,
) -> None:
    """Copy the data of all runs into results/, with a manifest and the verdicts."""
    with explained():
        from mtlpaper.companion import archive, runs

        top = runs.find_root(root)
        typer.echo(archive.publish(top, preset, source, allow_dirty=allow_dirty))
