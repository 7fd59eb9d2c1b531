"""What a run may use: processes, a cluster, a place to keep what it computes."""

from __future__ import annotations

from mtlpaper.companion.runs.errors import SetupError
from mtlpaper.companion.sweeps import Store, SweepError
from mtlpaper.companion.sweeps.environment import Means, scheduler_address, using

__all__ = ["Means", "require"]


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
