"""Every variable of two datasets: how far apart, and in which cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
import xarray as xr

from mtlpaper.companion.differences import NUMERIC, distances, labels, plain

#: Coordinates this close, relatively, are the same: a time is a sum of many steps and its last
#: digits depend on the machine, while no two values of a grid lie so close.
_SAME = 1e-9


class DifferentShapeError(ValueError):
    """Two arrays have no common cells; says why."""


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
    partial: Mapping[str, str] = field(default_factory=dict)
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
    known = name, str(attributes.get("long_name", "")), str(attributes.get("units", ""))
    if name not in a or name not in b:
        return VariablePair(*known, state="only in A" if name in a else "only in B")
    try:
        ours, theirs, partial = aligned(a[name], b[name])
    except DifferentShapeError as error:
        return VariablePair(*known, state="not comparable", reason=str(error))
    numeric = {side.dtype.kind in NUMERIC for side in (ours, theirs)}
    if len(numeric) == 2:
        return VariablePair(*known, state="not comparable", reason="numbers against words")
    gap = distances(ours.values, theirs.values)
    differing = int((gap > 0).sum())
    return VariablePair(
        *known,
        state="differs" if differing else "equal",
        partial=partial,
        cells=gap.size,
        differing=differing,
        **(_measures(gap, ours, theirs) if numeric == {True} else _words(gap, ours, theirs)),
    )


def _words(gap: np.ndarray, a: xr.DataArray, b: xr.DataArray) -> dict[str, Any]:
    return {"absolute": _extreme((gap > 0).astype(float), a, b)}


def _measures(gap: np.ndarray, a: xr.DataArray, b: xr.DataArray) -> dict[str, Any]:
    size = np.maximum(np.abs(a.values.astype(float)), np.abs(b.values.astype(float)))
    finite = np.where(np.isfinite(gap), gap, 0.0)
    relative = np.divide(finite, size, out=np.zeros_like(finite), where=finite > 0)
    return {
        "one_sided": int(np.isinf(gap).sum()),
        "absolute": _extreme(finite, a, b),
        "relative": _extreme(relative, a, b),
        "scale": float(size[np.isfinite(size)].max(initial=0.0)),
    }


def _extreme(size: np.ndarray, a: xr.DataArray, b: xr.DataArray) -> Extreme | None:
    if not size.size or not size.max():
        return None
    cell = np.unravel_index(int(size.argmax()), size.shape)
    values = (plain(side.values[cell]) for side in (a, b))
    left, right = (one if isinstance(one, int | float) else str(one) for one in values)
    return Extreme(float(size[cell]), left, right, labels(a, cell))


def aligned(a: xr.DataArray, b: xr.DataArray) -> tuple[xr.DataArray, xr.DataArray, dict[str, str]]:
    """Cut two arrays down to the cells whose coordinates both of them have.

    Returns
    -------
    tuple
        The two arrays, of equal shape, and by dimension that is cut what they have in common:
        ``4 of 5 in A, 4 of 6 in B``.

    Raises
    ------
    DifferentShapeError
        If their dimensions differ, or nothing along one of them is common.
    """
    if set(a.dims) != set(b.dims):
        sides = ((", ".join(map(str, side.dims))) for side in (a, b))
        raise DifferentShapeError("over ({}) in A, ({}) in B".format(*sides))
    a, b = a.reset_coords(drop=True), b.reset_coords(drop=True).transpose(*a.dims)
    b = b.assign_coords({dim: _snapped(a, b, dim) for dim in a.dims if _both(a, b, dim)})
    for dim in a.dims:
        _require_alignable(a, b, dim)
    ours, theirs = xr.align(a, b, join="inner", copy=False)
    partial = {}
    for dim in a.dims:
        n, sizes = ours.sizes[dim], (a.sizes[dim], b.sizes[dim])
        if not n and any(sizes):
            raise DifferentShapeError(f"no value of {dim} is common")
        if sizes != (n, n):
            partial[str(dim)] = f"{n} of {sizes[0]} in A, {n} of {sizes[1]} in B"
    return ours, theirs, partial


def _both(a: xr.DataArray, b: xr.DataArray, dim: Any) -> bool:
    return dim in a.indexes and dim in b.indexes


def _snapped(a: xr.DataArray, b: xr.DataArray, dim: Any) -> Any:
    """Return B's values of a dimension, with those of A in place of what differs by rounding."""
    ours, theirs = a.indexes[dim], b.indexes[dim]
    kinds = {ours.dtype.kind, theirs.dtype.kind}
    if "f" not in kinds or not kinds <= set("iuf"):
        return theirs
    known = np.unique(ours[np.isfinite(ours)].astype(float))
    values = np.asarray(theirs, dtype=float)
    if not known.size:
        return theirs
    within = _SAME * np.abs(values)
    found = pd.Index(known).get_indexer(values, method="nearest", tolerance=within)
    return np.where(found >= 0, known[found], values)


def _require_alignable(a: xr.DataArray, b: xr.DataArray, dim: Any) -> None:
    if not _both(a, b, dim):
        if a.sizes[dim] != b.sizes[dim]:
            raise DifferentShapeError(f"{dim} has {a.sizes[dim]} cells in A, {b.sizes[dim]} in B")
        return
    ours, theirs = a.indexes[dim], b.indexes[dim]
    if not ours.equals(theirs) and not (ours.is_unique and theirs.is_unique):
        raise DifferentShapeError(f"{dim} has the same value more than once")
