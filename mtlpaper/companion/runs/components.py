"""What the results of a run depend on, piece by piece, and the fingerprint of it all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from mtlpaper.companion import provenance, registry
from mtlpaper.companion.parameters import Parameters
from mtlpaper.companion.sweeps.sources import closure, module_digests, package_folder


@dataclass(frozen=True)
class Components:
    """Everything that could change the results of a run.

    Attributes
    ----------
    parameters : mapping
        Values as JSON knows them.
    cells : sequence of str
        Digest of each cell of the notebook, in order: kind, source and tags, but not outputs.
    modules : mapping
        Digest of each module that the notebook can reach, without comments and docstrings.
    versions : mapping
        Versions of the libraries that compute or draw.
    python : str
        Version of Python.
    """

    parameters: Mapping[str, Any]
    cells: Sequence[str]
    modules: Mapping[str, str]
    versions: Mapping[str, str]
    python: str

    @classmethod
    def current(cls, notebook: Path, params: Parameters) -> Self:
        """Read them off the notebook, the package and the environment as they are now."""
        return cls(
            parameters=params.plain(),
            cells=_cells(notebook),
            modules=_modules(params),
            versions=provenance.versions(provenance.COMPUTING),
            python=provenance.machine()["python"],
        )

    @classmethod
    def recorded(cls, record: Mapping[str, Any]) -> Self | None:
        """Read them out of a ``run.json`` or an entry made from one.

        Returns
        -------
        Components or None
            None where they are not recorded, as in runs of earlier versions, or not readable.
        """
        parts, parameters = record.get("components"), record.get("parameters")
        if not isinstance(parts, dict) or not isinstance(parameters, dict):
            return None
        wanted = {"cells": list, "modules": dict, "versions": dict, "python": str}
        if any(not isinstance(parts.get(name), kind) for name, kind in wanted.items()):
            return None
        return cls(parameters=parameters, **{name: parts[name] for name in wanted})

    @property
    def fingerprint(self) -> str:
        """One digest of them all."""
        return _digest(asdict(self))

    def to_record(self) -> dict[str, Any]:
        """Return what ``run.json`` keeps of them; it has the parameters in a place of their own."""
        return {name: value for name, value in asdict(self).items() if name != "parameters"}


def _cells(notebook: Path) -> list[str]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [
        _digest([cell["cell_type"], "".join(cell["source"]), cell["metadata"].get("tags", [])])
        for cell in cells
    ]


def _modules(params: Parameters) -> dict[str, str]:
    """Return the digests of the modules that a run may load: the chapter's and what they import."""
    roots = ["mtlpaper.companion.notebook", *registry.chapter(params.name).modules]
    return module_digests(closure(roots, {"mtlpaper": package_folder()}))


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
