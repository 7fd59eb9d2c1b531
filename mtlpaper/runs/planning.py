"""What a run is going to be: experiment, parameters, folder, and the fingerprint of it all."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtlpaper import provenance
from mtlpaper.runs.errors import SetupError
from mtlpaper.settings import Parameters, parse_value, settings
from mtlpaper.sweeps.sources import closure, module_digests, package_folder

#: Lists every experiment's settings; only those of the run at hand can change its results.
_REGISTRY = "mtlpaper.settings"


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
    fingerprint : str
        Changes with everything that could change the results.
    """

    params: Parameters
    preset: str
    changed: Mapping[str, Any]
    root: Path
    folder: Path
    fingerprint: str

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
        """The command that does this run again."""
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
    mark = fingerprint(_notebook(root, name), params)
    return Run(
        params=params,
        preset=preset,
        changed={key: plain[key] for key in changes or {}},
        root=root,
        folder=folder or Path("runs") / f"{name}-{preset}-{mark[:8]}",
        fingerprint=mark,
    )


def find_root(root: Path | None = None) -> Path:
    """Return the repository's top folder.

    Raises
    ------
    SetupError
        If the folder holds no ``notebooks/``, as where the package was installed as a copy.
    """
    found = (root or provenance.source_tree()).resolve()
    if not (found / "notebooks").is_dir():
        raise SetupError(
            f"there is no folder notebooks/ in {found}; install the package from a clone by "
            "`pip install -e .`, or name the clone by --root"
        )
    return found


def fingerprint(notebook: Path, params: Parameters) -> str:
    """Return a digest of everything that could change the results of a run.

    It covers the notebook's cells (not their outputs), the code that the notebook can reach
    (without comments and docstrings), the parameters, and the versions of Python and of the
    libraries that compute or draw.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    content = {
        "notebook": [
            [cell["cell_type"], "".join(cell["source"]), cell["metadata"].get("tags", [])]
            for cell in cells
        ],
        "package": _sources(params),
        "parameters": params.plain(),
        "versions": provenance.versions(provenance.COMPUTING),
        "python": provenance.machine()["python"],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _sources(params: Parameters) -> dict[str, str]:
    """Return the digests of the modules that a run loads; several are loaded by name only."""
    roots = [
        "mtlpaper.notebook",
        f"mtlpaper.experiments.{params.name}",
        f"mtlpaper.figures.{params.name}",
        "mtlpaper.figures.style",
        "mtlpaper.tables",
        type(params).__module__,
    ]
    packages = {"mtlpaper": package_folder()}
    return module_digests(closure(roots, packages, unfollowed=[_REGISTRY]))


def _notebook(root: Path, name: str) -> Path:
    return root / "notebooks" / f"{name}.ipynb"


def _typed(value: Any) -> str:
    """Write a value as one would type it: words bare, all else as JSON."""
    bare = isinstance(value, str) and parse_value(value) == value
    return value if bare else json.dumps(value)
