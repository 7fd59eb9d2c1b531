"""Several experiments at a time, each in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

from mtlpaper import experiments
from mtlpaper.runs.errors import RunError
from mtlpaper.runs.inspection import inspect
from mtlpaper.runs.means import Means
from mtlpaper.runs.planning import Run, plan
from mtlpaper.runs.watching import watched
from mtlpaper.sweeps.environment import PROGRESS
from mtlpaper.sweeps.progress import Report

#: What is told of an experiment: "running", "reused", "done" or "failed"; and why it runs again.
OnEvent = Callable[[str, str, str], None]


def run_all(
    names: Sequence[str],
    preset: str,
    root: Path,
    into: Path,
    means: Means,
    *,
    force: bool = False,
    on_event: OnEvent | None = None,
    on_progress: Callable[[str, Report], None] | None = None,
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
    means : Means
        What they may use together. Processes that are left when there are more of them than
        experiments go to the experiments.
    force : bool
        Run also what is there already.
    on_event : callable, optional
        Told the experiment, what happened to it and why it had to run again; the reason is empty
        for all but "running", and for first runs.
    on_progress : callable, optional
        Told the experiment and how far its sweep has come.

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
    states = {run.name: inspect(run) for run in runs}
    due = [run for run in runs if force or states[run.name].kind != "fresh"]
    if due:
        means.require()
    due.sort(key=_longest_first)
    for run in runs:
        if run not in due:
            tell(run.name, "reused", "")
    each = replace(means, jobs=max(1, means.jobs // max(1, len(due))))
    options = ["--preset", preset, "--root", str(root), *each.options(), "--quiet"]
    options += ["--force"] if force else []
    children = _Children(tell, on_progress or (lambda *_: None))
    with ThreadPoolExecutor(means.jobs) as pool:
        complaints = {
            run.name: pool.submit(
                children.run,
                run.name,
                [*options, "--out", str(run.folder)],
                states[run.name].why_again,
            )
            for run in due
        }
        try:
            wait(complaints.values())
        except BaseException:
            children.stop()
            raise
    _require_success(names, {name: done.result() for name, done in complaints.items()})
    return {run.name: run.folder for run in runs}


def _longest_first(run: Run) -> float:
    """Sort by what an experiment is estimated to take."""
    return -experiments.estimate(run.params).seconds


class _Children:
    """The processes at work, so that they can be stopped together."""

    def __init__(self, on_event: OnEvent, on_progress: Callable[[str, Report], None]) -> None:
        self._on_event, self._on_progress = on_event, on_progress
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = False
        # Children ignore what we were told to ignore.
        heeded = [it for it in (signal.SIGTERM, signal.SIGINT) if signal.getsignal(it) != signal.SIG_IGN]
        self._request = (heeded or [signal.SIGKILL])[0]

    def run(self, name: str, options: list[str], why: str) -> str:
        """Run one experiment to its end; return its complaint, empty if there is none."""
        with tempfile.TemporaryDirectory() as folder:
            progress = Path(folder) / "progress"
            with watched(progress, lambda report: self._on_progress(name, report)):
                return self._run(name, options, progress, why)

    def _run(self, name: str, options: list[str], progress: Path, why: str) -> str:
        # -P: this package, and not one that happens to lie in the current folder.
        command = [sys.executable, "-P", "-m", "mtlpaper", "run", name, *options]
        with self._lock:
            if self._stopped:
                return "not started"
            # In a session of its own, so that Ctrl-C reaches it once, from `stop`, and not twice.
            process = subprocess.Popen(
                command,
                env={**os.environ, PROGRESS: str(progress)},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            self._running.add(process)
        self._on_event(name, "running", why)
        _, complaint = process.communicate()
        with self._lock:
            self._running.discard(process)
        if process.returncode == 0:
            self._on_event(name, "done", "")
            return ""
        self._on_event(name, "failed", "")
        return complaint.strip() or f"ended with code {process.returncode}"

    def stop(self) -> None:
        """Ask every process to end, and start no more."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                process.send_signal(self._request)


def _require_success(names: Sequence[str], complaints: dict[str, str]) -> None:
    failed = {name: complaints[name] for name in names if complaints.get(name)}
    if failed:
        told = "\n\n".join(f"--- {name}\n{text}" for name, text in failed.items())
        raise RunError(f"{len(failed)} of {len(names)} failed: {', '.join(failed)}", told)
