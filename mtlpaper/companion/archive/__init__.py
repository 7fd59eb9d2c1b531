"""The published results in ``results/``: how they get there, and whether they still hold."""

from mtlpaper.companion.archive.contents import Published, file_faults, read
from mtlpaper.companion.archive.publishing import publish
from mtlpaper.companion.archive.sampling import draw
from mtlpaper.companion.archive.verification import Outcome, alone, checks_of, follow, recompute

__all__ = [
    "Outcome",
    "Published",
    "alone",
    "checks_of",
    "draw",
    "file_faults",
    "follow",
    "publish",
    "read",
    "recompute",
]
