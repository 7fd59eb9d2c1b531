"""Failures of a sweep that its units did not cause."""

from __future__ import annotations


class SweepError(RuntimeError):
    """A sweep cannot go on; what was finished is in the store, if there is one."""


class StoreError(SweepError):
    """The store cannot be read or written: no such place, no permission, no room."""


class DamagedEntryError(SweepError):
    """An entry of the store is not what was once written."""


class SourceChangedError(SweepError):
    """The code on disk is no longer the code at work, so results would get a wrong key."""


class WorkerError(SweepError):
    """A worker process died, as it does when memory runs out, or the GPU has no memory for it."""


class SchedulerError(SweepError):
    """The scheduler of a cluster cannot be reached, or its workers cannot do this work."""
