"""One run from beginning to end: execute the notebook, describe what happened, deliver."""

from __future__ import annotations

import ast
import json
import os
import shutil
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat

from mtlpaper.companion import experiments, provenance, results
from mtlpaper.companion.notebook import GLUE_PREFIX
from mtlpaper.companion.runs import folder as place
from mtlpaper.companion.runs.cell import parameters_cell, rewritten
from mtlpaper.companion.runs.errors import RunError
from mtlpaper.companion.runs.kernel import OnCell, execute_notebook
from mtlpaper.companion.runs.means import Means, require, require_memory
from mtlpaper.companion.runs.planning import Run
from mtlpaper.companion.runs.publication import published_result
from mtlpaper.companion.runs.record import Components, RunRecord, require_record
from mtlpaper.companion.runs.staleness import UNSETTLED, inspect
from mtlpaper.companion.parameters import ParameterError
from mtlpaper.companion.sweeps import SweepError
from mtlpaper.companion.sweeps.environment import using
from mtlpaper.companion.sweeps.pools import one_pool
from mtlpaper.companion.sweeps.progress import Report

if TYPE_CHECKING:
    import xarray as xr

OnProgress = Callable[[Report], None]
"""Told how far a sweep has come."""


@dataclass(frozen=True)
class Outcome:
    """A run's results.

    Attributes
    ----------
    folder : Path
        Where they are.
    record : RunRecord
    reused : bool
        Whether they were there already.
    """

    folder: Path
    record: RunRecord
    reused: bool


def execute(
    run: Run,
    means: Means | None = None,
    *,
    force: bool = False,
    on_cell: OnCell | None = None,
    on_progress: OnProgress | None = None,
    on_start: Callable[[str], None] | None = None,
) -> Outcome:
    """Do a run, unless its folder already holds exactly its results.

    Parameters
    ----------
    run : Run
        From :func:`mtlpaper.companion.runs.planning.plan`.
    means : Means, optional
        What the experiment may use; one process by default. Results do not depend on it.
    force : bool
        Run even if the results are there.
    on_cell : callable, optional
        Told how many code cells are done, and of how many.
    on_progress : callable, optional
        Told how far a sweep has come.
    on_start : callable, optional
        Told why there is something to run (empty for the first run), before the work begins.

    Returns
    -------
    Outcome

    Raises
    ------
    ParameterError
        If the run asks for a device this machine has not.
    SetupError
        If it cannot start.
    RunError
        If the experiment or its notebook fails. Earlier results stay, and ``<name>.partial.ipynb``
        shows the cell of a notebook that failed.

    Notes
    -----
    The data are computed first, by this process and those that `means` allows. The notebook is
    then executed, finds the data and draws them. Linear algebra must run on one thread in this
    process, as it does in the program.
    """
    means = means or Means()
    _require_device(run)
    if run.published is None and (force or inspect(run).kind != "fresh"):
        require_memory(run, means)
        require(means)
    place.prepare(run)
    with place.locked(run.folder):
        place.recover(run.folder)
        state = inspect(run)
        if state.kind == "fresh" and not force:
            return Outcome(run.folder, require_record(run.folder), reused=True)
        if on_start is not None:
            on_start(state.why_again)
        try:
            with place.workplace(run.folder) as work:
                with using(means, on_progress):
                    record = _compute(run, work, means, on_cell or (lambda *_: None))
                place.deliver(work, run.folder, record)
        except OSError as error:
            raise RunError(f"{run.name}: cannot write to {run.folder}: {error}") from error
        _partial(run).unlink(missing_ok=True)
    return Outcome(run.folder, record, reused=False)


