"""The published datasets in ``results/``, where there are any, and how they stand to a run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, RootModel

from mtlpaper.companion.results import fault, read_json
from mtlpaper.companion.runs.errors import SetupError
from mtlpaper.companion.runs.planning import Run
from mtlpaper.companion.runs.record import PublishedData, read_record
from mtlpaper.companion.runs.staleness import differences, in_words

FOLDER = "results"
MANIFEST = "manifest.json"


class PublishedFile(BaseModel):
    """A published file: its name and its SHA-256."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    sha256: str


class Manifest(RootModel[dict[str, PublishedData | PublishedFile]]):
    """The contents of ``results/manifest.json``, by experiment; and the verdicts by their file."""


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


def read_manifest(root: Path) -> dict[str, PublishedData | PublishedFile]:
    """Return what is published, by name; nothing where there is no ``results/manifest.json``.

    Raises
    ------
    ResultError
        If the manifest is damaged; says in what.
    """
    path = root / FOLDER / MANIFEST
    return read_json(path, Manifest).root if path.is_file() else {}


def published_data(root: Path) -> dict[str, PublishedData]:
    """Return what is published of experiments, by their names; see `read_manifest`."""
    manifest = read_manifest(root)
    return {name: one for name, one in manifest.items() if isinstance(one, PublishedData)}


def damage(root: Path, entry: PublishedData | PublishedFile) -> str:
    """Say what is wrong with a published file; empty if it is the one that the manifest lists."""
    how = fault(root / FOLDER / entry.file, entry.sha256)
    return how and f"{entry.file} {how}"


def published_result(root: Path, experiment: str) -> tuple[Path, PublishedData]:
    """Return an experiment's published file and what the manifest says of it.

    Raises
    ------
    ResultError
        If the manifest is damaged.
    SetupError
        If nothing is published, or the file is not the one that was.
    """
    entry = published_data(root).get(experiment)
    if entry is None:
        listing = root / FOLDER / MANIFEST
        raise SetupError(f"no data of {experiment} are published: {listing} does not list any")
    damaged = damage(root, entry)
    if damaged:
        raise SetupError(f"the published data of {experiment} cannot be used: {damaged}")
    return root / FOLDER / entry.file, entry


def with_published(run: Run) -> Run:
    """Return the run that takes the published data instead of computing them.

    Raises
    ------
    ResultError
        If the manifest is damaged.
    SetupError
        If nothing is published, the file is not the one that was, or it has other parameters.
    """
    _, entry = published_result(run.root, run.name)
    differs = [reason for reason in differences(entry, run) if reason.kind == "parameter"]
    if differs:
        raise SetupError(
            f"the published data of {run.name} are not those asked for; {in_words(differs)}"
        )
    return replace(run, published=entry)


def standing(run: Run, entry: PublishedData | None) -> Standing:
    """Compare a published dataset with the one in a run's folder, and with what is wanted now.

    Parameters
    ----------
    run : Run
    entry : PublishedData or None
        What the manifest says of the experiment; None if nothing.
    """
    if entry is None:
        return Standing("unpublished")
    damaged = damage(run.root, entry)
    if damaged:
        return Standing("damaged", damaged)
    record = read_record(run.folder)
    if record is not None and record.files.get(f"{run.name}.nc") == entry.sha256:
        return Standing("same")
    differs = in_words(differences(entry, run))
    return Standing("other", differs) if differs else Standing("alike")
