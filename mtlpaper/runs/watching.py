"""Watch the file in which a sweep in another process says how far it has come."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mtlpaper.sweeps.progress import Report, read_report

OnProgress = Callable[[Report], None]
"""Told of every new report."""

#: Seconds between two looks.
_PAUSE = 0.25


@contextmanager
def watched(path: Path, on_progress: OnProgress) -> Iterator[None]:
    """Tell of every new report in a file, as long as this lasts and once at its end."""
    over = threading.Event()
    last: Report | None = None

    def look() -> None:
        nonlocal last
        report = read_report(path)
        if report is not None and report != last:
            last = report
            on_progress(report)

    def keep_looking() -> None:
        while not over.wait(_PAUSE):
            look()

    thread = threading.Thread(target=keep_looking, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        look()
