"""In what two mappings differ, and how far apart two arrays are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import xarray as xr

#: Kinds of arrays that hold numbers; all else is compared as words.
NUMERIC = "biuf"


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


def entries(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[Entry, ...]:
    """Return what differs between two mappings, in the order of A; what only B has comes last."""
    found = []
    for name in {**a, **b}:
        if name not in b:
            found.append(Entry(name, a[name], None, "A"))
        elif name not in a:
            found.append(Entry(name, None, b[name], "B"))
        elif a[name] != b[name]:
            found.append(Entry(name, a[name], b[name]))
    return tuple(found)


def distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return how far apart two arrays of one shape are, cell by cell.

    Returns
    -------
    array of float
        Zero where they are equal, which two cells without a number are; infinite where only one
        has a finite number, where two infinities differ, and where words differ.
    """
    if a.dtype.kind not in NUMERIC or b.dtype.kind not in NUMERIC:
        return np.where(a.astype(str) == b.astype(str), 0.0, np.inf)
    x, y = a.astype(float), b.astype(float)
    with np.errstate(invalid="ignore"):
        gap = np.abs(y - x)
    same = (x == y) | (np.isnan(x) & np.isnan(y))
    return np.where(same, 0.0, np.where(np.isnan(gap), np.inf, gap))


def labels(values: xr.DataArray, cell: tuple[Any, ...]) -> dict[str, Any]:
    """Return the coordinates of a cell by dimension; its position where there is no coordinate."""
    return {
        str(dim): plain(values[dim].values[place]) if dim in values.coords else int(place)
        for dim, place in zip(values.dims, cell, strict=True)
    }


def plain(value: Any) -> Any:
    """Return the Python value of a NumPy scalar or an array without dimensions."""
    return value.item() if np.ndim(value) == 0 and hasattr(value, "item") else value
