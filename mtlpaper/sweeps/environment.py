"""What a sweep is told by its surroundings, through environment variables.

A notebook says what to compute; on how many processes, and where results are kept, is said by who
runs it, and must not appear among its parameters.
"""

from __future__ import annotations

import os
from pathlib import Path

#: Number of worker processes on this machine.
JOBS = "MTLPAPER_JOBS"
#: Folder of the store; without it nothing is kept.
STORE = "MTLPAPER_STORE"
#: Address of a ``dask.distributed`` scheduler, which then takes the place of local processes.
SCHEDULER = "MTLPAPER_SCHEDULER"
#: File in which a sweep says how far it has come.
PROGRESS = "MTLPAPER_PROGRESS"
#: What every process that computes is started with. Linear algebra keeps to one thread: results
#: then depend neither on the machine's number of cores nor on that of the workers, and workers do
#: not compete. And Python looks for no modules in the folder where the user happens to be.
WORKER_ENVIRONMENT = {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")
} | {"VECLIB_MAXIMUM_THREADS": "1", "PYTHONSAFEPATH": "1"}


def jobs_allowed() -> int:
    """Return how many worker processes the run may use: ``MTLPAPER_JOBS``, or 1.

    Raises
    ------
    ValueError
        If ``MTLPAPER_JOBS`` is no positive integer.
    """
    text = os.environ.get(JOBS, "1")
    if not text.strip().isdecimal() or int(text) < 1:
        raise ValueError(f"`{JOBS}` must be a positive integer, got {text!r}")
    return int(text)


def store_folder() -> Path | None:
    """Return the folder of the store, or None where results are not kept."""
    return _path(STORE)


def progress_file() -> Path | None:
    """Return the file for progress, or None where nobody asks for it."""
    return _path(PROGRESS)


def scheduler_address() -> str | None:
    """Return the address of the cluster's scheduler, or None where this machine does the work."""
    return os.environ.get(SCHEDULER) or None


def _path(name: str) -> Path | None:
    text = os.environ.get(name)
    return Path(text) if text else None
