"""Progress on standard error: live lines on a terminal, a sentence for each event in a log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from mtlpaper.companion.sweeps.progress import Report


def stderr() -> Console:
    """Return the console for progress and complaints."""
    return Console(stderr=True)


def say(text: str, console: Console | None = None) -> None:
    """Write to standard error as it stands, without markup."""
    (console or stderr()).print(text, markup=False, highlight=False, soft_wrap=True)


class Lines:
    """Runs at work: a sentence for each event, and on a terminal a line that tells how far each is.

    Parameters
    ----------
    quiet : bool
        Whether to say nothing at all.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._progress: Progress | None = None
        self._tasks: dict[str, Any] = {}
        self._told: dict[str, int] = {}
        self.last: Report | None = None

    @contextmanager
    def shown(self) -> Iterator[Lines]:
        """Show the lines as long as this lasts."""
        console = stderr()
        if self._quiet or not _can_repaint(console):
            yield self
            return
        with _lines(console) as self._progress:
            yield self
        self._progress = None

    def on_event(self, name: str, event: str, why: str = "") -> None:
        """Take note that a run began or ended, and why it had to."""
        self.say(f"{name}: {event} ({why})" if why else f"{name}: {event}")
        if self._progress is None:
            return
        if event.startswith("running"):
            self._tasks[name] = self._progress.add_task(f"{name}: starting")
        elif name in self._tasks:
            self._progress.remove_task(self._tasks.pop(name))

    def on_cell(self, name: str, done: int, total: int) -> None:
        """Take note of an executed cell of a run's notebook."""
        self._show(name, f"{done} of {total} cells of the notebook")

    def on_progress(self, name: str, report: Report) -> None:
        """Take note of how far a sweep of a run has come."""
        for note in report.notes[self._told.get(name, 0) :]:
            self.say(f"{name}: {note}")
        self._told[name] = len(report.notes)
        self.last = report
        self._show(name, str(report))

    def after_interrupt(self) -> str:
        """Say what an interrupt of one run leaves."""
        if self.last is not None and self.last.stored is not None:
            return self.last.after_interrupt()
        return "earlier results are as they were, and the same command starts it again"

    def say(self, text: str) -> None:
        """Write a sentence above the lines."""
        if not self._quiet:
            say(text, self._progress.console if self._progress is not None else None)

    def _show(self, name: str, text: str) -> None:
        if self._progress is not None and name in self._tasks:
            self._progress.update(self._tasks[name], description=f"{name}: {text}")


def _can_repaint(console: Console) -> bool:
    """Tell a terminal from a log, which stays one where colour is asked for (``FORCE_COLOR``)."""
    return console.file.isatty() and not console.is_dumb_terminal


def _lines(console: Console) -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)
