"""How far a sweep has come: told to the program that listens, or shown on a terminal.

Nothing is ever written where a notebook would keep it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from mtlpaper.companion.sweeps.environment import listener

#: Seconds between two reports.
_PAUSE = 0.2


@dataclass(frozen=True)
class Report:
    """Where a sweep stands.

    Attributes
    ----------
    done, total : int
        Cells.
    stored : int or None
        Cells that a later start would find; None where nothing is stored.
    rate : float or None
        Cells computed a second; None until there are some.
    notes : tuple of str
        What somebody should know: damaged entries, workers waited for.
    """

    done: int
    total: int
    stored: int | None = None
    rate: float | None = None
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = [f"{self.done} of {self.total} cells"]
        if self.rate and self.done < self.total:
            parts += [f"{self.rate:.2g}/s" if self.rate < 10 else f"{self.rate:.0f}/s"]
            parts += [f"{duration((self.total - self.done) / self.rate)} left"]
        return ", ".join(parts)

    def after_interrupt(self) -> str:
        """Say what an interrupt leaves."""
        if self.stored is None:
            return "nothing was stored"
        return (
            f"{self.stored} of {self.total} cells are stored, and the same command goes on "
            "from there"
        )


def duration(seconds: float) -> str:
    """Write a time as one says it: 40 s, 12 min, 3.5 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


@dataclass
class Progress:
    """Counts cells and tells of them; a context manager.

    Parameters
    ----------
    total : int
        Cells in all.
    kept : bool
        Whether results are stored.
    """

    total: int
    kept: bool = False
    _done: int = 0
    _computed: int = 0
    _notes: list[str] = field(default_factory=list)
    _bar: Any = None
    _listener: Callable[[Report], None] | None = None
    _told: float = 0.0
    _began: float = 0.0

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        self._listener = listener()
        self._bar = _bar(self.total) if self._speaks() and sys.stderr.isatty() else None
        self._tell(always=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._tell(always=True)
        if self._bar is not None:
            self._bar.stop()
        if isinstance(error, KeyboardInterrupt) and self._speaks():
            _say(f"interrupted; {self.report().after_interrupt()}")

    def advance(self, cells: int, *, reused: bool = False) -> None:
        """Count cells that were computed, or found in the store."""
        self._done += cells
        if not reused:
            self._computed += cells
        elif not self._computed:
            self._began = time.monotonic()  # looking things up says nothing of the rate
        self._tell()

    def note(self, text: str) -> None:
        """Tell something that is no number."""
        self._notes.append(text)
        if self._bar is not None:
            self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)
        elif self._speaks():
            _say(text)
        self._tell(always=True)

    def report(self) -> Report:
        """Return where the sweep stands."""
        elapsed = time.monotonic() - self._began
        rate = self._computed / elapsed if self._computed and elapsed > 0 else None
        stored = self._done if self.kept else None
        return Report(self._done, self.total, stored, rate, tuple(self._notes))

    def _tell(self, *, always: bool = False) -> None:
        now = time.monotonic()
        if not always and now - self._told < _PAUSE:
            return
        self._told = now
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=self._done, said=str(self.report()))
        if self._listener is not None:
            self._listener(self.report())

    def _speaks(self) -> bool:
        """Whether to write to standard error; who listens does so himself."""
        return self._listener is None and not _in_kernel()


def _in_kernel() -> bool:
    # Having ipykernel loaded is no sign: other packages load it too.
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _bar(total: int) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), TextColumn("{task.fields[said]}"))
    bar = Bar(*columns, console=Console(stderr=True), transient=True)
    bar.add_task("", total=total, said="")
    bar.start()
    return bar
