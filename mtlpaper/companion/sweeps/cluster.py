"""Sweeps on a cluster that is running already: a ``dask.distributed`` scheduler."""

from __future__ import annotations

import asyncio
import os
import socket
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from mtlpaper.companion.sweeps.environment import SCHEDULER
from mtlpaper.companion.sweeps.errors import (
    SchedulerError,
    SourceChangedError,
    SweepError,
    WorkerError,
)
from mtlpaper.companion.sweeps.keys import Code, code_of
from mtlpaper.companion.sweeps.worker import require_code

#: Seconds until a scheduler must have answered.
_PATIENCE = 10
#: Seconds until it must have a worker. Those that join later are checked before their first task.
_PATIENCE_FOR_WORKERS = 60


@contextmanager
def cluster(
    address: str, function: Callable[[Any], Any], code: Code | None = None
) -> Iterator[tuple[Any, Callable[[BaseException], SweepError | None]]]:
    """Connect to a cluster; give its executor, and the function that explains its failures.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://10.0.0.1:8786``.
    function : callable
        What is going to be computed.
    code : Code, optional
        Its code, which the workers' must equal; that of this process by default.

    Raises
    ------
    SchedulerError
        If the package is missing, nobody answers, or a worker cannot do this work.
    """
    client = _connect(address)
    try:
        code = code or code_of(function)
        _require_fit_workers(client, function, code)
        executor = client.get_executor(pure=False)
        try:
            yield _Checking(executor, function, code), lambda error: _explained(error, address)
        except BaseException:
            executor.shutdown(wait=False)  # cancels the tasks at work
            raise
    finally:
        client.close()


def require_scheduler(address: str) -> None:
    """Make sure that a scheduler answers; a client would wait for a silent one for ever.

    Raises
    ------
    SchedulerError
        If the package is missing, or what is there is no scheduler or does not answer in time.
    """
    try:
        import distributed  # noqa: F401 (whether it is there)
    except ImportError as error:
        raise SchedulerError(
            "a scheduler needs the package `distributed`: pip install 'mtlpaper[cluster]'"
        ) from error
    try:
        # In a thread: the one of a kernel has an event loop at work already.
        with ThreadPoolExecutor(1) as thread:
            kind = thread.submit(asyncio.run, _kind(address)).result()
    except Exception as error:  # another kind of server may cause any
        raise SchedulerError(
            f"no scheduler answers at {address!r}; `{SCHEDULER}` or `--scheduler` must be the "
            "address that `dask scheduler` prints, such as tcp://HOST:8786, and reachable from here"
        ) from error
    if kind != "Scheduler":
        raise SchedulerError(
            f"`{SCHEDULER}` or `--scheduler` must be the address of a scheduler, got {address!r}, "
            f"where a {kind} answers"
        )


async def _kind(address: str) -> str:
    """Return the kind of the server: Scheduler, Worker, ..."""
    from distributed import rpc
    from distributed.comm.addressing import get_address_host_port, parse_address

    if parse_address(address)[0] in ("tcp", "tls"):  # fails at once where nobody listens
        socket.create_connection(get_address_host_port(address), timeout=_PATIENCE).close()
    async with rpc(address) as there:
        return str((await asyncio.wait_for(there.identity(), _PATIENCE))["type"])


def _connect(address: str) -> Any:
    require_scheduler(address)
    from distributed import Client

    with warnings.catch_warnings():
        # It warns of other versions on the workers; those that matter are compared below.
        warnings.simplefilter("ignore")
        return Client(address, timeout=_PATIENCE, set_as_default=False)


def _require_fit_workers(client: Any, function: Callable[[Any], Any], code: Code) -> None:
    try:
        client.wait_for_workers(1, timeout=_PATIENCE_FOR_WORKERS)
    except TimeoutError as error:
        raise SchedulerError(
            f"no worker joined the scheduler within {_PATIENCE_FOR_WORKERS} s; start some with "
            "`dask worker ADDRESS --nthreads 1`"
        ) from error
    faults = client.run(_fault, function, code, on_error="return")
    # One that left while it was asked is no worker, even if the scheduler has not noticed yet.
    present = client.nthreads()
    faults = {
        worker: fault
        for worker, fault in faults.items()
        if worker in present and not isinstance(fault, OSError)
    }
    if not faults:
        raise SchedulerError("every worker left while it was asked whether it can do this work")
    lines = [
        f"  {worker}: {fault}" for worker, fault in sorted(faults.items()) if fault is not None
    ]
    if lines:
        head = f"{len(lines)} of {len(faults)} workers cannot do this work"
        raise SchedulerError("\n".join([head, *lines]))


def _fault(function: Callable[[Any], Any], code: Code) -> str | None:
    """Say, on a worker, why it must not compute; None if it may."""
    try:
        require_code(function, code)
    except SourceChangedError as error:
        return str(error)
    threads = os.environ.get("OMP_NUM_THREADS")
    if threads != "1":
        return f"OMP_NUM_THREADS must be 1, got {threads}; results depend on it"
    return None


class _Checking(Executor):
    """Checks each worker before its first task: it may have joined after the first check."""

    def __init__(self, executor: Executor, function: Callable[[Any], Any], code: Code) -> None:
        self._executor, self._function, self._code = executor, function, code

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return self._executor.submit(_run, self._function, self._code, fn, *args, **kwargs)


def _run(function: Callable[[Any], Any], code: Code, task: Callable[..., Any], *args: Any) -> Any:
    _require_fit(function, code)
    return task(*args)


@lru_cache  # in each worker once; only a success is remembered
def _require_fit(function: Callable[[Any], Any], code: Code) -> None:
    fault = _fault(function, code)
    if fault is not None:
        raise SchedulerError(f"a worker that joined late cannot do this work: {fault}")


def _explained(error: BaseException, address: str) -> SweepError | None:
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        return WorkerError(
            "several workers died over one unit, perhaps for want of memory; give each more "
            "(what was stored stays)"
        )
    if isinstance(error, CancelledError):
        return SchedulerError(
            f"the scheduler at {address} went away; what was stored stays, and the same command "
            "goes on from there"
        )
    return None
