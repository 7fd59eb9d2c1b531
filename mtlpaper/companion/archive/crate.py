"""The RO-Crate of published results: what each file is and how it was made, as linked data.

Written to version 1.2 of the specification, https://w3id.org/ro/crate/1.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

from mtlpaper.companion.results import checksum

CRATE = "ro-crate-metadata.json"
#: Media types of published files.
TYPES = {".nc": "application/netcdf", ".csv": "text/csv", ".json": "application/json"}
#: What they show.
SHOWN = {".nc": "All data", ".csv": "Estimates and small variables", ".json": "Summary"}

Entity = dict[str, Any]


def crate(folder: Path, origins: Mapping[str, Mapping[str, Any]]) -> Entity:
    """Return the contents of ``ro-crate-metadata.json``.

    Parameters
    ----------
    folder : Path
        The published files; all of them get an entry.
    origins : mapping
        What the manifest says of each experiment's data, by experiment.
    """
    about = metadata("mtlpaper")
    licence = f"https://spdx.org/licenses/{about['License-Expression']}"
    files = [_file(path, origins.get(path.stem, {})) for path in sorted(folder.iterdir())]
    runs = [_run(name, origin) for name, origin in origins.items()]
    tools = {tool["@id"]: tool for tool in map(_tool, origins.values())}
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Published results of {about['Name']}",
        "description": about["Summary"],
        "datePublished": max((run["endTime"] for run in runs), default=""),
        "license": {"@id": licence},
        "author": {"@id": "#authors"},
        "publisher": {"@id": "#authors"},
        "hasPart": [_to(file) for file in files],
        "mentions": [_to(run) for run in runs],
    }
    descriptor = {
        "@id": CRATE,
        "@type": "CreativeWork",
        "about": _to(root),
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.2"},
    }
    authors = {"@id": "#authors", "@type": "Organization", "name": about["Author"]}
    terms = {"@id": licence, "@type": "CreativeWork", "name": about["License-Expression"]}
    return {
        "@context": "https://w3id.org/ro/crate/1.2/context",
        "@graph": [descriptor, root, authors, terms, *files, *runs, *tools.values()],
    }


def _to(entity: Entity) -> Entity:
    return {"@id": entity["@id"]}


def _file(path: Path, origin: Mapping[str, Any]) -> Entity:
    return {
        "@id": path.name,
        "@type": "File",
        "name": path.name,
        "description": f"{SHOWN[path.suffix]}: {origin.get('title', path.stem)}",
        "encodingFormat": TYPES[path.suffix],
        "contentSize": str(path.stat().st_size),
        "sha256": checksum(path),
    }


def _run(name: str, origin: Mapping[str, Any]) -> Entity:
    """Return the run that made an experiment's data; the manifest holds its parameters."""
    begun = datetime.fromisoformat(origin["started"])
    return {
        "@id": f"#{name}",
        "@type": "CreateAction",
        "name": origin["command"],
        "instrument": _to(_tool(origin)),
        "result": [{"@id": f"{name}.nc"}, {"@id": f"{name}.csv"}],
        "startTime": origin["started"],
        "endTime": (begun + timedelta(seconds=origin["duration_s"])).isoformat(timespec="seconds"),
    }


def _tool(origin: Mapping[str, Any]) -> Entity:
    return {
        "@id": f"#mtlpaper-{origin['commit']}",
        "@type": "SoftwareSourceCode",
        "name": "mtlpaper",
        "version": origin["versions"].get("mtlpaper", ""),
        "identifier": origin["commit"],
    }
