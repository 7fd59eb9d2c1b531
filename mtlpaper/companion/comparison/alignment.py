"""Common cells of two arrays: those whose coordinates both of them have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

#: Coordinates this close, relatively, are the same: a time is a sum of many steps and its last
#: digits depend on the machine, while no two values of a grid lie so close.
_SAME = 1e-9


class DifferentShapeError(ValueError):
    """Two arrays have no common cells; says why."""


@dataclass(frozen=True)
class Common:
    """Where two arrays have a dimension's common values.

    Attributes
    ----------
    a, b : (n,) arrays of int
        Positions along the dimension; the k-th of both belong together.
    sizes : tuple of int
        Length of the dimension in A and in B.
    """

    a: np.ndarray
    b: np.ndarray
    sizes: tuple[int, int]

    @property
    def complete(self) -> bool:
        """Whether neither side has more than the other."""
        return len(self.a) == self.sizes[0] == self.sizes[1]

    def __str__(self) -> str:
        """Return ``4 of 5 in A, 4 of 6 in B``."""
        return f"{len(self.a)} of {self.sizes[0]} in A, {len(self.b)} of {self.sizes[1]} in B"


def aligned(
    a: xr.DataArray, b: xr.DataArray
) -> tuple[xr.DataArray, xr.DataArray, Mapping[str, Common]]:
    """Cut two arrays down to their common cells, in the order of A.

    Returns
    -------
    tuple
        The two arrays, of equal shape, and by dimension what they have in common.

    Raises
    ------
    DifferentShapeError
        If their dimensions differ, or nothing along one of them is common.
    """
    if set(a.dims) != set(b.dims):
        raise DifferentShapeError(f"over ({_listed(a.dims)}) in A, ({_listed(b.dims)}) in B")
    b = b.transpose(*a.dims)
    common = {str(dim): common_values(a, b, dim) for dim in a.dims}
    ours = a.isel({dim: found.a for dim, found in common.items()})
    theirs = b.isel({dim: found.b for dim, found in common.items()})
    return ours, theirs, common


def common_values(a: xr.DataArray, b: xr.DataArray, dim: Hashable) -> Common:
    """Find the values of a dimension that two arrays share.

    Raises
    ------
    DifferentShapeError
        If there are none, or they cannot be told apart.
    """
    sizes = a.sizes[dim], b.sizes[dim]
    if dim not in a.coords or dim not in b.coords:
        if sizes[0] != sizes[1]:
            raise DifferentShapeError(f"{dim} has {sizes[0]} cells in A, {sizes[1]} in B")
        positions = np.arange(sizes[0])
        return Common(positions, positions, sizes)
    left, right = _keys(a[dim].values, b[dim].values)
    if left == right:
        positions = np.arange(sizes[0])
        return Common(positions, positions, sizes)
    if any(count > 1 for keys in (left, right) for count in Counter(keys).values()):
        raise DifferentShapeError(f"{dim} has the same value more than once")
    places = {key: place for place, key in enumerate(right)}
    pairs = [(place, places[key]) for place, key in enumerate(left) if key in places]
    if not pairs:
        raise DifferentShapeError(f"no value of {dim} is common")
    ours, theirs = np.array(pairs).T
    return Common(ours, theirs, sizes)


def _keys(a: np.ndarray, b: np.ndarray) -> tuple[list[Any], list[Any]]:
    """Return what stands for each value: equal keys for equal values, rounding apart."""
    if a.dtype.kind not in "iuf" or b.dtype.kind not in "iuf":
        return [str(value) for value in a], [str(value) for value in b]
    values = np.unique(np.concatenate([a, b]).astype(float))
    gaps = np.diff(values) > _SAME * np.abs(values[1:])
    group = np.concatenate([[0], np.cumsum(gaps)])
    left, right = (list(group[np.searchsorted(values, side.astype(float))]) for side in (a, b))
    return left, right


def _listed(dims: tuple[Hashable, ...]) -> str:
    return ", ".join(map(str, dims))
