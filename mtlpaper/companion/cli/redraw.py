"""``mtlpaper redraw``: figures from data, without computing anything."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mtlpaper.companion.cli.endings import explained
from mtlpaper.companion.cli.program import app


@app.command()
def redraw(
    data: Annotated[Path, typer.Argument(metavar="FILE.nc", help="Data of a run.")],
    out: Annotated[Path, typer.Option(help="Folder of the figures.")],
) -> None:
    """Draw the figures of a run again, from its data alone."""
    with explained():
        from mtlpaper.companion import drawings, results, runs

        runs.require_unaltered(data)
        drawn = drawings.draw(results.load(data))
        runs.make_folder(out)
        for name, figure in drawn.items():
            for path in results.save_figure(figure, out / name):
                typer.echo(path)
