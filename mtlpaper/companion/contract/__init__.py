"""The contract of a chapter: what it measures, as labelled grids of units, and what follows.

Computing, the estimate before a run, progress, the labels of the dataset and the check of published
numbers are all made from that one declaration.
"""

from mtlpaper.companion.contract.computing import Estimate, compute, estimate
from mtlpaper.companion.contract.declaration import Cost, Grid, Labels, Stage, Variable
from mtlpaper.companion.contract.tolerances import DOUBLE, FLOW, FOLLOWS, Tolerance

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
