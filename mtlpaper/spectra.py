"""Singular values and vectors of noisy teachers: the predictions for spiked matrices.

All for W_bar + xi with xi (N3, N1) of independent entries of variance sigma^2 / N1, in the limit of
large N1 and N3 at fixed aspect c = N3 / N1 (Benaych-Georges and Nadakuditi, 2012).
"""

from dataclasses import dataclass

import numpy as np

from mtlpaper.errors import require


@dataclass(frozen=True)
class Spike:
    """Predicted top singular value of a noisy rank-one teacher and its overlaps.

    Attributes
    ----------
    s_hat : float
        Singular value.
    u_overlap, v_overlap : float
        Squared overlaps (u_hat . u_bar)^2 and (v_hat . v_bar)^2, 0 below the threshold.
    detached : bool
        Whether the singular value lies above the bulk of the noise.
    """

    s_hat: float
    u_overlap: float
    v_overlap: float
    detached: bool


def _aspect(N1: int, N3: int, sigma: float) -> float:
    require(N1 >= 1, "N1", N1, "an integer >= 1")
    require(N3 >= 1, "N3", N3, "an integer >= 1")
    require(np.isfinite(sigma) and sigma > 0, "sigma", sigma, "a finite number > 0")
    return N3 / N1


def marchenko_pastur_edges(N1: int, N3: int, sigma: float) -> tuple[float, float]:
    """Smallest and largest singular value of the noise, sigma |1 -+ sqrt(N3 / N1)|.

    Raises
    ------
    ValueError
        If `N1` or `N3` < 1 or `sigma` <= 0.
    """
    root = np.sqrt(_aspect(N1, N3, sigma))
    return float(sigma * abs(1 - root)), float(sigma * (1 + root))


def noisy_spike(s_bar: float, N1: int, N3: int, sigma: float) -> Spike:
    """Predicted top singular value and overlaps of the noisy teacher s_bar u_bar v_bar^T + xi.

    Parameters
    ----------
    s_bar : float
        Noise-free singular value, >= 0.
    N1, N3 : int
        Inputs and classes.
    sigma : float
        Noise level, > 0.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    Source: :eq:`eq-T10`.
    """
    c = _aspect(N1, N3, sigma)
    require(np.isfinite(s_bar) and s_bar >= 0, "s_bar", s_bar, "a finite number >= 0")
    x = (s_bar / sigma) ** 2
    if x**2 <= c:
        return Spike(marchenko_pastur_edges(N1, N3, sigma)[1], 0.0, 0.0, False)
    s_hat = sigma * np.sqrt((1 + x) * (c + x) / x)
    u_overlap = 1 - c * (1 + x) / (x * (x + c))
    v_overlap = 1 - (c + x) / (x * (x + 1))
    return Spike(float(s_hat), float(u_overlap), float(v_overlap), True)
