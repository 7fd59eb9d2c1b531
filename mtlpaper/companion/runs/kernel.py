"""Execution of one notebook in a fresh kernel, by papermill."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import CellExecutionError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError

from mtlpaper.companion.notebook import RUN_DIR, RUN_VERSIONS, our_versions
from mtlpaper.companion.runs.errors import RunError
from mtlpaper.companion.sweeps.environment import WORKER_ENVIRONMENT
from mtlpaper.companion.sweeps.pools import require_not_stopped

OnCell = Callable[[int, int], None]
"""Told after every code cell how many are done, and of how many."""

#: Seconds until a kernel must have started, and until what a cell shows must have arrived.
_PATIENCE = 120
#: How often a kernel is started before we give up.
_STARTS = 3
#: Bytes that a folder's name may have to hold a socket: macOS allows 103 in all, Linux 107.
_LONGEST = 90
#: Python's own environment variables that a kernel inherits: those that say where modules lie.
#: Others could run a user's code in it, or put warnings into the notebook.
_INHERITED = {
    *("PYTHONHOME", "PYTHONPATH", "PYTHONPLATLIBDIR", "PYTHONUSERBASE", "PYTHONNOUSERSITE"),
    *("PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE"),
}


def execute_notebook(
    source: Path, target: Path, *, cwd: Path, run_dir: Path, on_cell: OnCell
) -> list[float]:
    """Execute a notebook whose parameters cell already holds the values.

    Parameters
    ----------
    source, target : Path
        The notebook and its executed copy.
    cwd : Path
        Working directory of the kernel.
    run_dir : Path
        Folder in which the notebook finds its data and saves its figures.
    on_cell : callable

    Returns
    -------
    list of float
        Seconds each code cell took.

    Raises
    ------
    RunError
        If the kernel does not start; or if it dies or a cell raises, and `target` then shows how
        far it came.
    """
    name = source.name.partition(".")[0]  # of figure1.prepared.ipynb
    # A folder for what is the kernel's own. Not in `run_dir`: Jupyter needs a file there that nobody
    # else can read, and not every file system knows such.
    with tempfile.TemporaryDirectory(prefix="mtlpaper-", ignore_cleanup_errors=True) as private:
        kernel = _Kernel(Path(private), _environment(run_dir), cwd)
        with _explained(name, target, kernel):
            papermill.execute_notebook(
                source,
                target,
                engine_name=_Engine.NAME,
                kernel_name="python3",
                progress_bar=False,
                kernel=kernel,
                on_cell=on_cell,
            )
    return _cleaned(target)


#: Managers of the kernels that this process runs, by thread.
_at_work: dict[int, Any] = {}


def end_kernels() -> None:
    """End every kernel of this process; the threads that run notebooks then fail."""
    for manager in list(_at_work.values()):
        process = getattr(manager.provisioner, "process", None)
        if process is not None:
            process.kill()


@contextmanager
def _explained(name: str, target: Path, kernel: _Kernel) -> Iterator[None]:
    """Turn what ends a notebook early into a RunError."""
    try:
        yield
    except _StartError as error:
        require_not_stopped()
        target.unlink(missing_ok=True)  # papermill wrote it, and it shows nothing
        raise RunError(f"{name}: the Jupyter kernel did not start: {error}") from error
    except PapermillExecutionError as error:
        what = f"{error.ename}: {_without_colour(error.evalue)}"
        message = f"{name}: cell [{error.exec_count}] raised {what}"
        raise RunError(message, _without_colour("\n".join(error.traceback))) from error
    except DeadKernelError as error:
        require_not_stopped()  # or it was ended, and nothing is wrong with the notebook
        message = f"{name}: the kernel died, perhaps for want of memory"
        raise RunError(message, kernel.last_words()) from error
    except TimeoutError as error:
        raise RunError(f"{name}: what a cell shows did not arrive in {_PATIENCE} s") from error


class _StartError(Exception):
    """No kernel started; says why."""


@dataclass(frozen=True)
class _Kernel:
    """This interpreter as a kernel, whatever `python3` is to Jupyter elsewhere.

    Attributes
    ----------
    folder : Path
        For its own files.
    environment : mapping
    cwd : Path
        Working directory, which papermill would change for this whole process.
    """

    folder: Path
    environment: Mapping[str, str]
    cwd: Path

    def start(self, client: Any) -> None:
        """Start it and connect a client; anew if it fails."""
        for attempt in range(_STARTS):
            try:
                self._start(client, attempt)
                return
            except Exception as error:
                failure = error
        lines = self.last_words().splitlines() or str(failure).splitlines()
        raise _StartError(lines[-1] if lines else repr(failure)) from failure

    def _start(self, client: Any, attempt: int) -> None:
        environment = {
            **self.environment,
            "HOME": self._home(),
            "IPYTHONDIR": str(self.folder / "ipython"),
        }
        with self._log.open("wb") as log:
            client.km = client.create_kernel_manager()
            client.km.data_dir = str(self.folder)
            client.km.kernel_spec_manager.kernel_dirs = []  # leaves it only this very interpreter
            client.km.connection_file = str(self.folder / f"{attempt}.json")
            client.km.transport = self._transport(attempt)
            _at_work[threading.get_ident()] = client.km
            client.start_new_kernel(env=environment, cwd=str(self.cwd), stdout=log, stderr=log)
        client.start_new_kernel_client()

    def _transport(self, attempt: int) -> str:
        """Prefer sockets in a folder of our own, which nobody can take as ports can be taken."""
        possible = os.name == "posix" and len(os.fsencode(self.folder)) <= _LONGEST
        return "ipc" if possible and attempt == 0 else "tcp"

    def _home(self) -> str:
        try:
            return str(Path.home())
        except RuntimeError:  # of a user whom the system does not know
            return str(self.folder)

    def last_words(self) -> str:
        """Return the end of what it wrote, not to the notebook but to its terminal."""
        return "\n".join(self._log.read_text(errors="replace").strip().splitlines()[-20:])

    @property
    def _log(self) -> Path:
        return self.folder / "log"


class _Engine(NBClientEngine):
    """Papermill's own engine, with a kernel of ours and a word after each cell."""

    NAME = "mtlpaper"

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *, kernel: _Kernel, on_cell: OnCell, **_: Any
    ) -> Any:
        code = [cell for cell in nb_man.nb.cells if cell.cell_type == "code"]
        done = 0

        def count(cell: Any, **_: Any) -> None:
            nonlocal done
            done += cell.cell_type == "code"
            on_cell(done, len(code))

        client = PapermillNotebookClient(
            nb_man,
            kernel_name=kernel_name,
            startup_timeout=_PATIENCE,
            iopub_timeout=_PATIENCE,
            timeout=None,
            # It warns that it is reached over TCP on this machine, and grumbles when it is ended;
            # what a cell raises arrives all the same.
            extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
        )
        client.on_cell_executed = count
        try:
            kernel.start(client)
            return client.execute(cleanup_kc=True)
        finally:
            _at_work.pop(threading.get_ident(), None)
            _close_loop()


