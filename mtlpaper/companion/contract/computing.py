"""Compute the data of a chapter, and estimate beforehand what that will cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.companion.contract.declaration import Cell, Cost, Grid, Stage
from mtlpaper.companion.sweeps import sweep
from mtlpaper.companion.sweeps.progress import duration

#: Units of a grid whose costs are counted one by one; of larger grids a sample is counted.
_COUNTED = 2000
#: What a worker takes before it has any data: Python with torch.
_BASE_BYTES = 350 * 2**20
Arrays = Mapping[str, np.ndarray]


def compute(stages: Iterable[Stage], params: Any) -> xr.Dataset:
    """Compute a chapter's data, stage by stage.

    Parameters
    ----------
    stages : iterable of Stage
    params : Parameters

    Returns
    -------
    xarray.Dataset
        All measured and derived variables with their coordinates.

    Raises
    ------
    SweepError
        If a worker or the store fails; what was finished stays in the store.
    """
    return _through(stages, params, _filled)


def _through(
    stages: Iterable[Stage], params: Any, fill: Callable[[Grid], xr.Dataset]
) -> xr.Dataset:
    data = xr.Dataset()
    for stage in stages:
        for grid in stage.measure(params, data):
            data = joined(data, fill(grid))
        data = joined(data, stage.derive(params, data))
    return data


def joined(data: xr.Dataset, more: xr.Dataset) -> xr.Dataset:
    """Two datasets in one; their common coordinates must be equal.

    Raises
    ------
    ValueError
        If they differ, or both hold a variable of one name with other values.
    """
    return xr.merge([data, more], join="exact", compat="equals", combine_attrs="override")


def _filled(grid: Grid) -> xr.Dataset:
    """Compute the units of a grid, the costly ones first so that none is left for the end."""
    cells = list(grid.cells())
    order = sorted(range(len(cells)), key=lambda i: -_weight(grid.cost(cells[i].unit)))
    found = sweep(
        grid.run, [cells[i].unit for i in order], networks=lambda unit: grid.cost(unit).networks
    )
    results = dict(zip(order, found, strict=True))
    return dataset(grid, cells, [results[i] for i in range(len(cells))])


def dataset(grid: Grid, cells: Sequence[Cell], results: Sequence[Arrays]) -> xr.Dataset:
    """Label what the units of a grid gave; places without a unit hold NaN."""
    shape = tuple(len(labels.values) for labels in grid.over.values())
    whole = len(cells) == np.prod(shape, dtype=int)
    out = {}
    for name, variable in grid.gives.items():
        arrays = [np.asarray(one[variable.of or name]) for one in results]
        values = np.full(
            (*shape, *arrays[0].shape),
            arrays[0].flat[0] if whole else np.nan,
            dtype=np.result_type(*arrays) if whole else float,
        )
        for cell, array in zip(cells, arrays, strict=True):
            values[cell.place] = array
        attributes = {"long_name": variable.long_name, "units": variable.units}
        out[name] = xr.Variable((*grid.over, *variable.dims), values, attributes)
    return xr.Dataset(out, grid.coordinates())


@dataclass(frozen=True)
class Estimate:
    """Size of an experiment.

    Attributes
    ----------
    n_networks, n_units : int
        Networks, and the units in which they are trained.
    seconds : float
        On one process of this machine.
    bytes_each : int
        Memory that the largest unit takes.
    bytes_kept : int
        Memory that the data take.
    """

    n_networks: int
    n_units: int
    seconds: float
    bytes_each: int
    bytes_kept: int = 0

    def memory(self, jobs: int) -> int:
        """Bytes that the run takes at the least, for a number of processes."""
        return self.bytes_kept + self.bytes_each * min(jobs, self.n_units)

    def summary(self, jobs: int) -> str:
        """Say it in a line, for a number of processes."""
        processes = "1 process" if jobs == 1 else f"{jobs} processes"
        networks = f"{self.n_networks} networks in " if self.n_networks else ""
        return (
            f"{networks}{self.n_units} units, about "
            f"{duration(max(1, self.seconds / min(jobs, self.n_units)))} on {processes}, "
            f"{(_BASE_BYTES + self.bytes_each) // 2**20} MB each"
        )


def estimate(stages: Iterable[Stage], params: Any) -> Estimate:
    """Estimate an experiment's size, good to a factor of two or so.

    Units of a later stage depend on data that are not there yet; zeros stand in for them, since
    the cost of a unit hardly depends on which one was chosen.
    """
    found: list[Estimate] = []

    def counted(grid: Grid) -> xr.Dataset:
        found.append(_size(grid))
        return _zeros(grid)

    *earlier, last = stages
    for grid in last.measure(params, _through(earlier, params, counted)):
        found.append(_size(grid))
    return Estimate(
        n_networks=sum(one.n_networks for one in found),
        n_units=sum(one.n_units for one in found),
        seconds=sum(one.seconds for one in found),
        bytes_each=max(one.bytes_each for one in found),
        bytes_kept=sum(one.bytes_kept for one in found),
    )


def _size(grid: Grid) -> Estimate:
    """Size of one grid; of a very large one, estimated from a sample of its units."""
    cells = list(grid.sample(_COUNTED))
    costs = [grid.cost(cell.unit) for cell in cells]
    share = grid.n_places / max(1, min(grid.n_places, _COUNTED))
    inner = {str(name): of.size for name, of in grid.coords.items()}
    numbers = sum(prod(inner.get(dim, 1) for dim in of.dims) for of in grid.gives.values())
    return Estimate(
        n_networks=round(share * sum(cost.networks for cost in costs)),
        n_units=round(share * len(costs)),
        seconds=share * sum(seconds(cost) for cost in costs),
        bytes_each=max((cost.bytes for cost in costs), default=0),
        bytes_kept=8 * numbers * grid.n_places,
    )


def _zeros(grid: Grid) -> xr.Dataset:
    sizes = {dim: len(labels.values) for dim, labels in grid.over.items()}
    sizes |= {str(name): of.size for name, of in grid.coords.items()}
    return xr.Dataset(
        {
            name: ((*grid.over, *of.dims), np.zeros([sizes[d] for d in (*grid.over, *of.dims)]))
            for name, of in grid.gives.items()
        },
        grid.coordinates(),
    )


def seconds(cost: Cost) -> float:
    """Seconds on one core of this machine."""
    return cost.seconds + cost.flops / _products_per_second()


def _weight(cost: Cost) -> float:
    """A cost as one number that is the same on every machine, to sort by."""
    return cost.seconds + cost.flops / 1e10


@lru_cache(maxsize=1)
def _products_per_second() -> float:
    """Floating-point operations a second that training reaches on one core, measured on one."""
    n = 768
    A = np.ones((n, n), dtype=np.float32)
    A @ A
    began = time.perf_counter()
    A @ A
    return _EFFICIENCY * 2.0 * n**3 / (time.perf_counter() - began)


#: Share of a core's matrix-product rate that training reaches.
_EFFICIENCY = 0.5
