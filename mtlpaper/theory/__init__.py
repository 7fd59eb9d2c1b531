"""Theory of the training dynamics: drives, forces and the flows they generate. No torch here.

A *drive* is the part of the averaged gradient that the labels set, T = E[y x^T]. A *force* is the
whole averaged gradient D(W), drive minus decay. A *flow* integrates

    tau dW32/dt = alpha D(W) W21^T,    tau dW21/dt = sum over tasks of alpha W32^T D(W).
"""

from mtlpaper.theory.drives import (
    argmax_drive,
    empirical_drive,
    population_drive,
    soft_drive,
)
from mtlpaper.theory.flows import Flow, IntegrationError, solve_flow
from mtlpaper.theory.forces import Force, finite_sample_force, population_force, training_set_force
from mtlpaper.theory.rank_one import rank_one_drive, solve_rank_one

__all__ = [
    "Flow",
    "Force",
    "IntegrationError",
    "argmax_drive",
    "empirical_drive",
    "finite_sample_force",
    "population_drive",
    "population_force",
    "rank_one_drive",
    "soft_drive",
    "solve_flow",
    "solve_rank_one",
    "training_set_force",
]
