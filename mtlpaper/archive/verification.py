"""Compute published cells again, at the parameters that made them, and compare."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from mtlpaper.archive.contents import Published
from mtlpaper.archive.sampling import Cell
from mtlpaper.cells import At, Difference, checks_of
from mtlpaper.settings import Parameters
from mtlpaper.sweeps.environment import PROGRESS, SCHEDULER, STORE, WORKER_ENVIRONMENT
from mtlpaper.sweeps.pools import completed, open_pool


@dataclass(frozen=True)
class Outcome:
    """A cell computed again.

    Attributes
    ----------
    cell : Cell
    differences : tuple of Difference
        One for each of its variables.
    """

    cell: Cell
    differences: tuple[Difference, ...]

    @property
    def worst(self) -> Difference:
        """The variable that is farthest off, measured by its tolerance."""
        return max(self.differences, key=lambda difference: difference.ratio)

    @property
    def ok(self) -> bool:
        """Whether all of them agree."""
        return self.worst.ok


def follow(published: Published) -> list[Difference]:
    """Compare what follows from published numbers with what is published, in full."""
    return checks_of(published.name).follow(_on_cpu(published.params), published.data)


def recompute(
    published: Sequence[Published], cells: Sequence[Cell], jobs: int = 1
) -> Iterator[Outcome]:
    """Compute cells again and compare; yield what was found in the cells' order.

    Parameters
    ----------
    published : sequence of Published
        The experiments that the cells belong to.
    cells : sequence of Cell
    jobs : int
        Processes.

    Notes
    -----
    No store is used: a number taken from it would vouch for itself.
    """
    by_name = {one.name: one for one in published}
    tasks = [_task(by_name[cell.experiment], cell) for cell in cells]
    waiting: dict[int, Outcome] = {}
    with alone(), open_pool(len(tasks), jobs=jobs, function=computed) as pool:
        due = 0
        for index, values in completed(pool, computed, enumerate(tasks)):
            waiting[index] = _held(by_name[cells[index].experiment], cells[index], values)
            while due in waiting:
                yield waiting.pop(due)
                due += 1


@dataclass(frozen=True)
class _Task:
    experiment: str
    params: Parameters
    piece: int
    at: At


def _task(published: Published, cell: Cell) -> _Task:
    piece = checks_of(published.name).pieces[cell.piece]
    start = piece.start(published.data, cell.at)
    return _Task(published.name, _on_cpu(published.params), cell.piece, start)


def computed(task: _Task) -> Mapping[str, Any] | str:
    """Values of a cell by variable, or why there are none."""
    piece = checks_of(task.experiment).pieces[task.piece]
    try:
        values = piece.recompute(task.params, task.at)
    except (ArithmeticError, LookupError, ValueError) as error:
        return f"{type(error).__name__}: {error}".splitlines()[0]
    return {name: np.asarray(values[name]) for name in piece.variables}


def _held(published: Published, cell: Cell, values: Mapping[str, Any] | str) -> Outcome:
    if isinstance(values, str):
        failure = Difference(cell.variables[0], "a value", values, allowed=0.0, ratio=np.inf)
        return Outcome(cell, (failure,))
    piece = checks_of(published.name).pieces[cell.piece]
    return Outcome(
        cell, tuple(piece.differences(published.params, published.data, cell.at, values))
    )


def _on_cpu(params: Parameters) -> Parameters:
    """The same parameters for whatever machine this is: the device is no part of a number."""
    has_device = "device" in type(params).model_fields
    return params.model_copy(update={"device": "cpu"}) if has_device else params


@contextmanager
def alone() -> Iterator[None]:
    """Compute without store and cluster, on one thread a process, as published numbers are made.

    To be entered before the first cell is listed: that loads torch, which then reads the number of
    threads.
    """
    before = {
        name: os.environ.get(name) for name in (STORE, SCHEDULER, PROGRESS, *WORKER_ENVIRONMENT)
    }
    for name in (STORE, SCHEDULER, PROGRESS):
        os.environ.pop(name, None)
    os.environ.update(WORKER_ENVIRONMENT)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
