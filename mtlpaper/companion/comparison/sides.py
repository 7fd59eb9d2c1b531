"""The two results to be compared: found, read, and checked against what their makers recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.companion import registry, results
from mtlpaper.companion.claims import at_bound, of_source
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

#: What a user calls the numbers that a document publishes.
DOCUMENT = "published"


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
    document : bool
        Whether a document publishes it, so that it has no run, claims or figures.
    """

    name: str
    data: xr.Dataset
    record: Origin | None
    document: bool = False

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


def open_sides(a: str, b: str, root: Path | None = None) -> tuple[Side, Side]:
    """Find and read two results.

    Parameters
    ----------
    a, b : str
        A run folder, a NetCDF file, or the name of an experiment whose data are published. One may
        be ``published``: what a document publishes for the experiment of the other, of which then
        only the numbers are kept that both have. A path that exists comes before a name.
    root : Path, optional
        The repository, for published data; found from the package by default.

    Returns
    -------
    tuple of Side

    Raises
    ------
    ComparisonError
        If one is none of these or holds no data of an experiment, or no document publishes numbers
        that correspond.
    ResultError
        If a file cannot be read.
    SetupError
        If a file is not the one that its run wrote or that was published.
    """
    if _of_document(b):
        return _beside_document(_open_side(a, root))
    if _of_document(a):
        ours, theirs = _beside_document(_open_side(b, root))
        return theirs, ours
    return _open_side(a, root), _open_side(b, root)


def _of_document(name: str) -> bool:
    return name == DOCUMENT and not Path(name).exists()


def _beside_document(side: Side) -> tuple[Side, Side]:
    """Cut a result down to the numbers that a document publishes too, and return both.

    A dimension that only one of the two has is a single value of the other: a parameter of the run
    or a coordinate of the table. Of a result that has published values too, those of the run count.
    """
    table = _table_for(side.experiment)
    data = of_source(side.data, "ours") if "source" in side.data.dims else side.data
    for dim in [dim for dim in table.dims if dim not in data.dims]:
        value = side.parameters.get(str(dim))
        if value not in table[dim].values.tolist():
            levels = ", ".join(map(str, table[dim].values))
            raise ComparisonError(f"`{dim}` of the published numbers is {levels}, got {value}")
        table = table.sel({dim: value})
    both = [str(name) for name in table.data_vars if name in data]
    estimates = {name: at_bound(data[name], "estimate") for name in both}
    published = {name: _expanded(table, name, like) for name, like in estimates.items()}
    known = side.parameters
    shared = [str(name) for name in table.coords if name in known]
    ours = _with(estimates, data.attrs, {name: known[name] for name in shared})
    theirs = _with(
        published,
        {"experiment": side.experiment},
        {name: table[name].values.tolist() for name in shared},
    )
    source = f"{DOCUMENT}, {table.attrs['source']}"
    return replace(side, data=ours), Side(source, theirs, None, document=True)


def _table_for(experiment: str) -> xr.Dataset:
    tables = registry.published().values()
    for table in tables:
        if experiment in table.experiments:
            return table.load()
    known = ", ".join(name for table in tables for name in table.experiments) or "none"
    raise ComparisonError(
        f"no document publishes numbers of {experiment}; there are some of {known}"
    )


def _expanded(table: xr.Dataset, name: str, like: xr.DataArray) -> xr.DataArray:
    """Return a variable with the dimensions of another, along which it may be constant."""
    absent = [dim for dim in like.dims if dim not in table[name].dims and dim in table.coords]
    values = {dim: np.atleast_1d(table[dim].values) for dim in absent}
    return table[name].reset_coords(drop=True).expand_dims(values)


def _with(
    variables: Mapping[str, xr.DataArray], attrs: Mapping[str, Any], parameters: Mapping[str, Any]
) -> xr.Dataset:
    told = {**attrs, "parameters": json.dumps(parameters)}
    return xr.Dataset(variables, attrs=told).reset_coords(drop=True)


def _open_side(name: str, root: Path | None) -> Side:
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
