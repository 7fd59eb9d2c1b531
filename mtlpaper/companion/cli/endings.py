"""Report an error or an interrupt as a message and an exit code."""

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
    """Turn an error or an interrupt into a message and an exit code.

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
        code = getattr(error, "exit_code", None)  # only errors that the package expects have one
        if code is None:
            raise
        traceback = getattr(error, "traceback", "")
        if traceback:
            say(traceback)
        _fail("\n".join([str(error), *getattr(error, "__notes__", [])]), code)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Treat SIGTERM and SIGHUP (`kill`, a closed terminal) as Ctrl-C."""
    # What this process was told to ignore (by nohup, say) it goes on ignoring.
    names = [
        name
        for name in ("SIGTERM", "SIGHUP")
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) != signal.SIG_IGN
    ]

    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        # Only once: a second signal would interrupt the cleaning up.
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
