"""The published datasets in ``results/``, where there are any, and how they stand to a run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mtlpaper.companion.results import checksum
from mtlpaper.companion.runs.errors import SetupError
from mtlpaper.companion.runs.folder import read_record
from mtlpaper.companion.runs.inspection import made_of
from mtlpaper.companion.runs.planning import Run
from mtlpaper.companion.runs.reasons import in_words

FOLDER = "results"
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Standing:
    """How the published dataset of an experiment stands to a run of it.

    Attributes
    ----------
    kind : {"unpublished", "damaged", "same", "alike", "other"}
        `same` if it is the run's file, `alike` if it was made of the same things by another run.
    reason : str
        What is damaged, or in what it differs from the run that is wanted.
    """

    kind: Literal["unpublished", "damaged", "same", "alike", "other"]
    reason: str = ""


def read_manifest(root: Path) -> dict[str, Mapping[str, Any]]:
    """Return what is published, by experiment; nothing where there is no ``results/manifest.json``.

    Raises
    ------
    SetupError
        If the manifest is no JSON object of objects.
    """
    path = root / FOLDER / MANIFEST
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SetupError(f"{path}: is no valid JSON ({error})") from error
    if not isinstance(content, dict) or not all(isinstance(e, dict) for e in content.values()):
        raise SetupError(f"{path}: must hold one object for each experiment")
    return content


def damage(root: Path, entry: Mapping[str, Any]) -> str:
    """Say what is wrong with a published file; empty if it is the one that the manifest lists."""
    name = str(entry.get("file"))
    path = root / FOLDER / name
    if not path.is_file():
        return f"{name} is missing"
    return "" if checksum(path) == entry.get("sha256") else f"{name} was altered"


def published_result(root: Path, experiment: str) -> tuple[Path, Mapping[str, Any]]:
    """Return an experiment's published file and what the manifest says of it.

    Raises
    ------
    SetupError
        If nothing is published, or the file is not the one that was.
    """
    entry = read_manifest(root).get(experiment)
    if entry is None:
        listing = root / FOLDER / MANIFEST
        raise SetupError(f"no data of {experiment} are published: {listing} does not list any")
    damaged = damage(root, entry)
    if damaged:
        raise SetupError(f"the published data of {experiment} cannot be used: {damaged}")
    return root / FOLDER / str(entry["file"]), entry


def standing(run: Run, entry: Mapping[str, Any] | None) -> Standing:
    """Compare a published dataset with the one in a run's folder, and with what is wanted now.

    Parameters
    ----------
    run : Run
    entry : mapping or None
        What the manifest says of the experiment; None if nothing.
    """
    if entry is None:
        return Standing("unpublished")
    damaged = damage(run.root, entry)
    if damaged:
        return Standing("damaged", damaged)
    files = (read_record(run.folder) or {}).get("files")
    if isinstance(files, dict) and files.get(f"{run.name}.nc") == entry.get("sha256"):
        return Standing("same")
    differs = in_words(made_of(entry, run.components))
    return Standing("other", differs) if differs else Standing("alike")
