"""The same function on many items, in order, on as many processes as the run may use."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

#: Environment variable that holds the number of worker processes.
JOBS = "MTLPAPER_JOBS"
#: What keeps linear algebra to one thread: results then depend neither on the machine's number of
#: cores nor on that of the workers, and workers do not compete.
SINGLE_THREADED = {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")
} | {"VECLIB_MAXIMUM_THREADS": "1"}


class WorkerError(RuntimeError):
    """A worker process died without a word, as it does when memory runs out."""


def jobs_allowed() -> int:
    """Return how many worker processes the run may use: ``MTLPAPER_JOBS``, or 1.

    Raises
    ------
    ValueError
        If ``MTLPAPER_JOBS`` is no positive integer.
    """
    text = os.environ.get(JOBS, "1")
    if not text.strip().isdecimal() or int(text) < 1:
        raise ValueError(f"`{JOBS}` must be a positive integer, got {text!r}")
    return int(text)


def map_parallel(
    function: Callable[[Item], Result], items: Iterable[Item], *, jobs: int | None = None
) -> list[Result]:
    """Apply a function to every item and return the results in the items' order.

    Parameters
    ----------
    function : callable
        Must be importable (no lambda) and draw no random numbers but from its item, so that the
        result does not depend on who computes it.
    items : iterable
    jobs : int, optional
        Number of worker processes; by default what the run allows. With one, or with a single
        item, everything happens in this process.

    Raises
    ------
    WorkerError
        If a worker process dies.

    Notes
    -----
    The first exception ends the whole; items that have not started are not computed.
    """
    todo = list(items)
    workers = min(jobs_allowed() if jobs is None else jobs, len(todo))
    with _progress(len(todo)) as advance:
        if workers <= 1:
            return [_with_note(function, item, advance) for item in todo]
        with _single_threaded():
            return _on_workers(function, todo, workers, advance)


def _with_note(
    function: Callable[[Item], Result], item: Item, advance: Callable[[], None]
) -> Result:
    try:
        result = function(item)
    except Exception as error:
        error.add_note(_which(item))
        raise
    advance()
    return result


def _on_workers(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    workers: int,
    advance: Callable[[], None],
) -> list[Result]:
    # Forked copies of a process in which BLAS or torch runs threads hang, hence "spawn".
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(workers, mp_context=context, initializer=_end_with_parent)
    futures: dict[Future[Result], Item] = {executor.submit(function, item): item for item in items}
    try:
        for future in as_completed(futures):
            future.result()
            advance()
    except BrokenProcessPool as error:
        raise WorkerError(
            f"a worker process died, perhaps for want of memory; try with fewer than {workers} jobs"
        ) from error
    except Exception as error:
        error.add_note(_which(futures[future]))
        raise
    finally:
        executor.shutdown(cancel_futures=True)
    return [future.result() for future in futures]


def _end_with_parent() -> None:
    """Let a worker end when the process that started it was killed; it would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _which(item: Any, width: int = 200) -> str:
    text = repr(item)
    return f"while computing {text if len(text) <= width else text[: width - 1] + '…'}"


@contextmanager
def _single_threaded() -> Iterator[None]:
    # Workers read these when they load their libraries, which is before any code of ours runs.
    before = {name: os.environ.get(name) for name in SINGLE_THREADED}
    os.environ.update(SINGLE_THREADED)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """Show a bar on a terminal; show nothing in a notebook, whose output is compared."""
    if "ipykernel" in sys.modules or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("computing", total=total)
        yield lambda: bar.advance(task)
