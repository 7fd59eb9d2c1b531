"""Compute published units again, at the parameters that made them, and compare."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.companion.archive.contents import Published
from mtlpaper.companion.contract import checking
from mtlpaper.companion.contract.checking import Check
from mtlpaper.companion.contract.tolerances import Difference
from mtlpaper.companion.parameters import Parameters
from mtlpaper.companion.registry import chapter
from mtlpaper.companion.sweeps.environment import SCHEDULER, STORE, WORKER_ENVIRONMENT
from mtlpaper.companion.sweeps.pools import completed, open_pool


@dataclass(frozen=True)
class Outcome:
    """A unit computed again.

    Attributes
    ----------
    check : Check
    differences : tuple of Difference
        One for each of its variables.
    """

    check: Check
    differences: tuple[Difference, ...]

    @property
    def worst(self) -> Difference:
        """The variable that is farthest off, measured by its tolerance."""
        return max(self.differences, key=lambda difference: difference.ratio)


def follow(published: Published) -> list[Difference]:
    """Compare what follows from published numbers with what is published, in full."""
    stages, params = chapter(published.name).stages, _on_cpu(published.params)
    return checking.follow(stages, params, published.data)


def checks_of(published: Published) -> list[Check]:
    """List all units of an experiment's published data, in their order."""
    stages, params = chapter(published.name).stages, _on_cpu(published.params)
    return list(checking.checks(published.name, stages, params, published.data))


def recompute(
    published: Sequence[Published], sample: Sequence[Check], jobs: int = 1
) -> Iterator[Outcome]:
    """Compute units again and compare; yield what was found in the sample's order.

    Parameters
    ----------
    published : sequence of Published
        The experiments that the units belong to.
    sample : sequence of Check
    jobs : int
        Processes.

    Notes
    -----
    No store is used: a stored number would be compared with itself.
    """
    data = {one.name: one.data for one in published}
    tasks = [(check.grid.run, check.cell.unit) for check in sample]
    waiting: dict[int, Outcome] = {}
    with alone(), open_pool(len(tasks), jobs=jobs, function=computed) as pool:
        due = 0
        for index, found in completed(pool, computed, enumerate(tasks)):
            check = sample[index]
            waiting[index] = Outcome(check, tuple(_held(check, data[check.experiment], found)))
            while due in waiting:
                yield waiting.pop(due)
                due += 1


def computed(task: tuple[Callable[[Any], Mapping[str, Any]], Any]) -> Mapping[str, Any] | str:
    """Arrays of a unit by name, or why there are none."""
    run, unit = task
    try:
        return run(unit)
    except (ArithmeticError, LookupError, ValueError) as error:
        return f"{type(error).__name__}: {error}".splitlines()[0]


def _held(check: Check, data: xr.Dataset, found: Mapping[str, Any] | str) -> list[Difference]:
    if isinstance(found, str):
        first = next(iter(check.grid.gives))
        return [Difference(first, "a value", found, allowed=0.0, ratio=np.inf)]
    return check.differences(data, found)


def _on_cpu(params: Parameters) -> Parameters:
    """The same parameters for whatever machine this is: a number does not depend on the device."""
    has_device = "device" in type(params).model_fields
    return params.model_copy(update={"device": "cpu"}) if has_device else params


@contextmanager
def alone() -> Iterator[None]:
    """Compute without store and cluster, on one thread a process, as published numbers are made.

    To be entered before the first unit is listed: that loads torch, which then reads the number of
    threads.
    """
    before = {name: os.environ.get(name) for name in (STORE, SCHEDULER, *WORKER_ENVIRONMENT)}
    for name in (STORE, SCHEDULER):
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
