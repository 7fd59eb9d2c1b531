"""What commands write to standard output: tables for eyes, JSON for programs."""

from __future__ import annotations

import json
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text


def stdout() -> Console:
    """Return the console for results."""
    console = Console()
    if not console.is_terminal:  # a pipe has no width; do not fold the table to 80 columns
        console.width = 160
    return console


def table(*columns: str, **options: Any) -> Table:
    """Return an empty table in the style of the house."""
    return Table(*columns, box=None, header_style="bold", pad_edge=False, **options)


def write_json(content: Any) -> None:
    """Write JSON to standard output, as it stands and on many lines."""
    typer.echo(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False))


def plain(text: str) -> Text:
    """Return a text in which square brackets are square brackets."""
    return Text(text)


def shown(value: Any) -> str:
    """Write a parameter's value: numbers short, lists with commas."""
    if isinstance(value, tuple | list):
        return ", ".join(shown(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
