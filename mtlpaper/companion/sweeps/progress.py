"""How far a sweep has come: reported to the program, or said in a line where no program listens.

Nothing is ever written where a notebook would keep it.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from mtlpaper.companion.sweeps.environment import listener

#: Seconds between two reports.
_PAUSE = 0.2


@dataclass(frozen=True)
class Report:
    """Where a sweep stands.

    Attributes
    ----------
    done, total : int
        Networks, or units where none are trained.
    stored : int or None
        How many of them the store holds; None where nothing is stored.
    rate : float or None
        How many are computed a second; None until there are some.
    notes : tuple of str
        What somebody should know: damaged entries, workers that died.
    noun : str
        What is counted.
    """

    done: int
    total: int
    stored: int | None = None
    rate: float | None = None
    notes: tuple[str, ...] = ()
    noun: str = "units"

    def __str__(self) -> str:
        parts = [f"{self.done} of {self.total} {self.noun}"]
        if self.rate and self.done < self.total:
            parts += [f"{self.rate:.2g}/s" if self.rate < 10 else f"{self.rate:.0f}/s"]
            parts += [f"{duration((self.total - self.done) / self.rate)} left"]
        return ", ".join(parts)

    def after_interrupt(self) -> str:
        """Say what an interrupt leaves."""
        if self.stored is None:
            return "nothing was stored"
        return (
            f"{self.stored} of {self.total} {self.noun} are stored, and the same command goes on "
            "from there"
        )


def duration(seconds: float) -> str:
    """Write a time for people: 40 s, 12 min, 3.5 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


class Progress:
    """Counts what is done and reports it; a context manager.

    Parameters
    ----------
    total : int
        Networks or units in all.
    noun : str
        Which of the two.
    kept : bool
        Whether results are stored.
    """

    def __init__(self, total: int, noun: str = "units", *, kept: bool = False) -> None:
        self._total, self._noun, self._kept = total, noun, kept
        self._done = self._computed = 0
        self._notes: tuple[str, ...] = ()
        self._listener = listener()
        self._began, self._reported = time.monotonic(), 0.0

    def __enter__(self) -> Self:
        self._send(always=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._send(always=True)
        if isinstance(error, KeyboardInterrupt):
            self._say(f"interrupted; {self.report().after_interrupt()}")

    def advance(self, count: int, *, stored: bool = False) -> None:
        """Count what was computed, or found in the store."""
        self._done += count
        if not stored:
            self._computed += count
        elif not self._computed:
            self._began = time.monotonic()  # the rate leaves out the time of loading
        self._send()

    def note(self, text: str) -> None:
        """Report something that is no number."""
        self._notes += (text,)
        self._say(text)
        self._send(always=True)

    def report(self) -> Report:
        """Return where the sweep stands."""
        elapsed = time.monotonic() - self._began
        rate = self._computed / elapsed if self._computed and elapsed > 0 else None
        stored = self._done if self._kept else None
        return Report(self._done, self._total, stored, rate, self._notes, self._noun)

    def _send(self, *, always: bool = False) -> None:
        now = time.monotonic()
        if self._listener is not None and (always or now - self._reported >= _PAUSE):
            self._reported = now
            self._listener(self.report())

    def _say(self, text: str) -> None:
        """Write to standard error where no program listens and no notebook would keep it."""
        if self._listener is None and not _in_kernel():
            sys.stderr.write(f"{text}\n")


def _in_kernel() -> bool:
    # Having ipykernel loaded is no sign: other packages load it too.
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel")
