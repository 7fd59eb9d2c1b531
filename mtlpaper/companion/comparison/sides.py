"""The two results to be compared: found, read, and checked against what their makers recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xarray as xr

from mtlpaper.companion import results
from mtlpaper.companion.registry import chapters
from mtlpaper.companion.results import ResultError
from mtlpaper.companion.runs import (
    Origin,
    find_root,
    published_result,
    read_record,
    require_record,
    require_unaltered,
)


class ComparisonError(ValueError):
    """What was named is no result of an experiment, or the two are of different experiments."""

    exit_code = 2


@dataclass(frozen=True)
class Side:
    """One of the two results.

    Attributes
    ----------
    name : str
        What the user called it.
    data : xarray.Dataset
    record : Origin or None
        What is recorded of its run; None for a file on its own.
    """

    name: str
    data: xr.Dataset
    record: Origin | None

    @property
    def experiment(self) -> str:
        """The experiment's name."""
        return str(self.data.attrs["experiment"])

    @property
    def parameters(self) -> Mapping[str, Any]:
        """All parameters, as JSON knows them."""
        return _mapping(self, "parameters")

    @property
    def origin(self) -> Mapping[str, Any]:
        """Commit, device, Python, platform and versions."""
        attributes = self.data.attrs
        found = {name: attributes[name] for name in ("commit", "device") if name in attributes}
        if "commit" in found:
            told = {"yes": ", with changes", "unknown": ", changes unknown"}
            changed = told.get(str(attributes.get("dirty")), "")
            found["commit"] = f"{found['commit'][:10]}{changed}"
        return {**found, **_mapping(self, "versions")}

    @property
    def numbers(self) -> Mapping[str, Any]:
        """What the notebook glued for the book's prose."""
        return self.record.numbers if self.record else {}

    @property
    def pictures(self) -> Mapping[str, str]:
        """Checksums of the figures, by the name of the file."""
        return _pictures(self.record) if self.record else {}

    @property
    def command(self) -> str:
        """The command that makes it again; empty if unknown."""
        return self.record.command if self.record else ""


def open_side(name: str, root: Path | None = None) -> Side:
    """Find and read a result.

    Parameters
    ----------
    name : str
        A run folder, a NetCDF file, or the name of an experiment whose data are published. A path
        that exists comes before a name.
    root : Path, optional
        The repository, for published data; found from the package by default.

    Returns
    -------
    Side

    Raises
    ------
    ComparisonError
        If it is none of these, or holds no data of an experiment.
    ResultError
        If a file cannot be read.
    SetupError
        If a file is not the one that its run wrote or that was published.
    """
    path = Path(name)
    if path.is_dir():
        return _folder(name, path)
    if path.is_file():
        require_unaltered(path)
        record = read_record(path.parent)
        return _side(name, path, record if record and path.name in record.files else None)
    if name in chapters():
        file, entry = published_result(find_root(root), name)
        return _side(name, file, entry)
    raise ComparisonError(
        "a result must be a run folder, a NetCDF file or an experiment whose data are published, "
        f"got {name!r}"
    )


def _folder(name: str, folder: Path) -> Side:
    try:
        record = require_record(folder)
    except ResultError as error:
        raise ComparisonError(f"{name} is no run folder: {error}") from error
    file = folder / f"{record.experiment}.nc"
    for path in (file, *(folder / picture for picture in _pictures(record))):
        require_unaltered(path)
    return _side(name, file, record)


def _side(name: str, file: Path, record: Origin | None) -> Side:
    side = Side(name, results.load(file), record)
    if not isinstance(side.data.attrs.get("experiment"), str):
        raise ComparisonError(f"{file} does not say of which experiment it is; no run wrote it")
    if not side.parameters:
        raise ComparisonError(f"{file} does not say with which parameters it was made")
    return side


def _pictures(record: Origin) -> dict[str, str]:
    return {n: digest for n, digest in record.files.items() if n.endswith((".png", ".svg"))}


def _mapping(side: Side, attribute: str) -> Mapping[str, Any]:
    """Read an attribute that holds JSON; nothing where it holds none."""
    try:
        content = json.loads(side.data.attrs.get(attribute, ""))
    except (TypeError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
