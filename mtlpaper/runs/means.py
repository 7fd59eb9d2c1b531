"""What a run may use: processes, a cluster, a place to keep what it computes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mtlpaper.runs.errors import SetupError
from mtlpaper.sweeps import Store, SweepError
from mtlpaper.sweeps.environment import JOBS, SCHEDULER, STORE, scheduler_address


@dataclass(frozen=True)
class Means:
    """The means of a run; its results do not depend on them.

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

    def require(self) -> None:
        """Make sure that the store can be written and that the scheduler answers.

        Raises
        ------
        SetupError
            If one of them cannot; known before any work is done.
        """
        address = self.scheduler or scheduler_address()
        try:
            if self.store is not None:
                Store(self.store)
            if address is not None:
                from mtlpaper.sweeps.cluster import require_scheduler

                require_scheduler(address)
        except SweepError as error:
            raise SetupError(str(error)) from error

    def environment(self) -> dict[str, str]:
        """Return the environment variables that tell a kernel."""
        given = {JOBS: str(self.jobs)}
        if self.store is not None:
            given[STORE] = str(self.store.resolve())  # a kernel works in another folder
        if self.scheduler is not None:
            given[SCHEDULER] = self.scheduler
        return given

    def options(self) -> list[str]:
        """Return the options that tell the command ``mtlpaper run``."""
        given = ["--jobs", str(self.jobs)]
        given += ["--store", str(self.store)] if self.store is not None else []
        return given + (["--scheduler", self.scheduler] if self.scheduler is not None else [])
