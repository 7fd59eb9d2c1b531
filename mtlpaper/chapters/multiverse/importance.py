"""Importance of a factor of a design: its share of the variance of an outcome, against chance."""

import numpy as np
from jaxtyping import Float, Int
from scipy.stats import kruskal


def importance(
    outcome: Float[np.ndarray, " setting"], levels: Int[np.ndarray, " setting"]
) -> tuple[float, float]:
    """Share of the variance of an outcome's ranks that lies between the levels of a factor.

    An estimate of Sobol's first-order index, Var(E[y | factor]) / Var(y), corrected for the number
    of levels (epsilon squared). Of ranks, since a few settings with extreme benefits would dominate
    the variance.

    Parameters
    ----------
    outcome : (setting,) array
    levels : (setting,) array of int

    Returns
    -------
    index : float
        At most 1, and 0 on average without an effect, so that it may be slightly negative.
    p_value : float
        Of the test after Kruskal and Wallis. Index 0 and 1 where the outcome, or the factor, does
        not vary, or where no level has two settings.
    """
    groups = [outcome[levels == level] for level in np.unique(levels)]
    n, k = outcome.size, len(groups)
    if k == 1 or n == k or np.ptp(outcome) == 0:
        return 0.0, 1.0
    H, p_value = kruskal(*groups)
    return float(1 - (n - 1 - H) / (n - k)), float(p_value)
