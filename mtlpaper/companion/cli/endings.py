"""How a command ends that does not end well: in words, and with an exit code."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import typer

from mtlpaper.companion.cli.live import say


@contextmanager
def explained(after_interrupt: Callable[[], str] = lambda: "nothing was changed") -> Iterator[None]:
    """Turn what goes wrong into words and an exit code.

    Parameters
    ----------
    after_interrupt : callable
        Says what an interrupt leaves behind.
    """
    try:
        with _interruptible():
            yield
    except KeyboardInterrupt:
        _fail(f"interrupted; {after_interrupt()}", 130)
    except typer.Exit:
        raise
    except Exception as error:
        code = getattr(error, "exit_code", None)  # of errors that we foresaw, and of no others
        if code is None:
            raise
        traceback = getattr(error, "traceback", "")
        if traceback:
            say(traceback)
        _fail("\n".join([str(error), *getattr(error, "__notes__", [])]), code)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let a polite request to end (closed terminal, `kill`) do what Ctrl-C does."""
    # What this process was told to ignore (by nohup, say) it goes on ignoring.
    names = [
        name
        for name in ("SIGTERM", "SIGHUP")
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) != signal.SIG_IGN
    ]

    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        # Once: a second request on the heels of the first would break into the cleaning up.
        for name in names:
            signal.signal(getattr(signal, name), signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {name: signal.signal(getattr(signal, name), interrupt) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def _fail(message: str, code: int) -> NoReturn:
    say(message)
    raise typer.Exit(code)
