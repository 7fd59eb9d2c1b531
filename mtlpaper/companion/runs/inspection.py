"""What a run folder holds, measured against the run that is wanted, and what tells them apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mtlpaper.companion.results import checksum
from mtlpaper.companion.runs.components import Components
from mtlpaper.companion.runs.folder import RECORD, read_record
from mtlpaper.companion.runs.planning import Run
from mtlpaper.companion.runs.reasons import (
    Reason,
    differences,
    environment_reasons,
    in_words,
    parameter_reasons,
)

#: Stands for the fingerprint where a source changed under way, so that no run is found to match it.
UNSETTLED = "changed while running"


@dataclass(frozen=True)
class State:
    """What a run folder holds, measured against the run that is wanted.

    Attributes
    ----------
    kind : {"absent", "stale", "damaged", "fresh"}
    reasons : tuple of Reason
        Everything that is known to differ; empty exactly where the run is fresh.
    """

    kind: Literal["absent", "stale", "damaged", "fresh"]
    reasons: tuple[Reason, ...] = ()

    @property
    def reason(self) -> str:
        """The reasons in one line."""
        return in_words(self.reasons)

    @property
    def why_again(self) -> str:
        """Why a run is made again; empty if it is the first."""
        return "" if self.kind == "absent" else self.reason


def inspect(run: Run) -> State:
    """Say whether a run's folder already holds its results, complete and undamaged."""
    if not (run.folder / RECORD).exists():
        return State("absent", (Reason("data", "there is no run"),))
    record = read_record(run.folder)
    if record is None or not isinstance(record.get("files"), dict):
        return State("damaged", (Reason("data", RECORD, "is unreadable"),))
    damage = (*_damaged_files(run.folder, record["files"]), *_damaged_record(record))
    if f"{run.name}.nc" not in record["files"]:
        damage += (Reason("data", RECORD, "lists no data"),)
    reasons = (*damage, *_outdated(run, record))
    kind: Literal["damaged", "stale"] = "damaged" if damage else "stale"
    return State(kind, reasons) if reasons else State("fresh")


def made_of(record: Mapping[str, Any], now: Components) -> tuple[Reason, ...]:
    """Say in what a record differs from what would be made now; empty if in nothing.

    Parameters
    ----------
    record : mapping
        Contents of a ``run.json``, or an entry made from one.
    now : Components
        Of the run that is wanted.
    """
    then = Components.recorded(record)
    if then is None:
        return tuple(_of_an_earlier_version(record, now))
    found = differences(then, now)
    if record.get("fingerprint") == UNSETTLED:
        return (Reason("code", "a source changed while it ran"), *found)
    return found


def _damaged_files(folder: Path, files: Mapping[str, str]) -> Iterator[Reason]:
    for name, digest in files.items():
        path = folder / name
        if not path.is_file():
            yield Reason("data", name, "is missing")
        elif checksum(path) != digest:
            yield Reason("data", name, "was altered")


def _damaged_record(record: Mapping[str, Any]) -> Iterator[Reason]:
    """The fingerprint was taken of what the record lists, so it notices what was written over."""
    then, mark = Components.recorded(record), record.get("fingerprint")
    if then is None or mark == UNSETTLED:
        return
    versions = record.get("versions")
    told = {**versions, "": record.get("python")} if isinstance(versions, dict) else {}
    if then.fingerprint != mark or {**told, **then.versions, "": then.python} != told:
        yield Reason("data", RECORD, "was altered")


def _outdated(run: Run, record: Mapping[str, Any]) -> Iterator[Reason]:
    found = made_of(record, run.components)
    yield from found
    # The same parameters by another command: a preset plus changes that amount to another preset.
    if record.get("command") != run.command and not any(why.kind == "parameter" for why in found):
        yield Reason("parameter", f"it was made by `{record.get('command')}`")


def _of_an_earlier_version(record: Mapping[str, Any], now: Components) -> Iterator[Reason]:
    """What can be said where the run did not record what it was made of."""
    parameters, versions = record.get("parameters"), record.get("versions")
    if isinstance(parameters, dict):
        yield from parameter_reasons(parameters, now.parameters)
    if isinstance(versions, dict):
        computing = {name: versions[name] for name in now.versions if name in versions}
        python = {"Python": record["python"]} if "python" in record else {}
        yield from environment_reasons({**python, **computing}, now)
    yield Reason("code", "made by an earlier version of the program, which did not record its code")
