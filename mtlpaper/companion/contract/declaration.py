"""What a chapter declares: labelled grids of units, and variables derived from their data.

A *unit* is what one worker computes at once: a frozen dataclass that holds all that its numbers
depend on. A *grid* has one unit for every combination of labels; its results make a labelled
dataset. A *stage* has grids to compute and a function that derives variables from the data so far;
the units of a later stage may depend on the data of earlier ones.

The same declaration is computed and estimated before a run (`computing`), and checked unit by unit
once its data are published (`checking`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.companion.contract.tolerances import DOUBLE, Tolerance


@dataclass(frozen=True)
class Labels:
    """Labels of a dimension along which units lie.

    Attributes
    ----------
    values : sequence
        Numbers or texts, each once.
    long_name : str
        Name for people.
    units : str
    """

    values: Sequence[Any]
    long_name: str
    units: str = "1"


@dataclass(frozen=True)
class Variable:
    """An array that every unit of a grid gives.

    Attributes
    ----------
    dims : tuple of str
        Dimensions of one unit's array.
    long_name : str
    units : str
    tolerance : Tolerance or callable
        How close the number has to come when it is computed again, or the function from the unit
        to that.
    of : str
        Name in what the unit's function returns; the variable's own by default.
    open_end : bool
        Whether rounding may end the last dimension sooner or later; then what both have is
        compared.
    """

    dims: tuple[str, ...]
    long_name: str
    units: str = "1"
    tolerance: Tolerance | Callable[[Any], Tolerance] = DOUBLE
    of: str = ""
    open_end: bool = False

    def tolerance_of(self, unit: Any) -> Tolerance:
        """Return the tolerance of one unit's numbers."""
        return self.tolerance if isinstance(self.tolerance, Tolerance) else self.tolerance(unit)


@dataclass(frozen=True)
class Cost:
    """What a unit takes on one core, roughly.

    Attributes
    ----------
    seconds : float
        Besides the matrix products.
    flops : float
        Floating-point operations in matrix products.
    networks : int
        Networks trained or followed, if any.
    bytes : int
        Memory besides Python and its libraries.
    """

    seconds: float = 0.1
    flops: float = 0.0
    networks: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class Cell:
    """One cell of a grid: its labels by dimension, its indices, and its unit."""

    labels: Mapping[str, Any]
    place: tuple[int, ...]
    unit: Any


def _small(_: Any) -> Cost:
    return Cost()


@dataclass(frozen=True)
class Grid:
    """Units over labelled dimensions, and the variables that they give.

    Attributes
    ----------
    over : mapping
        Labels by dimension; none for a single unit.
    unit : callable
        From labels, as keyword arguments, to a frozen dataclass, or to None where there is nothing
        to compute; NaN then fills the cell.
    run : callable
        From a unit to arrays by name. It stands at the top of an importable module and draws no
        random numbers but from its unit.
    gives : mapping
        Variables by name.
    coords : mapping
        Coordinates of the dimensions inside a unit, by name.
    cost : callable
        From a unit to what it takes.
    """

    over: Mapping[str, Labels]
    unit: Callable[..., Any]
    run: Callable[[Any], Mapping[str, np.ndarray]]
    gives: Mapping[str, Variable]
    coords: Mapping[str, xr.Variable] = field(default_factory=dict)
    cost: Callable[[Any], Cost] = _small

    @property
    def n_places(self) -> int:
        """Number of combinations of labels, whether they have a unit or not."""
        return prod(len(labels.values) for labels in self.over.values())

    def cells(self) -> Iterator[Cell]:
        """All cells that have a unit, the last dimension varying fastest."""
        return self._cells(range(self.n_places))

    def sample(self, n: int) -> Iterator[Cell]:
        """About `n` cells that have a unit, evenly spread and the last among them."""
        step = max(1, self.n_places // n)
        return self._cells(range((self.n_places - 1) % step, self.n_places, step))

    def _cells(self, numbers: Iterable[int]) -> Iterator[Cell]:
        shape = tuple(len(labels.values) for labels in self.over.values())
        for number in numbers:
            place = tuple(int(i) for i in np.unravel_index(number, shape)) if shape else ()
            labels = {
                dim: of.values[i] for (dim, of), i in zip(self.over.items(), place, strict=True)
            }
            unit = self.unit(**labels)
            if unit is not None:
                yield Cell(labels, place, unit)

    def coordinates(self) -> dict[str, xr.Variable]:
        """Coordinates of all dimensions, those of the units first."""
        outer = {
            dim: xr.Variable(dim, list(of.values), {"long_name": of.long_name, "units": of.units})
            for dim, of in self.over.items()
        }
        return {**outer, **self.coords}


def _nothing(*_: Any) -> xr.Dataset:
    return xr.Dataset()


@dataclass(frozen=True)
class Stage:
    """Grids to compute, and the variables derived from their data.

    Attributes
    ----------
    measure : callable
        From parameters and the data of earlier stages to grids.
    derive : callable
        From parameters and the data so far, measured variables of this stage included, to a
        dataset of derived variables, with its coordinates.
    """

    measure: Callable[[Any, xr.Dataset], Iterable[Grid]]
    derive: Callable[[Any, xr.Dataset], xr.Dataset] = _nothing
