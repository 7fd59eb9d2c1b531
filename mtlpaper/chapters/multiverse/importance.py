"""Importance of the factors of a design: shares of the variance of an outcome, against chance."""

import numpy as np
from jaxtyping import Float, Int
from scipy.stats import binomtest, rankdata

from mtlpaper.errors import require


def first_order_index(
    outcome: Float[np.ndarray, " setting"], levels: Int[np.ndarray, " setting"]
) -> float:
    """Share of an outcome's variance that lies between the levels of one factor.

    Corrected for the number of levels (epsilon squared), so that its mean is 0 if the factor has no
    effect. An estimate of Sobol's first-order index, Var(E[y | factor]) / Var(y).

    Parameters
    ----------
    outcome : (setting,) array
    levels : (setting,) array of int

    Returns
    -------
    float
        At most 1; may be slightly negative. 0 where the outcome, or the factor, does not vary.
    """
    groups = [outcome[levels == level] for level in np.unique(levels)]
    n, k = outcome.size, len(groups)
    total = float(((outcome - outcome.mean()) ** 2).sum())
    if total == 0 or k == 1 or n <= k:
        return 0.0
    within = sum(float(((group - group.mean()) ** 2).sum()) for group in groups)
    return 1 - (within / (n - k)) / (total / (n - 1))


def importance(
    outcome: Float[np.ndarray, " setting"],
    levels: Int[np.ndarray, "factor setting"],
    *,
    n_permutations: int = 200,
    quantile: float = 0.99,
    seed: int = 0,
) -> Float[np.ndarray, "2 factor"]:
    """First-order index of every factor on the ranks of an outcome, and its chance level.

    Ranks are used because a few settings with extreme benefits would dominate the variance.

    Parameters
    ----------
    outcome : (setting,) array
    levels : (factor, setting) array of int
    n_permutations : int
        Number of random permutations of the outcomes, which give the chance level.
    quantile : float
        Share of permutations below the chance level; high, because many factors are tested.
    seed : int
        Seed of the permutations.

    Returns
    -------
    (2, factor) array
        Index and chance level.

    Raises
    ------
    ValueError
        If there are fewer than three settings.
    """
    require(outcome.size >= 3, "outcome", outcome.shape, "of at least three settings")
    ranks = np.asarray(rankdata(outcome), dtype=float)
    rng = np.random.default_rng(seed)
    shuffled = [rng.permutation(ranks) for _ in range(n_permutations)]
    index = [first_order_index(ranks, factor) for factor in levels]
    chance = [
        float(np.quantile([first_order_index(s, factor) for s in shuffled], quantile))
        for factor in levels
    ]
    return np.array([index, chance])


def wilson_interval(held: int, total: int) -> tuple[float, float, float]:
    """Share of successes with its 95 % interval after Wilson.

    Raises
    ------
    ValueError
        If `total` is not positive or smaller than `held`.
    """
    require(total >= 1, "total", total, "an integer >= 1")
    require(0 <= held <= total, "held", held, f"between 0 and {total}")
    interval = binomtest(held, total).proportion_ci(method="wilson")
    return held / total, float(interval.low), float(interval.high)
