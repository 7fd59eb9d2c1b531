"""What a sweep is told by its surroundings: by the program, or by environment variables.

A notebook says what to compute; on how many processes, and where results are kept, is said by who
runs it, and must not appear among its parameters. The program says it by :func:`using`; the
variables are for a notebook that is opened by hand.
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


@dataclass(frozen=True)
class _Told:
    means: Means
    on_progress: Callable[[Any], None] | None


_told: ContextVar[_Told | None] = ContextVar("told", default=None)


@contextmanager
def using(means: Means, on_progress: Callable[[Any], None] | None = None) -> Iterator[None]:
    """Give the sweeps of this thread their means, and somebody who is told of their progress."""
    token = _told.set(_Told(means, on_progress))
    try:
        yield
    finally:
        _told.reset(token)


def given_means() -> Means | None:
    """Return what :func:`using` gave, or None where only the environment speaks."""
    told = _told.get()
    return told.means if told is not None else None


def listener() -> Callable[[Any], None] | None:
    """Return who is told of progress, or None where nobody asks for it."""
    told = _told.get()
    return told.on_progress if told is not None else None


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
