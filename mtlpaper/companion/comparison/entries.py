"""Two mappings held against each other: parameters, versions, glued numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Entry:
    """One name under which two mappings hold different things.

    Attributes
    ----------
    name : str
    a, b : object
        The two values; None where there is none.
    only : {"", "A", "B"}
        The side that alone has the name.
    """

    name: str
    a: Any
    b: Any
    only: Literal["", "A", "B"] = ""

    @property
    def gap(self) -> float | None:
        """B minus A, where both are numbers."""
        numbers = (int, float)
        if self.only or not isinstance(self.a, numbers) or not isinstance(self.b, numbers):
            return None
        return float(self.b - self.a)


@dataclass(frozen=True)
class Entries:
    """What differs between two mappings, and of how many names.

    Attributes
    ----------
    differing : tuple of Entry
        In the order of A, what only B has last.
    total : int
        Names in either.
    """

    differing: tuple[Entry, ...]
    total: int


def entries(a: Mapping[str, Any], b: Mapping[str, Any]) -> Entries:
    """Compare two mappings by name."""
    names = list({**a, **b})
    return Entries(tuple(entry for name in names for entry in _entry(name, a, b)), len(names))


def _entry(name: str, a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[Entry, ...]:
    if name not in b:
        return (Entry(name, a[name], None, "A"),)
    if name not in a:
        return (Entry(name, None, b[name], "B"),)
    return () if a[name] == b[name] else (Entry(name, a[name], b[name]),)
