"""Statistics of benefits over datasets, and of a theory's benefits against measured ones."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.stats import norm, t

from mtlpaper.errors import require

#: Ends of a 95 % interval.
_TAILS = (0.025, 0.975)


def resampling_weights(
    n: int, n_resamples: int, seed: int = 0
) -> Float[np.ndarray, "resample dataset"]:
    """Share of every dataset in resamples of `n` datasets with replacement."""
    return np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=n_resamples) / n


def small_sample_stretch(n: int, confidence: float = 0.95) -> float:
    """Factor that corrects the deviations of resampled means of `n` datasets.

    For Gaussian samples a percentile interval is then about as wide as Student's.
    """
    quantile = (1 + confidence) / 2
    return float(np.sqrt(n / (n - 1)) * t.ppf(quantile, n - 1) / norm.ppf(quantile))


def bootstrap_interval(
    samples: Float[np.ndarray, "dataset *value"],
    *,
    confidence: float = 0.95,
    n_resamples: int = 2000,
    seed: int = 0,
) -> Float[np.ndarray, "bound *value"]:
    """Mean over datasets with a percentile-bootstrap interval, paired across values.

    Every resample draws datasets once for all values, since the values of one dataset share inputs,
    noise and singular vectors. With few datasets n such intervals are too narrow: the scatter of
    resampled means is too small by a factor sqrt((n - 1) / n), and is itself uncertain. The
    deviations are stretched by the inverse of that factor and by the ratio of Student's to the
    normal quantile, see `small_sample_stretch`.

    Parameters
    ----------
    samples : (dataset, ...) array
        One statistic of every dataset, of which there are at least two.
    confidence : float
        Coverage, in (0, 1).
    n_resamples : int
    seed : int
        Seed of the resampling.

    Returns
    -------
    (3, ...) array
        Estimate, lower and upper end.

    Raises
    ------
    ValueError
        If there are fewer than two datasets or the confidence lies outside (0, 1).
    """
    n = samples.shape[0]
    require(n >= 2, "samples", samples.shape, "of at least two datasets")
    require(0 < confidence < 1, "confidence", confidence, "a number in (0, 1)")
    # A product of weights and samples instead of copies of them.
    weights = resampling_weights(n, n_resamples, seed)
    mean = samples.mean(axis=0)
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    stretch = small_sample_stretch(n, confidence)
    deviations = np.tensordot(weights, samples - mean, axes=1) * stretch
    low, high = mean + np.quantile(deviations, tails, axis=0)
    return np.stack([mean, low, high])


def resampled_interval(
    statistic: Callable[[Int[np.ndarray, " dataset"]], Float[np.ndarray, "*value"]],
    n: int,
    n_resamples: int,
    seed: int = 0,
) -> Float[np.ndarray, "bound *value"]:
    """Any statistic of `n` datasets with a 95 % percentile-bootstrap interval.

    Parameters
    ----------
    statistic : callable
        From the indices of drawn datasets, with repetitions, to an array.
    n, n_resamples, seed : int
        Number of datasets, number of resamples, and seed of the resampling.

    Returns
    -------
    (3, ...) array
        The statistic of all datasets, lower and upper end.
    """
    rng = np.random.default_rng(seed)
    drawn = [np.arange(n), *rng.integers(n, size=(n_resamples, n))]
    rows = np.array([statistic(chosen) for chosen in drawn])
    low, high = np.quantile(rows[1:], _TAILS, axis=0)
    return np.stack([rows[0], low, high])


def stretched_interval(
    rows: Float[np.ndarray, "resample *value"], n: int
) -> Float[np.ndarray, "bound *value"]:
    """Estimate and 95 % interval of any statistic, not only of a mean.

    Deviations are taken from the median of the resamples, since a statistic of resampled datasets
    may be biased: resampled means scatter more than the mean over all datasets, and an error grows
    with the scatter. The deviations are stretched as in `bootstrap_interval`.

    Parameters
    ----------
    rows : (resample, ...) array
        The statistic of all `n` datasets first, then in resamples of them.
    n : int
        Number of datasets.

    Returns
    -------
    (3, ...) array
        Estimate, lower and upper end.
    """
    deviations = (rows[1:] - np.median(rows[1:], axis=0)) * small_sample_stretch(n)
    low, high = rows[0] + np.quantile(deviations, _TAILS, axis=0)
    return np.stack([rows[0], low, high])


@dataclass(frozen=True)
class Agreement:
    """How well the benefits by a theory agree with measured ones, over the tasks of a grid.

    Attributes
    ----------
    correlation : float
        Pearson's correlation.
    slope : float
        Slope of the least-squares line of measured benefit against theory.
    rmse : float
        Root mean square of their difference, in nats.
    sign : float
        Share of the clear benefits whose sign the theory predicts; NaN if none is clear.
    n_clear : int
        Number of benefits whose measured interval excludes zero.
    n_cells : int
        Number of benefits, one for each cell of the grid.
    """

    correlation: float
    slope: float
    rmse: float
    sign: float
    n_clear: int
    n_cells: int


def agreement(
    measured: Float[np.ndarray, " task"],
    theory: Float[np.ndarray, " task"],
    clear: Bool[np.ndarray, " task"],
) -> Agreement:
    """Compare the benefits by a theory with measured ones.

    Parameters
    ----------
    measured, theory : (task,) arrays
        Benefits in nats.
    clear : (task,) bool array
        Whether the interval of the measured benefit excludes zero.

    Raises
    ------
    ValueError
        If there are fewer than two benefits.
    """
    require(measured.size >= 2, "measured", measured.shape, "of at least two benefits")
    a, b = theory - theory.mean(), measured - measured.mean()
    varies, measured_varies = np.ptp(theory) > 0, np.ptp(measured) > 0
    norms = float(np.sqrt((a @ a) * (b @ b)))
    right = np.sign(theory[clear]) == np.sign(measured[clear])
    return Agreement(
        correlation=float(a @ b) / norms if varies and measured_varies else float("nan"),
        slope=float(a @ b / (a @ a)) if varies else float("nan"),
        rmse=float(np.sqrt(np.mean((theory - measured) ** 2))),
        sign=float(right.mean()) if right.size else float("nan"),
        n_clear=int(clear.sum()),
        n_cells=measured.size,
    )
