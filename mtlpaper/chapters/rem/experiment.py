"""Softmax averages over independent logits, exact and in the random-energy limit."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy.optimize import brentq

from mtlpaper import gibbs
from mtlpaper.chapters.common.labels import variable
from mtlpaper.chapters.rem.parameters import REM
from mtlpaper.companion.contract import Grid, Labels, Stage, Tolerance, Variable

HALF = 0.5  # participation ratio at which one class holds half of the pair probability
_QUADRATURE = Tolerance(1e-7, 1e-10, "quadratures and a root found to about this")


@dataclass(frozen=True)
class Averages:
    """Averages of the softmax of `N3` classes at the singular values `s` of a student."""

    N3: int
    s: tuple[float, ...]


def freezing_point(N3: int) -> float:
    """Singular value at which the participation ratio reaches one half, exactly at any N3.

    At N3 = 2 it is zero, since two equally likely classes have a participation ratio of one half.
    """
    if N3 * HALF <= 1:
        return 0.0
    # The exact ratio lies above the limit's, which reaches one half at 2 s_c.
    end = 2 * gibbs.critical_singular_value(N3)
    return float(brentq(lambda s: gibbs.participation_ratio(s, N3) - HALF, 1e-3, end))


def averages(unit: Averages) -> dict[str, np.ndarray]:
    """Averages and their limits (suffix `_rem`) over s, with `s_c` and `s_half`."""

    def row(function: Callable[[float, int], float]) -> np.ndarray:
        return np.array([function(s, unit.N3) for s in unit.s])

    Y2_rem = row(gibbs.rem_participation_ratio)
    return {
        "Y2": row(gibbs.participation_ratio),
        "Y2_rem": Y2_rem,
        "gamma": row(gibbs.gamma),
        "gamma_rem": (1 - Y2_rem) / (unit.N3 - 1),
        "log_Z": row(gibbs.log_partition),
        "log_Z_rem": row(gibbs.rem_log_partition),
        "s_c": np.array(gibbs.critical_singular_value(unit.N3)),
        "s_half": np.array(freezing_point(unit.N3)),
    }


def measure(params: REM, _: xr.Dataset) -> Iterator[Grid]:
    """Exact averages and their limit for every number of classes.

    `Y2`, `gamma`, `log_Z` over (N3, s), their limits with suffix `_rem`; over N3 the freezing
    point `s_c` of the limit and `s_half`, where the exact Y2 reaches one half (2 s_c in the limit).
    """
    s = np.geomspace(params.s_min, params.s_max, params.n_s)

    def of(long_name: str, units: str = "1", dims: tuple[str, ...] = ("s",)) -> Variable:
        return Variable(dims, long_name, units, _QUADRATURE)

    yield Grid(
        {"N3": Labels(params.N3, "number of classes")},
        lambda N3: Averages(N3, tuple(s.tolist())),
        averages,
        {
            "Y2": of("participation ratio"),
            "Y2_rem": of("participation ratio, REM limit"),
            "gamma": of("averaged softmax gradient"),
            "gamma_rem": of("averaged softmax gradient, REM limit"),
            "log_Z": of("mean log-partition", "nats"),
            "log_Z_rem": of("mean log-partition, REM limit", "nats"),
            "s_c": of("freezing point, REM", dims=()),
            "s_half": of("where Y2 reaches one half", dims=()),
        },
        {"s": variable("s", s, "singular value of the student")},
    )


STAGES = (Stage(measure),)
