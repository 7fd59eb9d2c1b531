"""Sweeps: many small units of work, computed by workers, their results kept in a store.

A unit is a frozen dataclass; a function turns it into a dictionary of small arrays. The numbers
depend on these two alone, not on the worker, the time or the number of interruptions.
"""

from mtlpaper.companion.sweeps.driver import sweep
from mtlpaper.companion.sweeps.errors import (
    DamagedEntryError,
    SchedulerError,
    SourceChangedError,
    StoreError,
    SweepError,
    WorkerError,
)
from mtlpaper.companion.sweeps.store import Store

__all__ = [
    "DamagedEntryError",
    "SchedulerError",
    "SourceChangedError",
    "Store",
    "StoreError",
    "SweepError",
    "WorkerError",
    "sweep",
]
