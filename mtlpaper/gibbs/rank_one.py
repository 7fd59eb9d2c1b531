"""Softmax averages when the logits are s h u with a single standard normal h.

The average over h is a trapezoidal sum, which converges geometrically for functions that are
analytic in a strip about the real axis. The partition function has no zero closer to it than
pi / (s range(u)), so the step that reaches a given accuracy is known beforehand; Gauss-Hermite
nodes would have to grow as s^2 instead of s.
"""

import numpy as np
from jaxtyping import Float
from scipy.special import logsumexp
from scipy.special import softmax as scipy_softmax

from mtlpaper.errors import require

# The error falls as exp(-2 pi b / step) with b the half-width of the strip. Step = 0.15 b leaves
# exp(-41), below double precision; 0.5 does the same for the Gaussian factor alone.
_STEP_OVER_STRIP = 0.15
_LARGEST_STEP = 0.5
_TAIL = 9.0  # Gaussian mass beyond: 2e-19
_MOST_NODES = 2**21
_LARGEST_PRODUCT = _MOST_NODES * _STEP_OVER_STRIP * np.pi / (2 * _TAIL)  # of s and range(u)


def _field(s: float, u: Float[np.ndarray, " N3"]) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of E_h over a standard normal h, fine enough for logits s h u."""
    require(np.isfinite(s) and s >= 0, "s", s, "a finite number >= 0")
    spread = max(float(np.ptp(u)), 1e-300)
    room = s * spread <= _LARGEST_PRODUCT
    require(room, "s", s, f"<= {_LARGEST_PRODUCT / spread:.6g}, beyond which the sum is too long")
    step = min(_LARGEST_STEP, _STEP_OVER_STRIP * np.pi / max(s * spread, 1e-300))
    half = int(np.ceil(_TAIL / step))
    h = step * np.arange(-half, half + 1)
    weight = np.exp(-0.5 * h**2)
    return h, weight / weight.sum()


def _probabilities(s: float, u: np.ndarray, h: np.ndarray) -> Float[np.ndarray, "nodes N3"]:
    return scipy_softmax(s * h[:, None] * u[None, :], axis=1)


def G_rank_one(s: float, u: Float[np.ndarray, " N3"]) -> Float[np.ndarray, "N3 N3"]:
    """Averaged softmax gradient of a rank-one student.

    G = E_h[diag(p) - p p^T], p = softmax(s h u), h ~ N(0, 1).

    Parameters
    ----------
    s : float
        Singular value, >= 0.
    u : (N3,) array
        Left singular vector; need not be normalised.

    Returns
    -------
    (N3, N3) array
        Symmetric, positive semi-definite, with G 1 = 0. Relative accuracy 1e-10 for s up to 1e3.

    Raises
    ------
    ValueError
        If `s` is negative, not finite, or so large that the sum would need over two million nodes.

    Notes
    -----
    Source: :eq:`eq-T2`; the paper's G, whose definition (A:13) is in an unavailable appendix.
    """
    h, weight = _field(s, u)
    p = _probabilities(s, u, h)
    weighted = weight[:, None] * p
    return np.diag(weighted.sum(axis=0)) - p.T @ weighted


def g(s: float, u: Float[np.ndarray, " N3"]) -> float:
    """Averaged softmax gradient along the student's own singular vector, g(s) = u^T G(s u v^T) u.

    Computed as the mean variance of u under the Gibbs distribution, a sum of positive terms, so
    that the relative accuracy of 1e-10 survives at small and large s.

    Parameters
    ----------
    s : float
        Singular value, >= 0.
    u : (N3,) array
        Left singular vector.

    Returns
    -------
    float
        g(s) >= 0, zero for u proportional to the all-ones vector.

    Raises
    ------
    ValueError
        If `s` is negative, not finite or too large (see `G_rank_one`).

    Notes
    -----
    Source: the g of Eq. (5) of the paper; :eq:`eq-T2`.
    """
    h, weight = _field(s, u)
    p = _probabilities(s, u, h)
    mean = p @ u
    variance = np.einsum("nc,nc->n", p, (u[None, :] - mean[:, None]) ** 2)
    return float(weight @ variance)


def rank_one_log_partition(s: float, u: Float[np.ndarray, " N3"]) -> float:
    """Mean log-partition function E_h[log sum_c exp(s h u_c)] of a rank-one student, in nats.

    Its derivative with respect to s is s g(s); see :eq:`eq-T8b`. Parameters and errors as for `g`.
    """
    h, weight = _field(s, u)
    return float(weight @ logsumexp(s * h[:, None] * u[None, :], axis=1))


def argmax_slope(u: Float[np.ndarray, " N3"]) -> float:
    """Drive of argmax labels on a rank-one student, the limit of s g(s) for s to infinity.

    (max_c u_c - min_c u_c) / sqrt(2 pi).

    Parameters
    ----------
    u : (N3,) array
        Left singular vector of the teacher that labels the inputs.

    Notes
    -----
    Source: :eq:`eq-T5`.
    """
    return float(np.ptp(u) / np.sqrt(2 * np.pi))