def _close_loop() -> None:
    """Close the event loop that Jupyter makes for a thread, and leaves open."""
    if threading.current_thread() is not threading.main_thread():
        with suppress(RuntimeError):  # if it made none
            asyncio.get_event_loop().close()


papermill_engines.register(_Engine.NAME, _Engine)


def _is_news(record: logging.LogRecord) -> bool:
    """Drop the echo of an interrupt.

    The task that waited for the cell ends with one of these errors, which nobody awaits any more.
    """
    echoes = CellExecutionError, DeadKernelError
    return not (record.exc_info and isinstance(record.exc_info[1], echoes))


logging.getLogger("asyncio").addFilter(_is_news)


def _environment(run_dir: Path) -> dict[str, str]:
    given = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PYTHON") or name in _INHERITED
    }
    return {
        **given,
        **WORKER_ENVIRONMENT,
        RUN_DIR: str(run_dir),
        RUN_VERSIONS: our_versions(),
        "MPLBACKEND": "agg",  # a user's own may need a screen, or be none
    }


def _cleaned(path: Path) -> list[float]:
    """Take out what differs between equal runs (times, paths); return the cells' durations."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.pop("papermill", None)
    durations = []
    for cell in notebook.cells:
        told = cell.metadata.pop("papermill", {})
        cell.metadata.pop("execution", None)
        if not cell.metadata.get("tags", True):
            del cell.metadata["tags"]
        if cell.cell_type == "code":
            durations.append(round(told.get("duration") or 0.0, 3))
    nbformat.write(notebook, path)
    return durations


def _without_colour(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
