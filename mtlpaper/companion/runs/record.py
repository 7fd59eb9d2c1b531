"""What a run says of itself in ``run.json``, and what the manifest of ``results/`` keeps of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from mtlpaper.companion import provenance, registry
from mtlpaper.companion.parameters import Parameters
from mtlpaper.companion.results import ResultError, checksum, fault, read_json
from mtlpaper.companion.runs.errors import SetupError
from mtlpaper.companion.sweeps.sources import closure, module_digests, package_folder

RECORD = "run.json"


class Components(BaseModel):
    """Everything but the parameters that could change the results of a run.

    Attributes
    ----------
    cells : tuple of str
        Digest of each cell of the notebook, in order: kind, source and tags, but not outputs.
    modules : dict
        Digest of each module that the notebook can reach, without comments and docstrings.
    versions : dict
        Versions of the libraries that compute or draw.
    python : str
        Version of Python.
    """

    model_config = ConfigDict(frozen=True)

    cells: tuple[str, ...]
    modules: dict[str, str]
    versions: dict[str, str]
    python: str

    @classmethod
    def current(cls, notebook: Path, params: Parameters) -> Self:
        """Read them off the notebook, the package and the environment as they are now."""
        roots = ["mtlpaper.companion.notebook", *registry.chapter(params.name).modules]
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        return cls(
            cells=tuple(
                _digest([cell["cell_type"], "".join(cell["source"]), cell["metadata"].get("tags", [])])
                for cell in cells
            ),
            modules=module_digests(closure(roots, {"mtlpaper": package_folder()})),
            versions=provenance.versions(provenance.COMPUTING),
            python=provenance.machine()["python"],
        )

    def fingerprint(self, parameters: Mapping[str, Any]) -> str:
        """One digest of them all and of parameters as JSON knows them."""
        return _digest({"parameters": dict(parameters), **self.model_dump()})


class Origin(BaseModel):
    """How data were made.

    Attributes
    ----------
    experiment, title, preset : str
    parameters : dict
        Every parameter and its value, as JSON knows it.
    seeds : dict
        The parameters from which all random numbers derive.
    command : str
        Makes the data again.
    commit : str or None
        Of the source tree; None where it is not known.
    dirty : bool or None
        Whether the tree had uncommitted changes; None where it is not known.
    commit_unknown : str
        Why one of the two is not known; empty if both are.
    versions : dict
        Package name to version.
    python, platform, device, dtype : str
        Where and in which arithmetic it ran.
    started : str
        UTC, ISO 8601.
    duration_s : float
        Wall-clock seconds.
    numbers : dict
        What the notebook glued for the book's prose.
    fingerprint : str
        Digest of `parameters` and `components`, or a word that no run has.
    components : Components
    files : dict
        File name, relative to the run's folder, to SHA-256.
    """

    model_config = ConfigDict(frozen=True)

    experiment: str
    title: str
    preset: str
    parameters: dict[str, Any]
    seeds: dict[str, Any]
    command: str
    commit: str | None
    dirty: bool | None
    commit_unknown: str
    versions: dict[str, str]
    python: str
    platform: str
    device: str
    dtype: str
    started: str
    duration_s: float
    numbers: dict[str, Any]
    fingerprint: str
    components: Components
    files: dict[str, str]

    @property
    def short_commit(self) -> str | None:
        """The first ten digits of the commit."""
        return self.commit[:10] if self.commit else None


class PublishedData(Origin):
    """A published dataset: its name, its SHA-256, and how it was made."""

    file: str
    sha256: str


class RunRecord(Origin):
    """One run as its ``run.json`` tells it.

    Attributes
    ----------
    published : PublishedData or None
        The published dataset that the run took; None where it computed its data.
    changed : dict
        Parameters that were changed against the preset.
    threads, jobs : int
        Threads of one process, and worker processes.
    cell_durations_s : tuple of float
        Seconds that each code cell of the notebook took.
    """

    published: PublishedData | None = None
    changed: dict[str, Any]
    threads: int
    jobs: int
    cell_durations_s: tuple[float, ...]

    @property
    def origin(self) -> Origin:
        """How the run's data were made: by the run itself, or before they were published."""
        return self.published or self

    def damage(self, folder: Path) -> Iterator[tuple[str, str]]:
        """Yield each of the run's files that is not as the run wrote it, and what is wrong."""
        for name, digest in self.files.items():
            if how := fault(folder / name, digest):
                yield name, how

    def save(self, folder: Path) -> None:
        """Write ``run.json``."""
        text = json.dumps(self.model_dump(), indent=2, ensure_ascii=False) + "\n"
        (folder / RECORD).write_text(text, encoding="utf-8")


def require_record(folder: Path) -> RunRecord:
    """Read the ``run.json`` of a run folder.

    Raises
    ------
    ResultError
        If it is missing or damaged; says in what.
    """
    return read_json(folder / RECORD, RunRecord)


def read_record(folder: Path) -> RunRecord | None:
    """Read the ``run.json`` of a folder; None where it is missing or damaged."""
    try:
        return require_record(folder)
    except ResultError:
        return None


def require_unaltered(path: Path) -> None:
    """Compare a file with the checksum in the ``run.json`` beside it, if there is one.

    Raises
    ------
    ResultError
        If that ``run.json`` is damaged.
    SetupError
        If the file is not the one that the run wrote; says how to make it anew.
    """
    if not path.is_file() or not (path.parent / RECORD).exists():
        return
    record = require_record(path.parent)
    if record.files.get(path.name) not in (None, checksum(path)):
        remedy = f"make it anew with `{record.command} --force`"
        raise SetupError(f"{path}: altered since the run that wrote it; {remedy}")


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
