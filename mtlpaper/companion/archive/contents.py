"""What is published: the files, and each experiment's data with the parameters that made them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from mtlpaper.companion import results
from mtlpaper.companion.parameters import ParameterError, Parameters
from mtlpaper.companion.registry import settings
from mtlpaper.companion.runs import SetupError
from mtlpaper.companion.runs.publication import (
    FOLDER,
    MANIFEST,
    PublishedFile,
    damage,
    read_manifest,
)
from mtlpaper.companion.runs.record import PublishedData


@dataclass(frozen=True)
class Published:
    """One experiment's published data.

    Attributes
    ----------
    name : str
    params : Parameters
        That made them.
    data : xarray.Dataset
    """

    name: str
    params: Parameters
    data: xr.Dataset


def file_faults(root: Path) -> list[str]:
    """Compare all published files with the checksums in the manifest.

    Parameters
    ----------
    root : Path
        The repository.

    Returns
    -------
    list of str
        One line for each file that was altered, is missing, or is data that the manifest does not
        know.

    Raises
    ------
    SetupError
        If nothing is published.
    ResultError
        If the manifest is damaged.
    """
    manifest = _manifest(root)
    faults = [damage(root, entry) for entry in manifest.values()]
    known = {MANIFEST, *(entry.file for entry in manifest.values())}
    faults += [
        f"{path.name} is not in the manifest"
        for path in sorted((root / FOLDER).iterdir())
        if path.suffix in (".nc", ".csv", ".json") and path.name not in known
    ]
    return [f"{FOLDER}/{fault}" for fault in faults if fault]


def read(root: Path, names: Iterable[str] = ()) -> list[Published]:
    """Read published data.

    Parameters
    ----------
    root : Path
        The repository.
    names : iterable of str
        Experiments; all that are published by default.

    Raises
    ------
    ParameterError
        If there is no such experiment.
    SetupError
        If it is not published, or with other parameters than it has by now.
    ResultError
        If its file or the manifest is damaged.
    """
    known = {n: one for n, one in _manifest(root).items() if isinstance(one, PublishedData)}
    wanted = list(dict.fromkeys(names))
    for name in wanted:
        settings(name)
        if name not in known:
            raise SetupError(f"{FOLDER}/ holds no data of {name}; it holds {', '.join(known)}")
    return [_read(root, name, known[name]) for name in wanted or known]


def _manifest(root: Path) -> dict[str, PublishedData | PublishedFile]:
    manifest = read_manifest(root)
    if not manifest:
        path = root / FOLDER / MANIFEST
        raise SetupError(f"there is no {path}; `mtlpaper publish` writes it")
    return manifest


def _read(root: Path, name: str, entry: PublishedData) -> Published:
    path, values = root / FOLDER / entry.file, entry.parameters
    data = results.load(path)
    if json.loads(data.attrs["parameters"]) != values:
        raise SetupError(f"{path}: made with other parameters than the manifest says")
    odd = sorted(values.keys() ^ settings(name).model_fields.keys())
    if odd:
        raise SetupError(f"{path}: {name} has other parameters by now: {', '.join(odd)}")
    try:
        params = settings(name).checked(values)
    except ParameterError as error:
        raise SetupError(f"{path}: its parameters are no longer admissible: {error}") from error
    return Published(name, params, data)
