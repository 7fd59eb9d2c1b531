"""What a grid of benefits will cost, before it starts: networks, time and memory.

A rough estimate, good to a factor of two or so: how many steps a network needs depends on where
its minimum lies. Nothing is imported for it that an experiment would need.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mtlpaper.experiments.families import auxiliary_tasks, main_tasks
from mtlpaper.settings import Parameters
from mtlpaper.settings.auxiliary_data import AuxiliaryData
from mtlpaper.settings.depth import Depth
from mtlpaper.settings.figure2 import Figure2
from mtlpaper.settings.interactions import Interactions
from mtlpaper.settings.multiverse import Multiverse
from mtlpaper.settings.rank_three import RankThree
from mtlpaper.settings.relatedness import Relatedness
from mtlpaper.settings.stopping import Stopping
from mtlpaper.settings.table1 import Table1
from mtlpaper.settings.two_tasks import LinearStudents, TwoTasks
from mtlpaper.settings.unstated import Unstated

#: Share of a core's matrix-product rate that training reaches, and seconds a network's looks take.
_EFFICIENCY, _LOOKS = 0.5, 0.03
#: Steps to well past the minimum at 800 points, and how they grow with the points beyond.
_STEPS, _GROWTH, _REFERENCE = 250, 0.8, 800
_DEEP_STEPS = 600
#: Networks of a unit of the multiverse, on average.
_SCANNED = 7
#: What a worker takes before it has any data: Python with torch.
_BASE_BYTES = 350 * 2**20


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
        Memory of one process.
    """

    n_networks: int
    n_units: int
    seconds: float
    bytes_each: int

    def summary(self, jobs: int) -> str:
        """Say it in a line, for a number of processes."""
        processes = "1 process" if jobs == 1 else f"{jobs} processes"
        return (
            f"{self.n_networks} networks in {self.n_units} units, about "
            f"{_duration(self.seconds / min(jobs, self.n_units))} on {processes}, "
            f"{self.bytes_each // 2**20} MB each"
        )


@dataclass(frozen=True)
class _Units:
    """Equal units: how many, the points of both tasks, sizes, depth (0 for linear students)."""

    count: int
    n_train: int
    n_aux: int
    N1: int
    N2: int
    depth: int = 0


@dataclass(frozen=True)
class GridSize:
    """Units of a grid, the networks of each, and the memory that one takes."""

    units: list[_Units]
    each: int
    bytes_each: int

    @property
    def n_units(self) -> int:
        """All units."""
        return sum(unit.count for unit in self.units)


def estimate(params: Parameters) -> Estimate | None:
    """Estimate an experiment's size; None for those that are no grid of benefits."""
    size = grid_size(params)
    if size is None:
        return None
    rate = _EFFICIENCY * _products_per_second()
    N3 = _most_classes(params)
    seconds = sum(u.count * size.each * (_flops(u, N3) / rate + _LOOKS) for u in size.units)
    return Estimate(size.n_units * size.each, size.n_units, seconds, _BASE_BYTES + size.bytes_each)


def grid_size(params: Parameters) -> GridSize | None:
    """Count an experiment's networks, without a look at the machine; None for those without."""
    if isinstance(params, Multiverse):
        units, each = list(_scanned(params)), _SCANNED
    elif isinstance(params, TwoTasks):
        units, each = list(_units(params)), 1 + _auxiliary(params)
    else:
        return None
    N3 = _most_classes(params)
    most = max(_bytes(u, N3, each, params.n_test) for u in units)
    return GridSize(units, each, most)


def _auxiliary(params: TwoTasks) -> int:
    """Auxiliary tasks beside a main task."""
    if isinstance(params, Relatedness):
        return len(auxiliary_tasks(params, main_tasks(params)[0]))
    return len(params.S_B) * len(params.r_AB)


