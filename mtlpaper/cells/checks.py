"""How an experiment's data are checked: cells computed again, and what follows from the cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.cells.tolerances import FOLLOWS, Tolerance
from mtlpaper.settings import Parameters

At = Mapping[str, Any]
"""Labels of one cell: coordinates by dimension, and what else a piece asks for."""


@dataclass(frozen=True)
class Piece:
    """Variables that can be computed again cell by cell.

    Attributes
    ----------
    over : tuple of str
        Dimensions along which the cells lie; a cell holds all of the others.
    recompute : callable
        From parameters and a cell's labels to the cell's values, by variable, with the variable's
        other dimensions in their order.
    tolerance : mapping
        By variable.
    seconds : callable
        From parameters and labels to what a cell takes on one core, roughly.
    given : tuple of str
        Further variables over some of these dimensions whose published values a cell starts from.
    tolerance_at : callable, optional
        From parameters and a cell's labels to tolerances that take the place of `tolerance`.
    """

    over: tuple[str, ...]
    recompute: Callable[[Any, At], Mapping[str, Any]]
    tolerance: Mapping[str, Tolerance]
    seconds: Callable[[Any, At], float]
    given: tuple[str, ...] = ()
    tolerance_at: Callable[[Any, At], Mapping[str, Tolerance]] | None = None

    @property
    def variables(self) -> tuple[str, ...]:
        """What a cell holds."""
        return tuple(self.tolerance)

    def cells(self, data: xr.Dataset) -> Iterator[At]:
        """Labels of all cells of a dataset."""
        for labels in product(*(data[dim].values for dim in self.over)):
            yield {dim: _plain(x) for dim, x in zip(self.over, labels, strict=True)}

    def start(self, data: xr.Dataset, at: At) -> At:
        """A cell's labels with what else it starts from."""
        return {**at, **{name: _plain(_part(data[name], at).values) for name in self.given}}

    def differences(
        self, params: Parameters, data: xr.Dataset, at: At, values: Mapping[str, Any]
    ) -> list[Difference]:
        """Hold a cell that was computed again against the published one."""
        tolerance = self.tolerance
        if self.tolerance_at is not None:
            tolerance = self.tolerance_at(params, self.start(data, at))
        return [
            compared(name, _part(data[name], at), np.asarray(values[name]), tolerance[name])
            for name in self.variables
        ]


Derivation = Callable[[Any, xr.Dataset], Mapping[str, xr.DataArray | xr.Variable]]


@dataclass(frozen=True)
class Checks:
    """How the variables of an experiment's data are checked.

    Attributes
    ----------
    pieces : tuple of Piece
        What is computed again, cell by cell.
    derived : tuple of callable
        From parameters and published data to variables that follow from others, which are
        compared in full. A DataArray with coordinates may hold a part of its variable.
    left : mapping
        Variables that nothing checks, with the reason.
    """

    pieces: tuple[Piece, ...] = ()
    derived: tuple[Derivation, ...] = ()
    left: Mapping[str, str] = field(default_factory=dict)

    def follow(self, params: Parameters, data: xr.Dataset) -> list[Difference]:
        """Hold everything that follows from other variables against what is published."""
        found = []
        for derivation in self.derived:
            for name, values in derivation(params, data).items():
                part = data[name]
                if isinstance(values, xr.DataArray):
                    part = part.sel(
                        {dim: values[dim] for dim in values.dims if dim in values.coords}
                    )
                part = part.transpose(*values.dims)
                found.append(compared(name, part, values.values, FOLLOWS))
        return found


@dataclass(frozen=True)
class Difference:
    """A variable's worst number: published, computed again, and how far apart they may be.

    Attributes
    ----------
    variable : str
        With the labels of the number, if it is one of several.
    published, recomputed : float or str
    allowed : float
        Largest admissible difference; zero for words.
    ratio : float
        Difference over what is allowed: above 1 the number differs. Infinite where only one is
        not a number, or words differ.
    """

    variable: str
    published: float | str
    recomputed: float | str
    allowed: float
    ratio: float

    @property
    def ok(self) -> bool:
        """Whether it is close enough."""
        return self.ratio <= 1


def compared(
    name: str, published: xr.DataArray, recomputed: np.ndarray, tolerance: Tolerance
) -> Difference:
    """Compare all numbers of a variable and return the one that is farthest off."""
    if recomputed.shape != published.shape:
        ours, theirs = (f"of shape {shape}" for shape in (recomputed.shape, published.shape))
        return Difference(name, theirs, ours, allowed=0.0, ratio=np.inf)
    seen = published.values
    if seen.dtype.kind in "OSUT":
        ratio, allowed = np.where(seen == recomputed, 0.0, np.inf), np.zeros(seen.shape)
    else:
        ratio, allowed = _ratio(seen.astype(float), recomputed.astype(float), tolerance)
    # Of equals the last: trajectories begin with what they were given.
    last = ratio.size - 1 - int(ratio.ravel()[::-1].argmax())
    worst = np.unravel_index(last, ratio.shape)
    labels = {
        str(dim): _label(published, dim, int(i))
        for dim, i in zip(published.dims, worst, strict=True)
    }
    where = f"[{named(labels)}]" if labels else ""
    return Difference(
        variable=f"{name}{where}",
        published=_plain(seen[worst]),
        recomputed=_plain(recomputed[worst]),
        allowed=float(allowed[worst]),
        ratio=float(ratio[worst]),
    )


def named(labels: At) -> str:
    """Labels as one reads them: ``seed=3, S_A=0.1``."""
    return ", ".join(
        f"{dim}={value:g}" if isinstance(value, float) else f"{dim}={value}"
        for dim, value in labels.items()
    )


def _ratio(
    published: np.ndarray, recomputed: np.ndarray, tolerance: Tolerance
) -> tuple[np.ndarray, np.ndarray]:
    allowed = tolerance.allowed(published)
    with np.errstate(invalid="ignore"):
        ratio = np.abs(recomputed - published) / allowed
    same = (published == recomputed) | (np.isnan(published) & np.isnan(recomputed))
    return np.where(same, 0.0, np.where(np.isnan(ratio), np.inf, ratio)), allowed


def _part(values: xr.DataArray, at: At) -> xr.DataArray:
    return values.sel({str(dim): at[str(dim)] for dim in values.dims if dim in at})


def _label(values: xr.DataArray, dim: Any, index: int) -> Any:
    return _plain(values[dim].values[index]) if dim in values.coords else index


def _plain(value: Any) -> Any:
    return value.item() if np.ndim(value) == 0 and hasattr(value, "item") else value
