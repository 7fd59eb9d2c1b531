"""The gap between a theory and measured trajectories, with an interval."""

import numpy as np
from jaxtyping import Float

from mtlpaper.errors import require


def largest_relative_gap(
    measured: Float[np.ndarray, "seed time"],
    theory: Float[np.ndarray, "seed time"],
    *,
    confidence: float = 0.95,
    n_resamples: int = 2000,
    seed: int = 0,
) -> Float[np.ndarray, " bound"]:
    """Largest over time of |<theory> / <measured> - 1|, with < > the mean over seeds.

    Parameters
    ----------
    measured, theory : (seed, time) arrays
        Trajectories; row i of both belongs to the same dataset, so rows are resampled together.
    confidence : float
        Coverage of the interval, in (0, 1).
    n_resamples : int
        Number of bootstrap resamples.
    seed : int
        Seed of the resampling.

    Returns
    -------
    (3,) array
        The gap, dimensionless, and the ends of its percentile-bootstrap interval over seeds. A
        maximum of absolute values is never negative, so the interval lies high where the gap is
        smaller than the scatter of the seeds.

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
    gap = np.abs(theory.mean(axis=0) / measured.mean(axis=0) - 1).max()
    gaps = np.abs(theory[picks].mean(axis=1) / measured[picks].mean(axis=1) - 1).max(axis=1)
    return np.array([gap, *np.quantile(gaps, [(1 - confidence) / 2, (1 + confidence) / 2])])
