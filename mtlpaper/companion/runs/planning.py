"""What a run is going to be: experiment, parameters, folder, and what its results depend on."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtlpaper.companion import provenance
from mtlpaper.companion.runs.errors import SetupError
from mtlpaper.companion.runs.record import Components, PublishedData
from mtlpaper.companion.parameters import Parameters, parse_value
from mtlpaper.companion.registry import settings


@dataclass(frozen=True)
class Run:
    """A run that may or may not have been done.

    Attributes
    ----------
    params : Parameters
        Validated parameters.
    preset : str
        Preset they started from.
    changed : mapping
        Parameters given on top of the preset.
    root : Path
        The repository, which holds ``notebooks/``.
    folder : Path
        Where the results are or will be.
    components : Components
        Everything else that could change the results.
    published : PublishedData or None
        The published dataset to take; None where the data are to be computed.
    """

    params: Parameters
    preset: str
    changed: Mapping[str, Any]
    root: Path
    folder: Path
    components: Components
    published: PublishedData | None = None

    @property
    def fingerprint(self) -> str:
        """Changes with everything that could change the results."""
        return self.components.fingerprint(self.params.plain())

    @property
    def name(self) -> str:
        """The experiment's name."""
        return self.params.name

    @property
    def notebook(self) -> Path:
        """The committed notebook."""
        return _notebook(self.root, self.name)

    @property
    def command(self) -> str:
        """The command that computes this run's data."""
        parts = ["mtlpaper", "run", self.name, "--preset", self.preset]
        for name, value in self.changed.items():
            parts += ["-p", f"{name}={_typed(value)}"]
        return shlex.join(parts)


def plan(
    name: str,
    preset: str = "paper",
    changes: Mapping[str, Any] | None = None,
    *,
    folder: Path | None = None,
    root: Path | None = None,
) -> Run:
    """Validate what was asked for and say which run it is.

    Parameters
    ----------
    name : str
        Experiment.
    preset : str
    changes : mapping, optional
        Parameters that differ from the preset's.
    folder : Path, optional
        Where to put the results; ``runs/<name>-<preset>-<fingerprint>`` by default.
    root : Path, optional
        The repository; found from the package by default.

    Raises
    ------
    ParameterError
        If the experiment, the preset or a parameter is not acceptable.
    SetupError
        If there is no such repository or notebook.
    """
    params = settings(name).preset(preset, **(changes or {}))
    plain = params.plain()
    root = find_root(root)
    if not _notebook(root, name).is_file():
        raise SetupError(f"the experiment {name} has no notebook {_notebook(root, name)}")
    components = Components.current(_notebook(root, name), params)
    return Run(
        params=params,
        preset=preset,
        changed={key: plain[key] for key in changes or {}},
        root=root,
        folder=folder or Path("runs") / f"{name}-{preset}-{components.fingerprint(plain)[:8]}",
        components=components,
    )


def find_root(root: Path | None = None) -> Path:
    """Return the repository's top folder.

    Raises
    ------
    SetupError
        If the folder holds no ``notebooks/``, as where the package was installed as a copy, or
        if it is another clone than the one that the package at work belongs to: a run would
        compute with this package and bear the other's name.
    """
    ours = provenance.source_tree()
    found = (root or ours).resolve()
    if not (found / "notebooks").is_dir():
        raise SetupError(
            f"there is no folder notebooks/ in {found}; install the package from a clone by "
            "`pip install -e .`, or name the clone by --root"
        )
    if found != ours and (found / "mtlpaper").is_dir() and (ours / "notebooks").is_dir():
        raise SetupError(
            f"--root must be the clone of the package at work, {ours}, got {found}; "
            "use the `mtlpaper` that is installed from there"
        )
    return found


def book_runs(root: Path, preset: str) -> Path:
    """Return the folder in which the book's runs of a preset lie, each under its own name.

    Those that take the published data lie in that of the name ``published``.
    """
    return root / "runs" / "book" / preset


def _notebook(root: Path, name: str) -> Path:
    return root / "notebooks" / f"{name}.ipynb"


def _typed(value: Any) -> str:
    """Write a value as one would type it: words bare, all else as JSON."""
    bare = isinstance(value, str) and parse_value(value) == value
    return value if bare else json.dumps(value)
