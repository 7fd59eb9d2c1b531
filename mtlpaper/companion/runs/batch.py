"""Several experiments at a time, each in a thread of its own, with one pool of processes."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

from mtlpaper.companion import experiments
from mtlpaper.companion.runs.errors import RunError
from mtlpaper.companion.runs.execution import execute
from mtlpaper.companion.runs.kernel import end_kernels
from mtlpaper.companion.runs.means import Means, require
from mtlpaper.companion.runs.planning import Run, plan
from mtlpaper.companion.runs.publication import with_published
from mtlpaper.companion.runs.staleness import inspect
from mtlpaper.companion.sweeps.pools import LOOK, Pool, require_not_stopped, shared_pool, sharing
from mtlpaper.companion.sweeps.progress import Report

#: What is told of an experiment: "running", "reused", "done" or "failed"; and why it runs again.
OnEvent = Callable[[str, str, str], None]


def run_all(
    names: Sequence[str],
    preset: str,
    root: Path,
    into: Path,
    means: Means,
    *,
    published: bool = False,
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
        What they use together. At most ``means.jobs`` experiments are under way at a time.
    published : bool
        Take the published data instead of computing them.
    force : bool
        Run also what is there already.
    on_event : callable, optional
        Told the experiment, what happened to it and why it had to run again; the reason is empty
        for all but "running", and for first runs. Called from several threads, as `on_progress`.
    on_progress : callable, optional
        Told the experiment and how far its sweep has come.

    Returns
    -------
    dict
        Folder by experiment, in the order of `names`.

    Raises
    ------
    ParameterError, ResultError, SetupError
        If one of them cannot start, before any has.
    RunError
        If some failed; the others' results stay and are found by the next call.
    """
    tell, tell_progress = on_event or (lambda *_: None), on_progress or (lambda *_: None)
    runs = [plan(name, preset, root=root, folder=into / name) for name in names]
    if published:
        runs = [with_published(run) for run in runs]
    due = [run for run in runs if force or inspect(run).kind != "fresh"]
    if due and not published:
        require(means)
    due.sort(key=_longest_first)
    for run in runs:
        if run not in due:
            tell(run.name, "reused", "")

    def complaint_of(run: Run, pool: Pool) -> str:
        """Run one experiment to its end; return its complaint, empty if there is none."""
        with sharing(pool):
            try:
                execute(
                    run,
                    means,
                    force=force,
                    on_start=lambda why: tell(run.name, "running", why),
                    on_progress=lambda report: tell_progress(run.name, report),
                )
            except Exception as error:
                require_not_stopped()
                tell(run.name, "failed", "")
                return _in_words(error)
        tell(run.name, "done", "")
        return ""

    with shared_pool(means.jobs) as pool, ThreadPoolExecutor(means.jobs) as threads:
        complaints = {run.name: threads.submit(complaint_of, run, pool) for run in due}
        try:
            wait(complaints.values())
        except BaseException:
            _stop(pool, list(complaints.values()))
            raise
    _require_success(names, {name: done.result() for name, done in complaints.items()})
    return {run.name: run.folder for run in runs}


def _longest_first(run: Run) -> float:
    """Sort by what an experiment is estimated to take."""
    return 0.0 if run.published else -experiments.estimate(run.params).seconds


def _stop(pool: Pool, under_way: list[Future[str]]) -> None:
    """End every process at work, until no thread is left that could start another one."""
    for future in under_way:
        future.cancel()
    while True:
        pool.stop()
        end_kernels()
        if not wait(under_way, LOOK).not_done:
            return


def _in_words(error: Exception) -> str:
    """Say what went wrong; with a traceback where nobody has foreseen it."""
    if not hasattr(error, "exit_code"):
        return "".join(traceback.format_exception(error)).strip()
    told = [getattr(error, "traceback", ""), str(error), *getattr(error, "__notes__", [])]
    return "\n".join(filter(None, told))


def _require_success(names: Sequence[str], complaints: dict[str, str]) -> None:
    failed = {name: complaints[name] for name in names if complaints.get(name)}
    if failed:
        told = "\n\n".join(f"--- {name}\n{text}" for name, text in failed.items())
        raise RunError(f"{len(failed)} of {len(names)} failed: {', '.join(failed)}", told)
