"""Execution of one notebook in a fresh kernel, by papermill."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import CellExecutionError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError

from mtlpaper.notebook import RUN_DIR
from mtlpaper.runs.errors import RunError
from mtlpaper.runs.means import Means
from mtlpaper.runs.watching import OnProgress, watched
from mtlpaper.sweeps.environment import PROGRESS, SINGLE_THREADED, progress_file

OnCell = Callable[[int, int], None]
"""Told after every code cell how many are done, and of how many."""


@dataclass(frozen=True)
class Listener:
    """Who wants to know how far a notebook has come: by cells, and by its sweeps."""

    on_cell: OnCell
    on_progress: OnProgress


def execute_notebook(
    source: Path, target: Path, *, cwd: Path, run_dir: Path, means: Means, told: Listener
) -> list[float]:
    """Execute a notebook whose parameters cell already holds the values.

    Parameters
    ----------
    source, target : Path
        The notebook and its executed copy.
    cwd : Path
        Working directory of the kernel.
    run_dir : Path
        Folder in which the notebook saves data and figures.
    means : Means
        What it may use.
    told : Listener

    Returns
    -------
    list of float
        Seconds each code cell took.

    Raises
    ------
    RunError
        If a cell raises or the kernel dies; `target` then shows how far it came.
    """
    name = source.name.partition(".")[0]  # of figure1.prepared.ipynb
    # Who started this run may be waiting for its progress; else the file is nobody's but ours.
    progress = progress_file() or run_dir / ".progress"
    try:
        with watched(progress, told.on_progress):
            papermill.execute_notebook(
                source,
                target,
                engine_name=_Engine.NAME,
                kernel_name="python3",
                progress_bar=False,
                cwd=cwd,
                env=_environment(run_dir, means, progress),
                on_cell=told.on_cell,
            )
    except PapermillExecutionError as error:
        what = f"{error.ename}: {_without_colour(error.evalue)}"
        message = f"{name}: cell [{error.exec_count}] raised {what}"
        raise RunError(message, _without_colour("\n".join(error.traceback))) from error
    except DeadKernelError as error:
        raise RunError(f"{name}: the kernel died, perhaps for want of memory") from error
    return _cleaned(target)


class _Engine(NBClientEngine):
    """Papermill's own engine, with an environment for the kernel and a word after each cell."""

    NAME = "mtlpaper"

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *, env: dict[str, str], on_cell: OnCell, **_: Any
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
            startup_timeout=120,
            timeout=None,
            # It warns that it is reached over TCP on this machine, and grumbles when it is ended;
            # what a cell raises arrives all the same.
            extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
        )
        client.on_cell_executed = count
        return client.execute(env=env)


papermill_engines.register(_Engine.NAME, _Engine)


def _is_news(record: logging.LogRecord) -> bool:
    """Drop the echo of an interrupt.

    The task that waited for the cell ends with one of these errors, which nobody awaits any more.
    """
    echoes = CellExecutionError, DeadKernelError
    return not (record.exc_info and isinstance(record.exc_info[1], echoes))


logging.getLogger("asyncio").addFilter(_is_news)


def _environment(run_dir: Path, means: Means, progress: Path) -> dict[str, str]:
    return {
        **os.environ,
        **SINGLE_THREADED,
        **means.environment(),
        PROGRESS: str(progress.resolve()),
        RUN_DIR: str(run_dir),
        # A user's start-up files must not change a published number.
        "IPYTHONDIR": str(run_dir / ".ipython"),
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
