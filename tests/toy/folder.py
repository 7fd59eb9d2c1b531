"""A run folder as a run leaves it, made without a kernel."""

import json

from mtlpaper.companion import drawings, experiments, provenance, results
from mtlpaper.companion.runs import Run


def write_run(run: Run, data=None, **changes) -> Run:
    """Write a run's data, figures and record; `changes` go into the record."""
    run.folder.mkdir(parents=True, exist_ok=True)
    data = experiments.compute(run.params) if data is None else data
    results.save(data, run.folder / f"{run.name}.nc")
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
        "components": run.components.to_record(),
        "files": {
            path.name: results.checksum(path)
            for path in run.folder.iterdir()
            if path.name != "run.json"
        },
    }
    (run.folder / "run.json").write_text(json.dumps({**record, **changes}))
    return run


def rewrite_record(run: Run, change) -> None:
    """Apply a function to the record of a run."""
    path = run.folder / "run.json"
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))
