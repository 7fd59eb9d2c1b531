"""Several experiments at a time, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

from mtlpaper.runs.errors import RunError
from mtlpaper.runs.folder import inspect
from mtlpaper.runs.planning import plan

#: What is told of an experiment: "running", "reused", "done" or "failed".
OnEvent = Callable[[str, str], None]


def run_all(
    names: Sequence[str],
    preset: str,
    root: Path,
    into: Path,
    *,
    jobs: int = 1,
    force: bool = False,
    on_event: OnEvent | None = None,
) -> dict[str, Path]:
    """Run experiments side by side and return their folders.

    Parameters
    ----------
    names : sequence of str
        Experiments.
    preset : str
    root : Path
        The repository.
    into : Path
        Each experiment's folder is ``into/<name>``.
    jobs : int
        How many processes to keep busy. What is left of them when there are more jobs than
        experiments goes to the experiments.
    force : bool
        Run also what is there already.
    on_event : callable, optional
        Told the experiment and what happened to it.

    Returns
    -------
    dict
        Folder by experiment, in the order of `names`.

    Raises
    ------
    ParameterError, SetupError
        If one of them cannot start, before any has.
    RunError
        If some failed; the others' results stay and are found by the next call.

    Notes
    -----
    Processes, because papermill changes the working directory of the one it runs in.
    """
    tell = on_event or (lambda *_: None)
    runs = [plan(name, preset, root=root, folder=into / name) for name in names]
    due = [run for run in runs if force or inspect(run).kind != "fresh"]
    for run in runs:
        if run not in due:
            tell(run.name, "reused")
    each = max(1, jobs // max(1, len(due)))
    options = ["--preset", preset, "--root", str(root), "--jobs", str(each), "--quiet"]
    options += ["--force"] if force else []
    children = _Children(tell)
    with ThreadPoolExecutor(jobs) as pool:
        complaints = {
            run.name: pool.submit(children.run, run.name, [*options, "--out", str(run.folder)])
            for run in due
        }
        try:
            wait(complaints.values())
        except BaseException:
            children.stop()
            raise
    _require_success(names, {name: done.result() for name, done in complaints.items()})
    return {run.name: run.folder for run in runs}


class _Children:
    """The processes at work, so that they can be stopped together."""

    def __init__(self, on_event: OnEvent) -> None:
        self._on_event = on_event
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = False

    def run(self, name: str, options: list[str]) -> str:
        """Run one experiment to its end; return its complaint, empty if there is none."""
        command = [sys.executable, "-m", "mtlpaper.cli", "run", name, *options]
        with self._lock:
            if self._stopped:
                return "not started"
            # In a session of its own, so that Ctrl-C reaches it once, from `stop`, and not twice.
            process = subprocess.Popen(
                command,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            self._running.add(process)
        self._on_event(name, "running")
        _, complaint = process.communicate()
        with self._lock:
            self._running.discard(process)
        if process.returncode == 0:
            self._on_event(name, "done")
            return ""
        self._on_event(name, "failed")
        return complaint.strip() or f"ended with code {process.returncode}"

    def stop(self) -> None:
        """Ask every process to end, and start no more."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                process.terminate()


def _require_success(names: Sequence[str], complaints: dict[str, str]) -> None:
    failed = {name: complaints[name] for name in names if complaints.get(name)}
    if failed:
        told = "\n\n".join(f"--- {name}\n{text}" for name, text in failed.items())
        raise RunError(f"{len(failed)} of {len(names)} failed: {', '.join(failed)}", told)
