"""A run folder as a run leaves it, made without a kernel."""

import json
from pathlib import Path

from mtlpaper.companion import drawings, experiments, provenance, results
from mtlpaper.companion.runs import Run


def write_run(run: Run, data=None, **changes) -> Run:
    """Write a run's data, figures and record; `changes` go into the record."""
    run.folder.mkdir(parents=True, exist_ok=True)
    data = experiments.compute(run.params) if data is None else data
    results.save(data, run.folder / f"{run.name}.nc")
    results.save_table(data, run.folder / f"{run.name}.csv")
    for name, figure in drawings.draw(data).items():
        results.save_figure(figure, run.folder / name)
    (run.folder / f"{run.name}.ipynb").write_text("{}")
    record = {
        "experiment": run.name,
        "preset": run.preset,
        "parameters": run.params.plain(),
        "command": run.command,
        "versions": provenance.versions(),
        **provenance.machine(),
        "numbers": {"first": float(f"{float(data.x[0]):.4g}")},
        "fingerprint": run.fingerprint,
        "components": run.components.model_dump(),
    }
    write_record(run.folder, **{**record, **changes})
    return run


def write_record(folder: Path, **changes) -> None:
    """Write a ``run.json`` that lists all files of a folder; `changes` go into it."""
    words = ("title", "python", "platform", "device", "command", "fingerprint")
    record = {
        **dict.fromkeys(words, "any"),
        "experiment": "toy",
        "preset": "quick",
        "parameters": {},
        "changed": {},
        "seeds": {},
        "commit": None,
        "dirty": False,
        "commit_unknown": "",
        "versions": {},
        "dtype": "float64",
        "threads": 1,
        "jobs": 1,
        "started": "2026-01-02T03:04:05+00:00",
        "duration_s": 1,
        "cell_durations_s": [],
        "numbers": {},
        "components": {"cells": [], "modules": {}, "versions": {}, "python": "any"},
    }
    paths = [path for path in folder.iterdir() if path.is_file() and path.name != "run.json"]
    files = {path.name: results.checksum(path) for path in paths}
    (folder / "run.json").write_text(json.dumps({**record, "files": files, **changes}))


def rewrite_record(run: Run, change) -> None:
    """Apply a function to the record of a run."""
    path = run.folder / "run.json"
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))
