"""The random-energy model's limit of infinitely many classes.

Derrida (1981). Below s_c = sqrt(2 ln N3) the probability is spread over exponentially many
classes; above it a few classes hold it all and the log-partition function is linear in s: the
system freezes.
"""

import numpy as np

from mtlpaper.errors import require


def critical_singular_value(N3: int) -> float:
    """Freezing point s_c = sqrt(2 ln N3) of the random-energy model with N3 states.

    Parameters
    ----------
    N3 : int
        Number of classes, >= 2.

    Raises
    ------
    ValueError
        If `N3` < 2.
    """
    require(N3 >= 2, "N3", N3, "an integer >= 2")
    return float(np.sqrt(2 * np.log(N3)))


def rem_participation_ratio(s: float, N3: int) -> float:
    """Limit of the participation ratio: 0 below s_c, 1 - s_c / s above.

    Parameters as for `mtlpaper.gibbs.participation_ratio`. Source: :eq:`eq-REM`.
    """
    s_c = critical_singular_value(N3)
    return max(0.0, 1 - s_c / s) if s > 0 else 0.0


def rem_log_partition(s: float, N3: int) -> float:
    """Limit of the log-partition function: ln N3 + s^2/2 below s_c, s s_c above, in nats.

    Parameters as for `mtlpaper.gibbs.log_partition`. Source: :eq:`eq-REM`.
    """
    s_c = critical_singular_value(N3)
    return float(np.log(N3) + s**2 / 2) if s < s_c else s * s_c
