"""The published results in ``results/``: how they get there, and whether they still hold."""

from mtlpaper.archive.contents import Published, file_faults, read
from mtlpaper.archive.publishing import publish
from mtlpaper.archive.sampling import Cell, cells_of, draw
from mtlpaper.archive.verification import Outcome, alone, follow, recompute

__all__ = [
    "Cell",
    "Outcome",
    "Published",
    "alone",
    "cells_of",
    "draw",
    "file_faults",
    "follow",
    "publish",
    "read",
    "recompute",
]
