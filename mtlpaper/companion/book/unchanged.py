"""Whether the book that is there is the one that its inputs would give again.

Nearly all of a build is spent in Sphinx. It is left out where everything that a page could depend
on is as it was: the staged source to the byte, the package, and the versions of all installed
packages; and where the pages themselves are as they were written. Otherwise the whole book is built
from nothing, so that no page of an earlier state can stay.
"""

from __future__ import annotations

import hashlib
import json
import sys
from importlib.metadata import distributions
from pathlib import Path

import mtlpaper

#: What is written beside the pages: digests of the inputs and of the pages.
STAMP = "html.json"


def inputs_digest(staged: Path) -> str:
    """Return a digest of all that the pages of a staged source depend on."""
    package = Path(mtlpaper.__file__).parent
    versions = sorted((d.metadata["Name"], d.version) for d in distributions())
    parts = [_tree_digest(staged), _tree_digest(package, "*.py"), versions, sys.version]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def is_current(out: Path, inputs: str) -> bool:
    """Whether the pages in `out` were made from these inputs and are as they were written."""
    try:
        stamp = json.loads(out.with_name(STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(stamp == {"inputs": inputs, "pages": _tree_digest(out)})


def write_stamp(out: Path, inputs: str) -> None:
    """Note of what inputs the pages in `out` were made, and what they are."""
    content = {"inputs": inputs, "pages": _tree_digest(out)}
    out.with_name(STAMP).write_text(json.dumps(content), encoding="utf-8")


def _tree_digest(folder: Path, pattern: str = "*") -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob(pattern)):
        if path.is_file():
            name = path.relative_to(folder).as_posix()
            digest.update(f"{name}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
