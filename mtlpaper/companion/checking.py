"""Hold published data against their declaration: units computed again, derived values in full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.companion.computing import seconds
from mtlpaper.companion.contract import Cell, Grid, Stage
from mtlpaper.companion.tolerances import FOLLOWS, Difference, compared, named


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

    def differences(self, data: xr.Dataset, found: Mapping[str, np.ndarray]) -> list[Difference]:
        """Hold the unit's numbers against the published ones."""
        return [
            compared(
                name,
                data[name].sel(dict(self.cell.labels)).transpose(*variable.dims),
                np.asarray(found[variable.of or name]),
                variable.tolerance_of(self.cell.unit),
                open_end=variable.open_end,
            )
            for name, variable in self.grid.gives.items()
        ]


def checks(
    experiment: str, stages: Iterable[Stage], params: Any, data: xr.Dataset
) -> Iterator[Check]:
    """All units of an experiment's published data, by stage and grid."""
    for stage in stages:
        for grid in stage.measure(params, data):
            for cell in grid.cells():
                yield Check(experiment, grid, cell, seconds(grid.cost(cell.unit)))


def follow(stages: Iterable[Stage], params: Any, data: xr.Dataset) -> list[Difference]:
    """Hold all that follows from measured variables against what is published, in full.

    Coordinates are compared as well. A published variable that the chapter neither measures nor
    derives differs, since nothing vouches for it.
    """
    known, differences = xr.Dataset(), []
    for stage in stages:
        measured: set[str] = set()
        for grid in stage.measure(params, known):
            measured |= grid.gives.keys()
            differences += _coordinates(grid.coordinates(), data)
        known = known.merge(data[sorted(measured & data.data_vars.keys())])
        derived = stage.derive(params, known)
        differences += [
            compared(str(name), data[name].transpose(*values.dims), values.values, FOLLOWS)
            for name, values in derived.variables.items()
            if name in data.variables
        ]
        differences += [_missing(str(name)) for name in derived.variables if name not in data]
        known = known.merge(data[[name for name in derived.data_vars if name in data]])
    return differences + [_unknown(str(name)) for name in data.data_vars if name not in known]


def _coordinates(coords: Mapping[str, xr.Variable], data: xr.Dataset) -> list[Difference]:
    return [
        compared(name, data[name], values.values, FOLLOWS)
        if name in data.variables
        else _missing(name)
        for name, values in coords.items()
    ]


def _missing(name: str) -> Difference:
    return Difference(name, "missing", "a value", allowed=0.0, ratio=np.inf)


def _unknown(name: str) -> Difference:
    return Difference(name, "a value", "neither measured nor derived", allowed=0.0, ratio=np.inf)
