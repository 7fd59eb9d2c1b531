"""Pools: this process, processes beside it, or a cluster compute the tasks.

A pool is an executor of ``concurrent.futures`` and a function that explains its failures. Tasks are
submitted as results come back, so that a million of them never wait in memory.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from mtlpaper.companion.sweeps.environment import (
    WORKER_ENVIRONMENT,
    given_means,
    jobs_allowed,
    scheduler_address,
)
from mtlpaper.companion.sweeps.errors import SweepError, WorkerError
from mtlpaper.companion.sweeps.keys import Code

Item = TypeVar("Item")
Result = TypeVar("Result")

#: Tasks submitted for each worker: the one at work and the next, so that it never waits.
_AHEAD = 2
#: Tasks submitted to a cluster. Each may hold an open file, and systems allow some thousand.
_AHEAD_OF_CLUSTER = 500
#: Seconds between two looks whether the work was stopped.
LOOK = 0.25
#: What torch says where the GPU's memory is used up: its allocator, CUDA or a library of CUDA.
_NO_GPU_MEMORY = re.compile("CUDA (error: )?out of memory|STATUS_ALLOC_FAILED")


@dataclass(frozen=True)
class Pool:
    """An executor and its limits.

    Attributes
    ----------
    executor : concurrent.futures.Executor
    ahead : int
        How many tasks to hand over before the first has come back.
    explain : callable
        From an exception to one that says what to do, or None if the task itself raised it.
    shared : bool
        Whether other sweeps use it too, so that the task of another one may have broken it.
    stopped : threading.Event
        Whether the sweeps that share it have to end.
    """

    executor: Executor
    ahead: int
    explain: Callable[[BaseException], SweepError | None]
    shared: bool = False
    stopped: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        """Kill the local processes, and end every sweep that uses the pool."""
        self.stopped.set()
        # Nothing in them has to be saved. Executors have a method for this from Python 3.14 on. Not
        # SIGTERM, which may be ignored.
        for process in list((getattr(self.executor, "_processes", None) or {}).values()):
            process.kill()


_shared: ContextVar[Pool | None] = ContextVar("shared", default=None)


def require_not_stopped() -> None:
    """Raise KeyboardInterrupt if another thread stopped the pool that this one shares."""
    shared = _shared.get()
    if shared is not None and shared.stopped.is_set():
        raise KeyboardInterrupt


@contextmanager
def shared_pool(jobs: int) -> Iterator[Pool]:
    """Give a pool of local processes that the sweeps of several threads can use together.

    Its processes start when they are first needed; each thread enters it by :func:`sharing`.
    """
    with _local(jobs, shared=True) as pool:
        yield pool


@contextmanager
def sharing(pool: Pool) -> Iterator[None]:
    """Have the sweeps of this thread use a pool that is open already."""
    token = _shared.set(pool)
    try:
        yield
    finally:
        _shared.reset(token)


@contextmanager
def one_pool(jobs: int) -> Iterator[None]:
    """Keep the local processes of this thread's sweeps from one to the next.

    Processes take seconds to start. Nothing changes where a pool is shared or a cluster computes.
    """
    if _shared.get() is not None or scheduler_address() is not None:
        yield
        return
    with _local(jobs) as pool, sharing(pool):
        yield


@contextmanager
def open_pool(
    tasks: int,
    *,
    jobs: int | None = None,
    code: Code | None = None,
    function: Any = None,
    own: bool = False,
) -> Iterator[Pool]:
    """Give the pool that means and environment ask for, and end it unless it is open already.

    Parameters
    ----------
    tasks : int
        No more local workers than these are started for it.
    jobs : int, optional
        Number of local processes; by default what the run allows. One means this process, unless
        the program that runs the sweep gave its means: then it stays free to be interrupted, and
        survives a unit that takes more memory than there is.
    code : Code, optional
        That of `function`, which a cluster's workers must share.
    function : callable, optional
        The function that the tasks call.
    own : bool
        Take one process of its own in place of the shared ones.
    """
    address, shared = scheduler_address(), _shared.get()
    workers = min(jobs_allowed() if jobs is None else jobs, tasks)
    if address is not None:
        from mtlpaper.companion.sweeps.cluster import cluster

        with cluster(address, function, code) as (executor, explain):
            yield Pool(executor, _AHEAD_OF_CLUSTER, explain)
    elif shared is not None and not own:
        yield shared
    elif workers <= 1 and given_means() is None:
        yield Pool(_Here(), 1, lambda _: None)
    else:
        with _local(1 if own else workers) as pool:
            yield pool


def completed(
    pool: Pool, function: Callable[[Item], Result], tasks: Iterable[tuple[int, Item]]
) -> Generator[tuple[int, Result], None, None]:
    """Yield the results of numbered tasks as they come.

    Parameters
    ----------
    pool : Pool
    function : callable
    tasks : iterable of (int, item)
        Drawn from only as there is room for more.

    Raises
    ------
    SweepError
        If a worker dies or the cluster fails.
    KeyboardInterrupt
        If another thread stopped the pool.

    Notes
    -----
    The first exception of a task is raised, with a note that names its item.
    """
    waiting = iter(tasks)
    pending: dict[Future[Result], tuple[int, Item]] = {}
    try:
        while True:
            require_not_stopped()
            for index, item in islice(waiting, pool.ahead - len(pending)):
                with _explained(pool, item):
                    pending[pool.executor.submit(function, item)] = index, item
            if not pending:
                return
            done = wait(pending, LOOK, return_when=FIRST_COMPLETED).done
            # What succeeded is kept before a failure ends all.
            for future in sorted(done, key=_failed):
                index, item = pending.pop(future)
                with _explained(pool, item):
                    result = future.result()
                yield index, result
    except (Exception, GeneratorExit):
        # Other sweeps may go on using the pool. Not after an interrupt: the pool then ends its
        # processes, and its executor complains of what was cancelled before.
        if pool.shared:
            for future in pending:
                future.cancel()
        raise


def _failed(future: Future[Any]) -> bool:
    return future.cancelled() or future.exception() is not None


@contextmanager
def _explained(pool: Pool, item: Any) -> Iterator[None]:
    """Raise what the pool says of an exception; else name the item in a note on it."""
    try:
        yield
    except Exception as error:
        explained = pool.explain(error)
        if explained is None:
            text = repr(item)
            error.add_note(f"while computing {text if len(text) <= 200 else f'{text[:199]}…'}")
            raise
        raise explained from error


class _Here(Executor):
    """Runs a task in this process when it is submitted."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@contextmanager
