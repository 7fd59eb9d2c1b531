"""Two results of one experiment compared: parameters, origin, numbers, figures, data and verdicts.

A result is a run folder, a NetCDF file, or published data; beside one of these, also the numbers
that a document publishes. Nothing is computed anew.
"""

from mtlpaper.companion.comparison.compared import Comparison, compare, plain
from mtlpaper.companion.comparison.document import page, write_page
from mtlpaper.companion.comparison.rows import Mismatch, mismatches
from mtlpaper.companion.comparison.sides import ComparisonError
from mtlpaper.companion.comparison.wording import Section, sections

__all__ = [
    "Comparison",
    "ComparisonError",
    "Mismatch",
    "Section",
    "compare",
    "mismatches",
    "page",
    "plain",
    "sections",
    "write_page",
]
