"""What a run may use: processes, memory, a cluster, a place to keep what it computes."""

from __future__ import annotations

from collections.abc import Iterator

from mtlpaper.companion import experiments, limits
from mtlpaper.companion.parameters import ParameterError, Parameters
from mtlpaper.companion.runs.errors import SetupError
from mtlpaper.companion.runs.planning import Run
from mtlpaper.companion.sweeps import Store, SweepError
from mtlpaper.companion.sweeps.environment import Means, scheduler_address, using

__all__ = ["Means", "require", "require_memory"]


def require(means: Means) -> None:
    """Make sure that the store can be written and that the scheduler answers.

    Raises
    ------
    SetupError
        If one of them cannot; known before any work is done.
    """
    with using(means):
        address = scheduler_address()
    try:
        if means.store is not None:
            Store(means.store)
        if address is not None:
            from mtlpaper.companion.sweeps.cluster import require_scheduler

            require_scheduler(address)
    except SweepError as error:
        raise SetupError(str(error)) from error


def require_memory(run: Run, means: Means) -> None:
    """Refuse a run that takes more memory than there is.

    Raises
    ------
    SetupError
        Naming the parameters that ask for it, or the number of processes.
    """
    # The workers of a cluster have memory of their own.
    jobs = 0 if means.scheduler else means.jobs
    needed, there = _needed(run.params, jobs), limits.memory()
    if needed <= there:
        return
    blamed = ", ".join(f"`{name}`" for name in _to_blame(run, jobs))
    sizes = f"{_readable(needed)} of memory, and there are {_readable(there)}"
    if jobs > 1 and _needed(run.params, 1) <= there:
        raise SetupError(f"{run.name} takes {sizes} for {jobs} processes; take fewer --jobs")
    raise SetupError(f"{run.name} takes {sizes}; choose less of {blamed or 'all'}")


def _needed(params: Parameters, jobs: int) -> int:
    return experiments.estimate(params).memory(jobs)


def _to_blame(run: Run, jobs: int) -> Iterator[str]:
    """Yield the changes without which it would take less."""
    for name in run.changed:
        others = {key: value for key, value in run.changed.items() if key != name}
        try:
            without = type(run.params).preset(run.preset, **others)
        except ParameterError:  # the others make no sense alone
            continue
        if _needed(without, jobs) < _needed(run.params, jobs):
            yield name


def _readable(size: float) -> str:
    units = iter(("MB", "GB", "TB", "PB", "EB"))
    size, unit = size / 2**20, next(units)
    for larger in units:
        if size < 1000:
            break
        size, unit = size / 2**10, larger
    return f"{size:.3g} {unit}"
