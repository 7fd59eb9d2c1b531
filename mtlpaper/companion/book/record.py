"""What a run folder says about itself: a typed view of its ``run.json``."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtlpaper.companion.book.errors import PublishError
from mtlpaper.companion.results import checksum

REQUIRED = (
    "experiment",
    "preset",
    "parameters",
    "changed",
    "versions",
    "python",
    "platform",
    "commit",
    "dirty",
    "device",
    "dtype",
    "threads",
    "started",
    "duration_s",
    "command",
    "files",
)


@dataclass(frozen=True)
class RunRecord:
    """One run as its ``run.json`` tells it.

    Attributes
    ----------
    folder : Path
        The run folder.
    experiment, preset : str
        What was run.
    parameters : mapping
        Every parameter and its value.
    changed : tuple of str
        Names of the parameters that were changed against the preset.
    seeds : tuple of int
        Seeds from which all random numbers of the run derive.
    versions : mapping
        Package name to version.
    python, platform, device, dtype : str
        Where and in which arithmetic it ran.
    commit : str or None
        Commit of the source tree; None where it is not known.
    dirty : bool or None
        Whether the tree had uncommitted changes; None where it is not known.
    commit_unknown : str
        Why one of them is not known; empty if both are, or if the record does not say.
    threads, jobs : int
        Threads of one process, and worker processes.
    started : str
        Start, UTC, ISO 8601.
    duration_s : float
        Wall-clock seconds.
    command : str
        The exact command that reruns it.
    numbers : mapping
        Numbers and words that its notebook stores for prose, by name.
    files : mapping
        File name, relative to the folder, to SHA-256.
    """

    folder: Path
    experiment: str
    preset: str
    parameters: Mapping[str, Any]
    changed: tuple[str, ...]
    seeds: tuple[int, ...]
    versions: Mapping[str, str]
    python: str
    platform: str
    commit: str | None
    dirty: bool | None
    commit_unknown: str
    device: str
    dtype: str
    threads: int
    jobs: int
    started: str
    duration_s: float
    command: str
    numbers: Mapping[str, Any]
    files: Mapping[str, str]

    @property
    def short_commit(self) -> str | None:
        """The first ten digits of the commit."""
        return self.commit[:10] if self.commit else None


def read_record(folder: Path) -> RunRecord:
    """Read the record of a run and check that its files are the ones it wrote.

    Parameters
    ----------
    folder : Path
        A run folder holding ``run.json``.

    Returns
    -------
    RunRecord

    Raises
    ------
    PublishError
        Where ``run.json`` is missing, is no JSON or lacks an entry, or where a file it lists is
        missing or was altered since.
    """
    source = folder / "run.json"
    try:
        raw = json.loads(source.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PublishError(f"{folder}: holds no run.json; is it a run folder?") from None
    except json.JSONDecodeError as error:
        raise PublishError(f"{source}: is no valid JSON ({error})") from None
    missing = [key for key in REQUIRED if key not in raw]
    if missing:
        raise PublishError(f"{source}: lacks {', '.join(missing)}")
    _check_files(folder, raw["files"])
    return _record(folder, raw)


def _record(folder: Path, raw: Mapping[str, Any]) -> RunRecord:
    command = raw["command"]
    return RunRecord(
        folder=folder,
        changed=tuple(raw["changed"]),
        seeds=_seeds(raw),
        jobs=raw.get("jobs", 1),
        commit_unknown=raw.get("commit_unknown", ""),
        duration_s=float(raw["duration_s"]),
        numbers=raw.get("numbers", {}),
        command=command if isinstance(command, str) else shlex.join(command),
        **{key: raw[key] for key in REQUIRED if key not in {"changed", "command", "duration_s"}},
    )


def _seeds(raw: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the seeds the record names, or else every parameter whose name says it is one."""
    named = raw.get("seeds", raw.get("seed"))
    if named is None:
        named = [value for key, value in raw["parameters"].items() if "seed" in key.split("_")]
    if isinstance(named, Mapping):
        named = list(named.values())
    return tuple(named) if isinstance(named, list | tuple) else (named,)


def _check_files(folder: Path, files: Mapping[str, str]) -> None:
    for name, digest in files.items():
        path = folder / name
        if not path.is_file():
            raise PublishError(f"{folder}: `{name}` is listed in run.json but missing")
        if checksum(path) != digest:
            raise PublishError(f"{folder}: `{name}` differs from the file the run wrote; run again")
