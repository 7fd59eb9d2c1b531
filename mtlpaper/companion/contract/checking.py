"""Compare published data with their declaration: compute units again and derived values in full."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.companion.contract.computing import joined, seconds
from mtlpaper.companion.contract.declaration import Cell, Grid, Stage
from mtlpaper.companion.contract.tolerances import FOLLOWS, Difference, compared, named


@dataclass(frozen=True)
class Check:
    """One unit of published data that can be computed again.

    Attributes
    ----------
    experiment : str
    grid : Grid
    cell : Cell
    seconds : float
        Estimated time on one core.
    """

    experiment: str
    grid: Grid
    cell: Cell
    seconds: float

    def __str__(self) -> str:
        labels = f"[{named(self.cell.labels)}]" if self.cell.labels else ""
        return " ".join(filter(None, [self.experiment, next(iter(self.grid.gives)), labels]))

    def differences(self, data: xr.Dataset, found: Mapping[str, Any]) -> list[Difference]:
        """Compare the unit's numbers with those published under its labels."""
        place = dict(zip(self.grid.over, self.cell.place, strict=True))
        return [
            compared(
                name,
                data[name].isel(place).transpose(*variable.dims),
                np.asarray(found[variable.of or name]),
                variable.tolerance_of(self.cell.unit),
                open_end=variable.open_end,
            )
            if name in data and all(i < data.sizes[dim] for dim, i in place.items())
            else _missing(name)
            for name, variable in self.grid.gives.items()
        ]


def checks(
    experiment: str, stages: Iterable[Stage], params: Any, data: xr.Dataset
) -> Iterator[Check]:
    """All units of an experiment's published data, by stage and grid."""
    for grids, _ in _walk(stages, params, data):
        for grid in grids:
            for cell in grid.cells():
                yield Check(experiment, grid, cell, seconds(grid.cost(cell.unit)))


def follow(stages: Iterable[Stage], params: Any, data: xr.Dataset) -> list[Difference]:
    """Compare all derived variables with the published ones, in full.

    Coordinates are compared as well. A published variable that the chapter neither measures nor
    derives counts as a difference.
    """
    declared: set[Hashable] = set()
    differences = []
    for grids, derived in _walk(stages, params, data):
        for grid in grids:
            differences += _held(grid.coordinates(), data)
            declared |= grid.gives.keys()
        differences += _held(derived.variables, data)
        declared |= derived.variables.keys()
    return differences + [_unknown(str(name)) for name in data.data_vars if name not in declared]


def _walk(
    stages: Iterable[Stage], params: Any, data: xr.Dataset
) -> Iterator[tuple[list[Grid], xr.Dataset]]:
    """Grids and derived values of every stage, from published measured variables alone."""
    known = xr.Dataset()
    for stage in stages:
        grids = list(stage.measure(params, known))
        measured = [name for grid in grids for name in grid.gives if name in data]
        known = joined(known, data[measured])
        derived = stage.derive(params, known)
        yield grids, derived
        known = joined(known, derived)


def _held(values: Mapping[Any, xr.Variable], data: xr.Dataset) -> list[Difference]:
    return [
        compared(str(name), data[name].transpose(*value.dims), value.values, FOLLOWS)
        if name in data.variables
        else _missing(str(name))
        for name, value in values.items()
    ]


def _missing(name: str) -> Difference:
    return Difference(name, "missing", "a value", allowed=0.0, ratio=np.inf)


def _unknown(name: str) -> Difference:
    return Difference(name, "a value", "neither measured nor derived", allowed=0.0, ratio=np.inf)
