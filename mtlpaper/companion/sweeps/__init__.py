"""Sweeps: many small units of work, carried to workers, their results kept in a store.

Nothing here knows what the units compute. A unit is a frozen dataclass, its result a dictionary of
small arrays, and the function between them says all about the numbers; who computes them, and when,
and how often the work was interrupted, changes nothing.
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