def _local(workers: int, *, shared: bool = False) -> Iterator[Pool]:
    def explain(error: BaseException) -> SweepError | None:
        if isinstance(error, BrokenProcessPool):
            what = "a worker process died, perhaps for want of memory"
        elif isinstance(error, RuntimeError) and _NO_GPU_MEMORY.search(str(error)):
            what = "the GPU has too little free memory for the worker processes"
        else:
            return None
        return WorkerError(f"{what}; try with fewer than {workers} jobs (what was stored stays)")

    # Forked copies of a process in which BLAS or torch runs threads hang, hence "spawn".
    context = multiprocessing.get_context("spawn")
    with _environment():
        executor = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin)
        pool = Pool(executor, _AHEAD * workers, explain, shared)
        try:
            yield pool
        except BaseException:
            pool.stop()  # the tasks at work may take long, and nobody wants their results
            raise
        finally:
            executor.shutdown(cancel_futures=True)


def _begin() -> None:
    """Prepare a worker for an interrupt and for the death of the process that started it."""
    # Ctrl-C reaches every process of a terminal; the one that drives the sweep ends the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_exit_after_parent, daemon=True).start()


def _exit_after_parent() -> None:
    """Exit when the parent was killed; the worker would wait for its next task for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _environment() -> Iterator[None]:
    # Workers read these when they load their libraries, which is before any code of ours runs.
    before = {name: os.environ[name] for name in WORKER_ENVIRONMENT if name in os.environ}
    os.environ.update(WORKER_ENVIRONMENT)
    try:
        yield
    finally:
        for name in WORKER_ENVIRONMENT:
            os.environ.pop(name, None)
        os.environ.update(before)
