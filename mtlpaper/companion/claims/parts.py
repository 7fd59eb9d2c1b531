"""The numbers a claim rests on: one effect with an interval for every part of what it says."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float

BOUNDS = ("estimate", "low", "high")


class MissingDataError(LookupError):
    """A dataset lacks what a claim speaks of, as one with other parameters may."""


@dataclass(frozen=True)
class Parts:
    """Effects with intervals, each with a label that says of what.

    Attributes
    ----------
    labels : tuple of str
    estimate, low, high : (part,) arrays
        Without an uncertainty the three are equal.
    """

    labels: tuple[str, ...]
    estimate: Float[np.ndarray, " part"]
    low: Float[np.ndarray, " part"]
    high: Float[np.ndarray, " part"]

    def __neg__(self) -> "Parts":
        """Reverse the direction, so that parts of opposite directions can be joined."""
        return Parts(self.labels, -self.estimate, -self.high, -self.low)

    def named(self, word: str) -> "Parts":
        """Put a word before every label."""
        labels = tuple(f"{word}, {label}" if label else word for label in self.labels)
        return Parts(labels, self.estimate, self.low, self.high)


def joined(parts: Iterable[Parts]) -> Parts:
    """Join several parts of one claim."""
    given = list(parts)
    columns = (
        np.concatenate([getattr(part, name) for part in given])
        for name in ("estimate", "low", "high")
    )
    return Parts(tuple(label for part in given for label in part.labels), *columns)


def parts_of(values: xr.DataArray, names: Mapping[str, str] | None = None) -> Parts:
    """Take parts out of a variable, one for each combination of its coordinates.

    Parameters
    ----------
    values : xarray.DataArray
        Over `bound` (estimate, low, high) and others, or without `bound` if it has no uncertainty.
    names : mapping, optional
        What to call dimensions in labels; those mapped to "" show their value only.

    Raises
    ------
    MissingDataError
        If nothing is left or a number is not finite.
    """
    dims = [str(dim) for dim in values.dims if dim != "bound"]
    labels = tuple(
        ", ".join(_label(dim, value, names or {}) for dim, value in zip(dims, cell, strict=True))
        for cell in product(*(values[dim].values for dim in dims))
    )
    columns = [at_bound(values, bound).transpose(*dims).values.ravel() for bound in BOUNDS]
    estimate, low, high = (np.asarray(column, dtype=float) for column in columns)
    if not estimate.size or not np.isfinite([estimate, low, high]).all():
        raise MissingDataError(f"`{values.name}` has no finite value for this claim")
    return Parts(labels, estimate, np.minimum(low, high), np.maximum(low, high))


def at_bound(values: xr.DataArray, bound: str) -> xr.DataArray:
    """Take one end of a variable's interval, or its estimate; all are the same if it has none.

    Raises
    ------
    MissingDataError
        If it has an interval without this.
    """
    return _at(values, "bound", bound) if "bound" in values.dims else values


def _label(dim: str, value: Any, names: Mapping[str, str]) -> str:
    text = f"{value:g}" if isinstance(value, int | float | np.number) else str(value)
    name = names.get(dim, dim)
    return f"{name} = {text}" if name else text


def take(data: xr.Dataset, name: str, **cell: Any) -> xr.DataArray:
    """Take a variable at some coordinates.

    Parameters
    ----------
    data : xarray.Dataset
    name : str
    **cell
        A value of a coordinate; or a function of one, which picks those for which it is true.

    Raises
    ------
    MissingDataError
        If the variable, the coordinate or all such values are missing.
    """
    if name not in data:
        raise MissingDataError(f"there is no `{name}`")
    values = data[name]
    for dim, wanted in cell.items():
        values = _at(values, dim, wanted)
    return values


def effect_of(
    name: str, names: Mapping[str, str] | None = None, **cell: Any
) -> Callable[[xr.Dataset], Parts]:
    """Return the statistic that takes a variable at some coordinates.

    Parameters
    ----------
    name, **cell
        As for `take`.
    names : mapping, optional
        As for `parts_of`.
    """
    return lambda data: parts_of(take(data, name, **cell), names)


def of_source(data: xr.Dataset, source: str) -> xr.Dataset:
    """Take what one source says out of a dataset; variables without `source` stay as they are.

    Raises
    ------
    MissingDataError
        If the dataset has no dimension `source`, or not this label of it.
    """
    if "source" not in data.indexes:
        raise MissingDataError("there is no `source`")
    if source not in data.indexes["source"]:
        raise MissingDataError(f"there is no source = {source}")
    return data.sel(source=source, drop=True)


def over(values: xr.DataArray, *dims: str) -> xr.DataArray:
    """Return a variable that lies over some dimensions as it is.

    Raises
    ------
    MissingDataError
        If it lacks one of them.
    """
    for dim in dims:
        if dim not in values.dims:
            raise MissingDataError(f"`{values.name}` has no `{dim}`")
    return values


def parameter(data: xr.Dataset, name: str) -> Any:
    """Return the value that a parameter had in the run that wrote a dataset.

    Raises
    ------
    MissingDataError
        If the dataset does not tell.
    """
    known = json.loads(data.attrs.get("parameters", "{}"))
    if name not in known:
        raise MissingDataError(f"the parameter `{name}` is not recorded")
    return known[name]


def _at(values: xr.DataArray, dim: str, wanted: Any) -> xr.DataArray:
    if dim not in values.coords:
        raise MissingDataError(f"`{values.name}` has no `{dim}`")
    if isinstance(wanted, Callable):  # type: ignore[arg-type]  # as isinstance takes it at run time
        chosen = [i for i, value in enumerate(values[dim].values) if wanted(value)]
        if not chosen:
            raise MissingDataError(f"`{values.name}` has no such `{dim}`")
        return values.isel({dim: chosen})
    if wanted not in values[dim].values:
        raise MissingDataError(f"`{values.name}` has no {dim} = {wanted}")
    return values.sel({dim: wanted})
