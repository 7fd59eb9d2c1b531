"""Averages of the softmax (Gibbs) distribution over Gaussian logits.

The logits z of a linear student are Gaussian, and p(z) = softmax(z) is the Gibbs distribution of N3
states with energies -z. With independent logits this is the random-energy model. Modules:

* `rank_one`: one singular value, any singular vector; one-dimensional quadrature.
* `isotropic`: independent logits, any number of classes; exact one-dimensional integrals.
* `covariance`: any covariance; randomised quasi-Monte Carlo.
* `rem`: the random-energy model's limit of infinitely many classes.
"""

from mtlpaper.gibbs.covariance import GaussianField, sobol_normal, softmax
from mtlpaper.gibbs.isotropic import gamma, log_partition, participation_ratio
from mtlpaper.gibbs.rank_one import G_rank_one, argmax_slope, g, rank_one_log_partition
from mtlpaper.gibbs.rem import (
    critical_singular_value,
    rem_log_partition,
    rem_participation_ratio,
)

__all__ = [
    "G_rank_one",
    "GaussianField",
    "argmax_slope",
    "critical_singular_value",
    "g",
    "gamma",
    "log_partition",
    "participation_ratio",
    "rank_one_log_partition",
    "rem_log_partition",
    "rem_participation_ratio",
    "sobol_normal",
    "softmax",
]
