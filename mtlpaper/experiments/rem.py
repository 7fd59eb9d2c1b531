"""Softmax averages over independent logits, exact and in the random-energy limit."""

from collections.abc import Callable

import numpy as np
import xarray as xr
from scipy.optimize import brentq

from mtlpaper import gibbs
from mtlpaper.experiments.labels import variable
from mtlpaper.settings.rem import REM

HALF = 0.5  # participation ratio at which one class holds half of the pair probability


def freezing_point(N3: int) -> float:
    """Singular value at which the participation ratio reaches one half, exactly at any N3.

    At N3 = 2 it is zero: a participation ratio of one half is what two equal classes have.
    """
    if N3 * HALF <= 1:
        return 0.0
    # The exact ratio lies above the limit's, which reaches one half at 2 s_c.
    end = 2 * gibbs.critical_singular_value(N3)
    return float(brentq(lambda s: gibbs.participation_ratio(s, N3) - HALF, 1e-3, end))


def compute(params: REM) -> xr.Dataset:
    """Evaluate the exact averages and their limit on a grid.

    Returns
    -------
    xarray.Dataset
        `Y2`, `gamma`, `log_Z` over (N3, s), their limits with suffix `_rem`; over N3 the freezing
        point `s_c` of the limit and `s_half`, where the exact Y2 reaches one half (2 s_c in the
        limit).
    """
    s = np.geomspace(params.s_min, params.s_max, params.n_s)
    grid = ("N3", "s")

    def table(function: Callable[[float, int], float]) -> np.ndarray:
        return np.array([[function(float(x), N3) for x in s] for N3 in params.N3])

    Y2, Y2_rem = table(gibbs.participation_ratio), table(gibbs.rem_participation_ratio)
    ones = np.array(params.N3)[:, None]
    return xr.Dataset(
        {
            "Y2": variable(grid, Y2, "participation ratio"),
            "Y2_rem": variable(grid, Y2_rem, "participation ratio, REM limit"),
            "gamma": variable(grid, table(gibbs.gamma), "averaged softmax gradient"),
            "gamma_rem": variable(
                grid, (1 - Y2_rem) / (ones - 1), "averaged softmax gradient, REM limit"
            ),
            "log_Z": variable(grid, table(gibbs.log_partition), "mean log-partition", "nat"),
            "log_Z_rem": variable(
                grid, table(gibbs.rem_log_partition), "mean log-partition, REM limit", "nat"
            ),
            "s_c": variable(
                "N3", [gibbs.critical_singular_value(N3) for N3 in params.N3], "freezing point, REM"
            ),
            "s_half": variable(
                "N3", [freezing_point(N3) for N3 in params.N3], "where Y2 reaches one half"
            ),
        },
        {
            "N3": variable("N3", list(params.N3), "number of classes"),
            "s": variable("s", s, "singular value of the student"),
        },
    )
