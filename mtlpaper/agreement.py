"""How far a theory is from the measured trajectories, with an interval."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mtlpaper.errors import require


@dataclass(frozen=True)
class Gap:
    """Largest relative gap over a trajectory between theory and measurement, seeds averaged.

    Attributes
    ----------
    value : float
        The gap, dimensionless.
    low, high : float
        Percentile-bootstrap interval over seeds. A maximum of absolute values is never negative,
        so the interval lies high where the gap is smaller than the scatter of the seeds.
    """

    value: float
    low: float
    high: float


def _gap(measured: np.ndarray, theory: np.ndarray) -> float:
    return float(np.max(np.abs(theory.mean(axis=0) / measured.mean(axis=0) - 1)))


def largest_relative_gap(
    measured: Float[np.ndarray, "seed time"],
    theory: Float[np.ndarray, "seed time"],
    *,
    confidence: float = 0.95,
    n_resamples: int = 2000,
    seed: int = 0,
) -> Gap:
    """Largest over time of |<theory> / <measured> - 1|, with < > the mean over seeds.

    Parameters
    ----------
    measured, theory : (seed, time) arrays
        Trajectories; row i of both belongs to the same dataset, so rows are resampled together.
    confidence : float
        Coverage of the interval, in (0, 1).
    n_resamples : int
        Bootstrap resamples.
    seed : int
        Seed of the resampling.

    Raises
    ------
    ValueError
        If the shapes differ or the confidence lies outside (0, 1).
    """
    require(theory.shape == measured.shape, "theory", theory.shape, f"of shape {measured.shape}")
    require(0 < confidence < 1, "confidence", confidence, "a number in (0, 1)")
    rng = np.random.default_rng(seed)
    n = measured.shape[0]
    picks = rng.integers(n, size=(n_resamples, n))
    gaps = np.abs(theory[picks].mean(axis=1) / measured[picks].mean(axis=1) - 1).max(axis=1)
    low, high = np.quantile(gaps, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Gap(_gap(measured, theory), float(low), float(high))
