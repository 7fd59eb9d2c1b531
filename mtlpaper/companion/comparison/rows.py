"""A document's published numbers against the rows they were computed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mtlpaper.companion.claims.published_verdicts import finite
from mtlpaper.companion.differences import plain
from mtlpaper.companion.registry import PublishedTable


@dataclass(frozen=True)
class Mismatch:
    """A cell of a table in which the rows give other numbers.

    Attributes
    ----------
    cell : mapping
        Its coordinates.
    numbers : mapping
        By variable that differs, what is published and what is computed from the rows; None where
        there are none.
    """

    cell: Mapping[str, Any]
    numbers: Mapping[str, tuple[float, float | None]]


def mismatches(table: PublishedTable, folder: Path) -> tuple[Mismatch, ...]:
    """Compute a table from its rows and return the cells that differ by more than its tolerance.

    Raises
    ------
    ResultError
        If the folder does not hold the rows.
    """
    published, computed = table.load(), table.from_rows(folder)
    dims, names = tuple(published.dims), list(published.data_vars)
    # A variable over fewer dimensions belongs to all cells along the others.
    a, b = (
        of[names].to_array("variable").transpose(*dims, "variable").values
        for of in (published, computed)
    )
    wrong = ~(np.abs(a - b) <= table.tolerance.allowed(a))  # so that NaN is wrong too
    found = []
    for place in map(tuple, np.argwhere(wrong.any(axis=-1))):
        found.append(
            Mismatch(
                {str(d): plain(published[d].values[i]) for d, i in zip(dims, place, strict=True)},
                {
                    str(names[i]): (float(a[place][i]), finite(float(b[place][i])))
                    for i in np.flatnonzero(wrong[place])
                },
            )
        )
    return tuple(found)
