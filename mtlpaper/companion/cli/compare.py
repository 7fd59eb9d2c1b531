"""``mtlpaper compare``: two results of one experiment, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from mtlpaper.companion.cli import options
from mtlpaper.companion.cli.endings import explained
from mtlpaper.companion.cli.live import say
from mtlpaper.companion.cli.program import app
from mtlpaper.companion.cli.tables import stdout, table, write_json

if TYPE_CHECKING:
    from mtlpaper.companion.comparison import Section

_RESULT = "A run folder, a NetCDF file, or an experiment whose data are published."
_OTHER = "What to compare it with; one of the two may be `published`, the paper's own numbers."


@app.command()
def compare(
    a: Annotated[str, typer.Argument(metavar="RUN_A", help=_RESULT)],
    b: Annotated[str, typer.Argument(metavar="RUN_B", help=_OTHER)],
    html: Annotated[
        Path | None, typer.Option(help="Write a page with the figures of both to this file.")
    ] = None,
    json: options.Json = False,
    root: options.Root = None,
) -> None:
    """Compare two results of one experiment; ends with 0 also where they differ."""
    with explained():
        from mtlpaper.companion import comparison

        found = comparison.compare(a, b, root)
        if json:
            write_json(comparison.plain(found))
        else:
            console = stdout()
            for name, side in (("A", found.a), ("B", found.b)):
                console.print(Text(f"{name}: {side.experiment}, {side.name}"))
            for section in comparison.sections(found):
                _print(section, console)
        if html is not None:
            comparison.write_page(found, html)
            say(f"page: {html}")


def _print(section: Section, console: Console) -> None:
    console.print()
    console.print(Text(f"{section.title}: {section.note}"), style="bold")
    if section.rows:
        rows = table(*section.head, padding=(0, 2, 0, 0))
        for row in section.rows:
            rows.add_row(*map(Text, row))
        console.print(rows)