def _compute(run: Run, work: Path, means: Means, on_cell: OnCell) -> RunRecord:
    commit = provenance.commit()  # of the code, which need not lie beside the notebook
    started, clock = datetime.now(UTC), time.perf_counter()
    _measure(run, work, means)
    durations = _notebook(run, work, on_cell)
    elapsed = time.perf_counter() - clock
    attributes = _attributes(run, work)
    names = sorted(path.name for path in work.iterdir() if _is_result(path))
    plain = run.params.plain()
    return RunRecord(
        experiment=run.name,
        title=run.params.title,
        preset=run.preset,
        parameters=plain,
        published=run.published,
        changed=dict(run.changed),
        seeds={name: value for name, value in plain.items() if "seed" in name.split("_")},
        command=run.command,
        commit=commit.sha,
        dirty=commit.dirty,
        commit_unknown=commit.unknown,
        versions=provenance.versions(),
        **provenance.machine(),
        device=attributes["device"],
        dtype=getattr(run.params, "dtype", "float64"),
        threads=1,
        jobs=means.jobs,
        started=started.isoformat(timespec="seconds"),
        duration_s=round(elapsed, 3),
        cell_durations_s=tuple(durations),
        numbers=_numbers(work / f"{run.name}.ipynb"),
        fingerprint=_settled(run),
        components=run.components,
        files={name: results.checksum(work / name) for name in names},
    )


def _measure(run: Run, work: Path, means: Means) -> None:
    """Put the run's data, and a table of them, where its notebook looks for them."""
    target = work / f"{run.name}.nc"
    if run.published is None:
        results.save(_computed(run, means.jobs), target)
    else:
        path, _ = published_result(run.root, run.name)
        shutil.copyfile(path, target)
    results.save_table(results.load(target), target.with_suffix(".csv"))


def _computed(run: Run, jobs: int) -> xr.Dataset:
    try:
        with one_pool(jobs):
            return experiments.compute(run.params)
    except SweepError as error:
        raise RunError(f"{run.name}: {error}") from error
    except Exception as error:
        message = f"{run.name}: its data could not be computed: {type(error).__name__}: {error}"
        raise RunError(message, "".join(traceback.format_exception(error)).strip()) from error


def _notebook(run: Run, work: Path, on_cell: OnCell) -> list[float]:
    """Execute the run's notebook into `work`; keep what a failed one has to show."""
    prepared, partial = work / f"{run.name}.prepared.ipynb", work / f"{run.name}.partial.ipynb"
    notebook = nbformat.read(run.notebook, as_version=4)
    cell = parameters_cell(notebook, run.name)
    cell.source = rewritten(cell.source, run.params)
    nbformat.write(notebook, prepared)
    try:
        durations = execute_notebook(
            prepared,
            partial,
            cwd=run.notebook.parent,
            run_dir=work.resolve(),
            on_cell=on_cell,
        )
    except RunError as error:
        if partial.exists():
            partial.replace(_partial(run))
            error.add_note(f"how far it came: {_partial(run)}")
        raise
    prepared.unlink()
    partial.replace(work / f"{run.name}.ipynb")
    return durations


def _partial(run: Run) -> Path:
    return run.folder / f"{run.name}.partial.ipynb"


def _attributes(run: Run, work: Path) -> dict[str, Any]:
    """Return the data's attributes after checking that the notebook used this run's data."""
    attributes = results.load(work / f"{run.name}.nc").attrs
    if json.loads(attributes["parameters"]) != run.params.plain():
        raise RunError(f"{run.name}: the notebook computed with other parameters than it was given")
    return dict(attributes)


def _settled(run: Run) -> str:
    """Return the fingerprint, or a word that no run has if a source changed under way."""
    same = Components.current(run.notebook, run.params) == run.components
    return run.fingerprint if same else UNSETTLED


def _numbers(path: Path) -> dict[str, Any]:
    """Return the numbers and words a notebook glued, by name."""
    kind = f"{GLUE_PREFIX}text/plain"
    cells = nbformat.read(path, as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return {
        output.metadata["scrapbook"]["name"]: ast.literal_eval(output["data"][kind])
        for output in outputs
        if kind in output.get("data", {})
    }


def _is_result(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".") and os.access(path, os.R_OK)


def _require_device(run: Run) -> None:
    reason = provenance.missing_device(getattr(run.params, "device", "cpu"))
    if reason is not None:
        raise ParameterError(f"`device` must be cpu, got 'cuda': {reason}")
