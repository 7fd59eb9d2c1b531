"""Every variable of two datasets: how far apart, and in which cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import xarray as xr

from mtlpaper.companion.comparison.alignment import Common, DifferentShapeError, aligned

NUMERIC = "biuf"


@dataclass(frozen=True)
class Extreme:
    """The cell in which two arrays differ most.

    Attributes
    ----------
    size : float
        Absolute or relative difference; 1 for words, which have none.
    a, b : float or str
        The two values.
    where : mapping
        The cell's coordinates; its position where a dimension has none.
    """

    size: float
    a: float | str
    b: float | str
    where: Mapping[str, Any]


@dataclass(frozen=True)
class VariablePair:
    """One variable of two datasets.

    Attributes
    ----------
    name, long_name, units : str
    state : {"equal", "differs", "only in A", "only in B", "not comparable"}
    reason : str
        Why it is not comparable.
    partial : mapping
        Dimensions along which one side has more than the other: what they have in common.
    cells, differing : int
        Common cells, and how many of them differ.
    one_sided : int
        Differing cells in which only one side has a finite number.
    absolute, relative : Extreme or None
        Largest differences among finite numbers; `relative` is against the larger of the two.
    scale : float
        Largest absolute value in common cells.
    """

    name: str
    long_name: str
    units: str
    state: Literal["equal", "differs", "only in A", "only in B", "not comparable"]
    reason: str = ""
    partial: Mapping[str, Common] = field(default_factory=dict)
    cells: int = 0
    differing: int = 0
    one_sided: int = 0
    absolute: Extreme | None = None
    relative: Extreme | None = None
    scale: float = 0.0

    @property
    def score(self) -> float:
        """How different, for sorting: the largest difference in units of the largest value."""
        if self.state != "differs" or self.one_sided:
            return 0.0 if self.state == "equal" else float("inf")
        assert self.absolute is not None  # something differs
        return self.absolute.size / self.scale if self.scale else self.differing / self.cells


def compare_variables(a: xr.Dataset, b: xr.Dataset) -> tuple[VariablePair, ...]:
    """Compare all variables that are no dimension's coordinate, the most different first."""
    names = [name for name in {**a.variables, **b.variables} if name not in {*a.dims, *b.dims}]
    return tuple(sorted((_compared(str(name), a, b) for name in names), key=lambda v: -v.score))


def _compared(name: str, a: xr.Dataset, b: xr.Dataset) -> VariablePair:
    attributes = (a if name in a else b)[name].attrs
    labels = str(attributes.get("long_name", "")), str(attributes.get("units", ""))
    if name not in a or name not in b:
        return VariablePair(name, *labels, state="only in A" if name in a else "only in B")
    try:
        ours, theirs, common = aligned(a[name], b[name])
    except DifferentShapeError as error:
        return VariablePair(name, *labels, state="not comparable", reason=str(error))
    partial = {dim: found for dim, found in common.items() if not found.complete}
    kinds = {"numbers" if x.dtype.kind in NUMERIC else "words" for x in (ours, theirs)}
    if len(kinds) == 2:
        return VariablePair(name, *labels, state="not comparable", reason="numbers against words")
    compare = _numbers if kinds == {"numbers"} else _words
    return compare(VariablePair(name, *labels, state="equal", partial=partial), ours, theirs)


def _words(blank: VariablePair, a: xr.DataArray, b: xr.DataArray) -> VariablePair:
    differs = np.asarray(a.values.astype(str) != b.values.astype(str))
    first = _extreme(differs.astype(float), a, b)
    return _filled(blank, differs, absolute=first)


def _numbers(blank: VariablePair, a: xr.DataArray, b: xr.DataArray) -> VariablePair:
    x, y = np.asarray(a.values, dtype=float), np.asarray(b.values, dtype=float)
    same = (x == y) | (np.isnan(x) & np.isnan(y))
    finite = np.isfinite(x) & np.isfinite(y) & ~same
    size = np.maximum(np.abs(x), np.abs(y))
    with np.errstate(invalid="ignore"):  # of infinities, which are counted and not measured
        gap = np.where(finite, np.abs(y - x), 0.0)
    relative = np.divide(gap, size, out=np.zeros_like(gap), where=finite)
    return _filled(
        blank,
        np.asarray(~same),  # of single numbers NumPy makes scalars
        one_sided=int((~same & ~finite).sum()),
        absolute=_extreme(gap, a, b),
        relative=_extreme(relative, a, b),
        scale=float(size[np.isfinite(size)].max(initial=0.0)),
    )


def _filled(blank: VariablePair, differs: np.ndarray, **found: Any) -> VariablePair:
    differing = int(differs.sum())
    state: Literal["differs", "equal"] = "differs" if differing else "equal"
    return replace(blank, state=state, cells=differs.size, differing=differing, **found)


def _extreme(size: np.ndarray, a: xr.DataArray, b: xr.DataArray) -> Extreme | None:
    if not size.size or not size.max():
        return None
    cell = np.unravel_index(int(size.argmax()), size.shape)
    where = {
        str(dim): _plain(a[dim].values[place]) if dim in a.coords else int(place)
        for dim, place in zip(a.dims, cell, strict=True)
    }
    left, right = (_plain(side.values[cell]) for side in (a, b))
    return Extreme(float(size[cell]), left, right, where)


def _plain(value: Any) -> float | str:
    """Return a number as one and anything else as a word."""
    if isinstance(value, np.generic):
        value = value.item()
    return value if isinstance(value, int | float) else str(value)
