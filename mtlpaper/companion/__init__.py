"""The machinery of a companion: it knows no paper and imports neither science nor chapters.

A chapter declares what it measures and what follows (`mtlpaper.companion.contract`); everything
else, from the sweep to the check of published numbers, is made from that one declaration.
"""

from mtlpaper.companion.computing import Estimate, compute, estimate
from mtlpaper.companion.contract import Cost, Grid, Labels, Stage, Variable
from mtlpaper.companion.tolerances import DOUBLE, FLOW, FOLLOWS, Tolerance

__all__ = [
    "DOUBLE",
    "FLOW",
    "FOLLOWS",
    "Cost",
    "Estimate",
    "Grid",
    "Labels",
    "Stage",
    "Tolerance",
    "Variable",
    "compute",
    "estimate",
]
