"""What commands write to standard output: tables for readers, JSON for programs."""

from __future__ import annotations

import json
import os
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

#: A pipe has no width to fold a table to; this is more than any table takes.
_UNLIMITED = 10_000


def stdout() -> Console:
    """Return the console for results."""
    console = Console()
    if not console.file.isatty() and "COLUMNS" not in os.environ:
        console.width = _UNLIMITED
    return console


def table(*columns: str, **options: Any) -> Table:
    """Return an empty table in the style of the house."""
    lines = Table(box=None, header_style="bold", pad_edge=False, **options)
    for column in columns:
        lines.add_column(column, overflow="fold")  # names must not be cut
    return lines


def write_json(content: Any) -> None:
    """Write JSON to standard output, as it stands and on many lines."""
    typer.echo(json.dumps(content, indent=2, allow_nan=False))


def shown(value: Any) -> str:
    """Write a parameter's value: numbers short, lists with commas."""
    if isinstance(value, tuple | list):
        return ", ".join(shown(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
