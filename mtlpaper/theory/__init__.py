"""Theory of the training dynamics: drives, forces and the flows they generate. No torch here.

A *drive* is the part of the averaged gradient that the labels set, T = E[y x^T]. A *force* is the
whole averaged gradient D(W), drive minus decay. A *flow* integrates

    tau dW32/dt = alpha D(W) W21^T,    tau dW21/dt = sum over tasks of alpha W32^T D(W).
"""

from mtlpaper.theory.aligned_pair import (
    AlignedTask,
    PairFlow,
    eq3_path,
    head_overlap,
    solve_aligned_pair,
)
from mtlpaper.theory.bound import (
    AlignedLoss,
    Best,
    Bound,
    MatrixLoss,
    bound_constant,
    label_moment,
    least_loss,
    scalar_bound,
)
from mtlpaper.theory.cavity import CavityForce
from mtlpaper.theory.drives import (
    argmax_drive,
    empirical_drive,
    population_drive,
    soft_drive,
)
from mtlpaper.theory.flows import Flow, IntegrationError, solve_flow
from mtlpaper.theory.forces import Force, finite_sample_force, population_force, training_set_force
from mtlpaper.theory.noisy_pair import (
    NoisyPair,
    NoisyTask,
    drawn_pair,
    first_mode,
    marchenko_pastur_density,
    predicted_pair,
    tilted,
)
from mtlpaper.theory.rank_one import rank_one_drive, solve_rank_one

__all__ = [
    "AlignedLoss",
    "AlignedTask",
    "Best",
    "Bound",
    "CavityForce",
    "Flow",
    "Force",
    "IntegrationError",
    "MatrixLoss",
    "NoisyPair",
    "NoisyTask",
    "PairFlow",
    "argmax_drive",
    "bound_constant",
    "drawn_pair",
    "empirical_drive",
    "eq3_path",
    "finite_sample_force",
    "first_mode",
    "head_overlap",
    "label_moment",
    "least_loss",
    "marchenko_pastur_density",
    "population_drive",
    "population_force",
    "predicted_pair",
    "rank_one_drive",
    "scalar_bound",
    "soft_drive",
    "solve_aligned_pair",
    "solve_flow",
    "solve_rank_one",
    "tilted",
    "training_set_force",
]
