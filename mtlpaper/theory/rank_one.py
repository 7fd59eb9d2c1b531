"""The training-aligned flow of one singular value, Eq. (3) of the paper."""

import numpy as np
from jaxtyping import Float

from mtlpaper.errors import require
from mtlpaper.gibbs import argmax_slope, g
from mtlpaper.tasks import LabelRule, require_label_rule
from mtlpaper.theory.flows import integrate


def rank_one_drive(s_hat: float, u_hat: Float[np.ndarray, " N3"], label_rule: LabelRule) -> float:
    """Drive u_hat^T T v_hat of a rank-one noisy teacher s_hat u_hat v_hat^T.

    s_hat g(s_hat) for soft labels and for labels sampled from the same probabilities; for argmax
    labels the constant (max u_hat - min u_hat) / sqrt(2 pi), whatever s_hat is.

    Raises
    ------
    ValueError
        If the label rule is unknown or `s_hat` negative.

    Notes
    -----
    Source: Eq. (3) of the paper for `soft`; :eq:`eq-T5` for `argmax`.
    """
    require_label_rule(label_rule)
    require(np.isfinite(s_hat) and s_hat >= 0, "s_hat", s_hat, "a finite number >= 0")
    return argmax_slope(u_hat) if label_rule == "argmax" else s_hat * g(s_hat, u_hat)


def solve_rank_one(
    s0: float,
    u_hat: Float[np.ndarray, " N3"],
    drive: float,
    t: Float[np.ndarray, " time"],
    *,
    imbalance: float = 0.0,
    rtol: float = 1e-9,
) -> Float[np.ndarray, " time"]:
    """Largest singular value of a training-aligned student, tau ds/dt = 2 s (drive - s g(s)).

    With trunk and head of unequal norm, a^2 - b^2 = imbalance, the factor 2 s becomes
    a^2 + b^2 = sqrt(4 s^2 + imbalance^2).

    Parameters
    ----------
    s0 : float
        Initial singular value, >= 0.
    u_hat : (N3,) array
        Left singular vector of the noisy teacher.
    drive : float
        From `rank_one_drive`.
    t : (time,) array
        Increasing times in units of tau.
    imbalance : float
        Conserved difference of the squared norms of trunk and head; 0 in the paper.
    rtol : float
        Relative tolerance of the integrator.

    Returns
    -------
    (time,) array

    Raises
    ------
    ValueError
        If `s0` is negative or the times do not increase.
    IntegrationError
        If the integrator gives up.

    Notes
    -----
    Source: Eq. (3) of the paper; the imbalance is ours.
    """
    require(np.isfinite(s0) and s0 >= 0, "s0", s0, "a finite number >= 0")
    require(t.size >= 2 and bool((np.diff(t) > 0).all()), "t", t, "at least two increasing times")

    def velocity(_: float, s: np.ndarray) -> list[float]:
        now = max(float(s[0]), 0.0)
        return [np.sqrt(4 * now**2 + imbalance**2) * (drive - now * g(now, u_hat))]

    span = (float(t[0]), float(t[-1]))
    return np.asarray(integrate(velocity, span, [s0], rtol=rtol, atol=1e-12)(t)[0])
