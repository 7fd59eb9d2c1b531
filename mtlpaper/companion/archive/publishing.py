"""Copy the data of all runs of a preset into ``results/``, with what tells of them.

These are a manifest, the verdicts, and an RO-Crate for those who know nothing of this project.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import xarray as xr

from mtlpaper.companion import results
from mtlpaper.companion.archive.crate import CRATE, crate
from mtlpaper.companion.claims import MissingDataError, as_json, judge_all
from mtlpaper.companion.claims.published_verdicts import FILE as VERDICTS
from mtlpaper.companion.registry import chapters
from mtlpaper.companion.runs import (
    Origin,
    Run,
    SetupError,
    book_runs,
    inspect,
    plan,
    require_record,
)
from mtlpaper.companion.runs.publication import FOLDER, MANIFEST, read_manifest


def publish(
    root: Path, preset: str, source: Path | None = None, *, allow_dirty: bool = False
) -> Path:
    """Publish the data of all experiments: all of them, or nothing changes.

    Parameters
    ----------
    root : Path
        The repository.
    preset : str
        Of the runs.
    source : Path, optional
        Folder that holds a run folder of each experiment; the book's by default.
    allow_dirty : bool
        Accept runs of a source tree that differed from its commit. The manifest tells.

    Returns
    -------
    Path
        ``results/``. Files there that this function did not write stay.

    Raises
    ------
    ParameterError
        If an experiment has no such preset.
    SetupError
        If a run is absent, stale, damaged, or was made from an uncommitted tree.
    """
    folder = source or book_runs(root, preset)
    runs = [plan(name, preset, root=root, folder=folder / name) for name in chapters()]
    faults = [fault for run in runs if (fault := _fault(run, allow_dirty))]
    if faults:
        told = "\n".join(["nothing was published:", *faults])
        raise SetupError(f"{told}\n`mtlpaper book --preset {preset}` makes all runs")
    with _replaced(root) as fresh:
        manifest = {run.name: _copied(run, fresh) for run in runs}
        verdicts = as_json(judge_all(lambda name: _load(fresh, name)))
        _write(fresh / VERDICTS, verdicts)
        _write(fresh / CRATE, crate(fresh, manifest))
        for path in sorted({*fresh.iterdir()} - {fresh / one["file"] for one in manifest.values()}):
            manifest[path.name] = {"file": path.name, "sha256": results.checksum(path)}
        _write(fresh / MANIFEST, manifest)
    return root / FOLDER


def _fault(run: Run, allow_dirty: bool) -> str:
    state = inspect(run)
    if state.kind != "fresh":
        return f"{run.name}: the run in {run.folder} is {state.kind} ({state.reason})"
    if allow_dirty:
        return ""
    record = require_record(run.folder)
    if record.commit is None or record.dirty is None:
        why = record.commit_unknown or "outside of a repository"
        return f"{run.name}: no commit tells the code it was made by ({why})"
    return f"{run.name}: made from an uncommitted tree" if record.dirty else ""


def _copied(run: Run, into: Path) -> dict[str, Any]:
    """Copy a run's data and their table; return what the manifest says of the data."""
    record, data = require_record(run.folder), f"{run.name}.nc"
    for name in (data, f"{run.name}.csv"):
        shutil.copyfile(run.folder / name, into / name)
        if results.checksum(into / name) != record.files[name]:
            raise SetupError(f"{run.name}: {run.folder / name} changed while it was copied")
    origin = record.model_dump(include={*Origin.model_fields})
    return {"file": data, "sha256": record.files[data], **origin}


def _load(folder: Path, name: str) -> xr.Dataset:
    if name not in chapters():
        raise MissingDataError(f"no experiment {name}")
    return results.load(folder / f"{name}.nc")


def _write(path: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(f"{text}\n", encoding="utf-8")


@contextmanager
def _replaced(root: Path) -> Iterator[Path]:
    """Give an empty folder that takes the place of ``results/`` if nothing fails."""
    target, build = root / FOLDER, root / "_build"
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="publishing-", dir=build) as work:
        fresh, old = Path(work) / "fresh", Path(work) / "old"
        fresh.mkdir()
        yield fresh
        replaced = {path.name for path in fresh.iterdir()} | _listed(root)
        for path in target.iterdir() if target.is_dir() else ():
            if path.name not in replaced:
                _copy(path, fresh / path.name)
        if target.exists():
            target.rename(old)
        try:
            fresh.rename(target)
        except BaseException:
            if old.exists():
                old.rename(target)
            raise


def _listed(root: Path) -> set[str]:
    """Names of the files that were published before; none if the manifest cannot tell."""
    try:
        return {entry.file for entry in read_manifest(root).values()}
    except results.ResultError:
        return set()


def _copy(path: Path, to: Path) -> None:
    if path.is_dir():
        shutil.copytree(path, to)
    else:
        shutil.copy2(path, to)
