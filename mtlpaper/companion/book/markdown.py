"""Pieces of MyST Markdown that generated pages are made of: tables, literals, directives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any


def cell(text: str) -> str:
    """Return ``text`` fit for one cell of a pipe table."""
    return " ".join(text.split()).replace("|", r"\|")


def literal(value: Any) -> str:
    """Return a value as inline code, written as on the command line; nothing at all as a dash."""
    if value is None:
        return "–"
    if isinstance(value, tuple | list):
        shown = "(" + ", ".join(str(item) for item in value) + ")"
    else:
        shown = str(value)
    return f"`{cell(shown)}`" if shown else "`''`"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a pipe table; cells are escaped by the caller (`cell`, `literal`)."""
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def directive(
    name: str, title: str, body: str, *, options: dict[str, str] | None = None, fence: int = 3
) -> str:
    """Return a colon-fenced MyST directive; ``fence`` is the number of colons, outer > inner."""
    colons = ":" * fence
    head = [f"{colons}{{{name}}} {title}".rstrip()]
    head += [f":{key}: {value}".rstrip() for key, value in (options or {}).items()]
    return "\n".join([*head, "", body.strip("\n"), colons])
