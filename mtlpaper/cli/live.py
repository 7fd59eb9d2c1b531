"""What a terminal shows while something runs; a log gets a sentence at either end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from mtlpaper.sweeps.progress import Report


def stderr() -> Console:
    """Return the console for progress and complaints."""
    return Console(stderr=True)


def say(text: str, console: Console | None = None) -> None:
    """Write to standard error as it stands, without markup."""
    (console or stderr()).print(text, markup=False, highlight=False, soft_wrap=True)


class RunLine:
    """One run: a sentence when it starts, and on a terminal a line that tells how far it is.

    Parameters
    ----------
    name, preset : str
        The run.
    estimate : callable
        Says what it will take; empty if nobody knows. Asked only if the run really starts.
    quiet : bool
        Whether to say nothing at all.
    """

    def __init__(
        self, name: str, preset: str, estimate: Callable[[], str], *, quiet: bool = False
    ) -> None:
        self._name, self._preset, self._estimate = name, preset, estimate
        self._quiet = quiet
        self._progress: Progress | None = None
        self._told = 0
        self.last: Report | None = None

    @contextmanager
    def shown(self) -> Iterator[RunLine]:
        """Show the line as long as this lasts."""
        console = stderr()
        if self._quiet or not _can_repaint(console):
            yield self
            return
        with _lines(console) as self._progress:
            self._progress.add_task(f"{self._name}: starting")
            yield self

    def on_start(self, reason: str) -> None:
        """Take note that there is something to run, and why."""
        if self._quiet:
            return
        why = f" ({reason})" if reason else ""
        self._say(f"{self._name}: running, preset {self._preset}{why}")
        estimate = self._estimate()
        if estimate:
            self._say(f"{self._name}: {estimate}")

    def on_cell(self, done: int, total: int) -> None:
        """Take note of an executed cell of the notebook."""
        self._show(f"{self._name}: {done} of {total} cells of the notebook")

    def on_progress(self, report: Report) -> None:
        """Take note of how far a sweep in the notebook has come."""
        if not self._quiet:
            for note in report.notes[self._told :]:
                self._say(f"{self._name}: {note}")
            self._told = len(report.notes)
        self.last = report
        self._show(f"{self._name}: {report}")

    def after_interrupt(self) -> str:
        """Say what an interrupt leaves."""
        if self.last is not None and self.last.stored is not None:
            return self.last.after_interrupt()
        return "earlier results are as they were, and the same command starts it again"

    def _say(self, text: str) -> None:
        say(text, self._progress.console if self._progress is not None else None)

    def _show(self, text: str) -> None:
        if self._progress is not None:
            self._progress.update(self._progress.task_ids[0], description=text)


class BookLines:
    """Many runs at a time: a sentence for each event, and on a terminal a line for each at work."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._tasks: dict[str, Any] = {}
        self._told: dict[str, int] = {}

    @contextmanager
    def shown(self) -> Iterator[BookLines]:
        """Show the lines as long as this lasts."""
        console = stderr()
        if not _can_repaint(console):
            yield self
            return
        with _lines(console) as self._progress:
            yield self
        self._progress = None

    def on_event(self, name: str, event: str, why: str = "") -> None:
        """Take note that an experiment began or ended, and why it had to."""
        self._say(f"{name}: {event} ({why})" if why else f"{name}: {event}")
        if self._progress is None:
            return
        if event == "running":
            self._tasks[name] = self._progress.add_task(f"{name}: starting")
        elif name in self._tasks:
            self._progress.remove_task(self._tasks.pop(name))

    def on_progress(self, name: str, report: Report) -> None:
        """Take note of how far a sweep of an experiment has come."""
        told = self._told.get(name, 0)
        for note in report.notes[told:]:
            self._say(f"{name}: {note}")
        self._told[name] = len(report.notes)
        if self._progress is not None and name in self._tasks:
            self._progress.update(self._tasks[name], description=f"{name}: {report}")

    def _say(self, text: str) -> None:
        say(text, self._progress.console if self._progress is not None else None)


def _can_repaint(console: Console) -> bool:
    """Tell a terminal from a log, which stays one where colour is asked for (``FORCE_COLOR``)."""
    return console.file.isatty() and not console.is_dumb_terminal


def _lines(console: Console) -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)