def _units(params: TwoTasks) -> Iterator[_Units]:
    if isinstance(params, Unstated):
        settings = len(params.s0) * len(params.sigmas) * len(params.input_rules) * params.n_seeds
        n = params.n_train_left
        for size in params.sizes:
            for points in {n, *params.n_train_right}:
                yield _Units(settings * len(params.S_A), points, points, size, size)
        for depth in params.depth:
            yield _Units(4 * params.n_finalists * len(params.scales), n, n, size, size, depth)
    elif isinstance(params, LinearStudents):
        for count, n_train, n_aux, depth in _grid(params):
            yield _Units(count, n_train, n_aux, params.N1, params.N2, depth)


def _scanned(params: Multiverse) -> Iterator[_Units]:
    """Units of the multiverse, with the middle of its sizes."""
    N1 = sorted(params.N1)[len(params.N1) // 2]
    least, enough = params.n_train[:2]
    for n_train, n_aux in [*((n, n) for n in (*params.n_train, enough)), (least, params.n_aux)]:
        yield _Units(params.n_settings, n_train, n_aux, N1, N1)
    n_deep = min(params.n_deep, params.n_settings)
    yield _Units(n_deep, enough, enough, N1, N1, params.depth)


def _grid(params: LinearStudents) -> Iterator[tuple[int, int, int, int]]:
    """Numbers of units, points of both tasks, and depths."""
    datasets = params.n_seeds * len(params.S_A)
    if isinstance(params, Figure2):
        yield from ((datasets, n, n, 0) for n in {*params.n_train, params.n_train_left})
    elif isinstance(params, Interactions | Table1):  # trained, and followed by theory
        yield from ((2 * datasets, n, n, 0) for n in params.n_train)
    elif isinstance(params, Relatedness):  # likewise
        mains = params.n_seeds * len(main_tasks(params))
        yield from ((2 * mains, n, n, 0) for n in params.n_train)
    elif isinstance(params, RankThree):
        yield from ((datasets * len(params.N3), n, n, 0) for n in params.n_train)
    elif isinstance(params, AuxiliaryData):
        yield from ((datasets, params.n_train, n, 0) for n in params.n_aux)
    elif isinstance(params, Depth):
        yield from ((datasets, params.n_train, params.n_train, d) for d in (0, *params.depth))
    elif isinstance(params, Stopping):
        n = params.n_train
        yield (datasets, n, n, 0)
        rates = len(params.deep_learning_rates)
        yield from ((params.n_seeds * rates, n, n, depth) for depth in params.depth)


def _most_classes(params: Parameters) -> int:
    N3: int | tuple[int, ...] = getattr(params, "N3", 10)
    return max(N3) if isinstance(N3, tuple) else N3


def _flops(u: _Units, N3: int) -> float:
    """Floating-point operations of one network's training."""
    points = u.n_train + u.n_aux
    if u.depth:
        layers = 2 * u.N1 * u.N2 + 3 * (u.depth - 1) * u.N2**2
        return _DEEP_STEPS * 2.0 * points * (layers + 3 * N3 * u.N2)
    steps = _STEPS * max(1.0, u.n_train / _REFERENCE) ** _GROWTH
    return steps * (4.0 * N3 * u.N1 * points + 12.0 * N3 * u.N1 * u.N2)


def _bytes(u: _Units, N3: int, each: int, n_test: int) -> int:
    points = u.n_train + u.n_aux
    weights = each * u.N2 * (u.N1 + 2 * N3)
    data = 2 * points * u.N1 + 3 * each * N3 * (points + 4 * n_test)
    hidden = 6 * 3 * u.depth * u.N2 * points
    return 8 * (2 * weights + data + hidden)


def _products_per_second() -> float:
    """Floating-point operations a second of one core in a matrix product, measured."""
    n = 768
    A = np.ones((n, n), dtype=np.float32)
    A @ A
    began = time.perf_counter()
    A @ A
    return 2.0 * n**3 / (time.perf_counter() - began) / (os.cpu_count() or 1)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
