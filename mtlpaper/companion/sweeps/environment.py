"""Processes, store and cluster of a sweep: set by the program or by environment variables.

They do not change results, so they are no parameters of a notebook. The program sets them by
:func:`using`; the variables are for a notebook that is opened by hand.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtlpaper.companion.limits import ONE_THREAD

#: Number of worker processes on this machine.
JOBS = "MTLPAPER_JOBS"
#: Folder of the store; without it nothing is kept.
STORE = "MTLPAPER_STORE"
#: Address of a ``dask.distributed`` scheduler, which then takes the place of local processes.
SCHEDULER = "MTLPAPER_SCHEDULER"
#: What every process that computes is started with. Python looks for no modules in the folder where
#: the user happens to be.
WORKER_ENVIRONMENT = ONE_THREAD | {"PYTHONSAFEPATH": "1"}


@dataclass(frozen=True)
class Means:
    """What a run may use; its results do not depend on it.

    Attributes
    ----------
    jobs : int
        Worker processes on this machine.
    store : Path or None
        Folder in which finished parts of sweeps are kept; None leaves it to the environment.
    scheduler : str or None
        Address of a cluster that takes the processes' place; None leaves it to the environment.
    """

    jobs: int = 1
    store: Path | None = None
    scheduler: str | None = None


Listener = Callable[[Any], None]
_means: ContextVar[Means | None] = ContextVar("means", default=None)
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def using(means: Means, on_progress: Listener | None = None) -> Iterator[None]:
    """Set the means of this thread's sweeps, and the function that takes their reports."""
    tokens = _means.set(means), _listener.set(on_progress)
    try:
        yield
    finally:
        _means.reset(tokens[0])
        _listener.reset(tokens[1])


def given_means() -> Means | None:
    """Return what :func:`using` set, or None where only environment variables count."""
    return _means.get()


def listener() -> Listener | None:
    """Return the function that takes reports of progress, or None if there is none."""
    return _listener.get()


def jobs_allowed() -> int:
    """Return how many worker processes a sweep may use: what was given, ``MTLPAPER_JOBS``, or 1.

    Raises
    ------
    ValueError
        If ``MTLPAPER_JOBS`` is no positive integer.
    """
    means = given_means()
    if means is not None:
        return means.jobs
    text = os.environ.get(JOBS, "1")
    if not text.strip().isdecimal() or int(text) < 1:
        raise ValueError(f"`{JOBS}` must be a positive integer, got {text!r}")
    return int(text)


def store_folder() -> Path | None:
    """Return the folder of the store, or None where results are not kept."""
    means, text = given_means(), os.environ.get(STORE)
    if means is not None and means.store is not None:
        return means.store
    return Path(text) if text else None


def scheduler_address() -> str | None:
    """Return the address of the cluster's scheduler, or None where this machine does the work."""
    means = given_means()
    return (means.scheduler if means is not None else None) or os.environ.get(SCHEDULER) or None
