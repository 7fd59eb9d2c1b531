"""Bounds on the multitask benefit from the convexity of the loss of linear students.

With M = E[y x^T] of the noise-free labels, L(W) = E[log Z(Wx)] - tr(W^T M) has the gradient
G(W) W - M, and convexity bounds L(W_tilde) - L(W) from both sides by the gradients at the two ends.
Eq. (5) of the paper is the case of two students aligned with a rank-one teacher of soft labels.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mtlpaper.errors import require
from mtlpaper.gibbs import G_rank_one, GaussianField, g
from mtlpaper.tasks import LabelRule, require_label_rule
from mtlpaper.theory.aligned_pair import AlignedTask, Path
from mtlpaper.theory.rank_one import rank_one_drive


@dataclass(frozen=True)
class Bound:
    """Both sides of a bound on L(W_tilde) - L(W).

    Attributes
    ----------
    lower, upper : arrays of one shape
        One number for each pair of students, in nats.
    """

    lower: Float[np.ndarray, "*place"]
    upper: Float[np.ndarray, "*place"]

    def margin(
        self, difference: Float[np.ndarray, "*place"], error: Float[np.ndarray, "*place"]
    ) -> np.ndarray:
        """Distance in nats of a difference from the nearer side, plus its error.

        Negative where the difference lies outside the bound by more than its error.
        """
        return np.asarray(np.minimum(difference - self.lower, self.upper - difference) + error)


def label_moment(
    s_bar: float, u_bar: Float[np.ndarray, " N3"], label_rule: LabelRule
) -> Float[np.ndarray, " N3"]:
    """Vector m of the moment E[y x^T] = m v_bar^T of a noise-free rank-one teacher's labels.

    Soft labels: s_bar G(s_bar u_bar v_bar^T) u_bar. Argmax: the indicator of u_bar's largest entry
    minus that of its least, divided by sqrt(2 pi).

    Raises
    ------
    ValueError
        If the label rule is unknown.

    Notes
    -----
    Source: :eq:`eq-T1` and :eq:`eq-T5`.
    """
    require_label_rule(label_rule)
    if label_rule != "argmax":
        return s_bar * G_rank_one(s_bar, u_bar) @ u_bar
    ends = np.eye(u_bar.size)[[int(u_bar.argmax()), int(u_bar.argmin())]]
    return (ends[0] - ends[1]) / np.sqrt(2 * np.pi)


def scalar_bound(
    s: Float[np.ndarray, "*place"],
    s_tilde: Float[np.ndarray, "*place"],
    q: float,
    u: Float[np.ndarray, " N3"],
) -> Bound:
    """Both sides of Eq. (5): (s - s_tilde)(q - s g(s)) and (s - s_tilde)(q - s_tilde g(s_tilde)).

    Parameters
    ----------
    s, s_tilde : arrays
        Singular values of the multitask and the single-task students.
    q : float
        s_bar g(s_bar) in the paper; `bound_constant` gives it for either label rule.
    u : (N3,) array
        Left singular vector of both students; in the paper that of the noise-free teacher.

    Notes
    -----
    Source: Eq. (5) of the paper; :eq:`eq-T9`.
    """

    def slope(values: np.ndarray) -> np.ndarray:
        # A projection may be negative; g is even because h is symmetric.
        return np.asarray(np.vectorize(lambda x: x * g(abs(x), u), otypes=[float])(values))

    step = s - s_tilde
    return Bound(*(np.asarray(step * (q - slope(end))) for end in (s, s_tilde)))


def bound_constant(s_bar: float, u_bar: Float[np.ndarray, " N3"], label_rule: LabelRule) -> float:
    """The q of :eq:`eq-T8b`, which is the drive of the noise-free teacher."""
    return rank_one_drive(s_bar, u_bar, label_rule)


class MatrixLoss:
    """Generalisation loss of any linear student, its gradient, and the bound that follows.

    Parameters
    ----------
    M : (N3, N1) array
        Moment E[y x^T] of the noise-free labels.
    field : GaussianField
        Points of the averages over the logits.
    """

    def __init__(self, M: Float[np.ndarray, "N3 N1"], field: GaussianField) -> None:
        require(M.shape[0] == field.N3, "M", M.shape, f"of {field.N3} rows, like the field")
        self._M, self._field = M, field

    def __call__(self, W: Float[np.ndarray, "*net N3 N1"]) -> Float[np.ndarray, "*net"]:
        """Loss in nats; the logits W x are z = C^(1/2) eps with C = W W^T."""
        z = self._field.logits(W @ W.swapaxes(-1, -2))
        largest = z.max(axis=-2, keepdims=True)
        Z = np.exp(np.subtract(z, largest, out=z), out=z).sum(axis=-2)  # in place to save memory
        log_Z = (np.log(Z) + largest[..., 0, :]).mean(axis=-1)
        return np.asarray(log_Z - np.einsum("...ci,ci->...", W, self._M))

    def descent(self, W: Float[np.ndarray, "*net N3 N1"]) -> Float[np.ndarray, "*net N3 N1"]:
        """Negative gradient M - G(W) W."""
        return self._M - self._field.G(W @ W.swapaxes(-1, -2)) @ W

    def bound(
        self, W: Float[np.ndarray, "*net N3 N1"], W_tilde: Float[np.ndarray, "*net N3 N1"]
    ) -> Bound:
        """Bound L(W_tilde) - L(W) by the gradients at both ends.

        Notes
        -----
        Source: :eq:`eq-T9b`, the general case of Eq. (5); the paper leaves it to its appendix.
        """
        step = W - W_tilde
        sides = [np.einsum("...ci,...ci->...", step, self.descent(end)) for end in (W, W_tilde)]
        return Bound(*(np.asarray(side) for side in sides))


class AlignedLoss:
    """Generalisation loss of students u_hat w^T, w in the plane of the two noisy teachers.

    L(w) = E[log Z(|w| h u_hat)] - kappa w . v_bar, with kappa = u_hat . m.

    Parameters
    ----------
    task : AlignedTask
        The main task.
    moment : (N3,) array
        m from `label_moment`.
    v_bar : (pair, 2) array
        Noise-free direction in the plane, see `NoisyPair.v_bar`.
    """

    def __init__(
        self,
        task: AlignedTask,
        moment: Float[np.ndarray, " N3"],
        v_bar: Float[np.ndarray, "pair 2"],
    ) -> None:
        self._task = task
        self._pull = float(task.u_hat @ moment) * v_bar

    def __call__(self, w: Float[np.ndarray, "*time pair 2"]) -> Float[np.ndarray, "*time pair"]:
        """Loss in nats."""
        log_Z = self._task.log_partition(np.linalg.norm(w, axis=-1))
        return np.asarray(log_Z - (w * self._pull).sum(axis=-1))

    def bound(
        self, w: Float[np.ndarray, "pair 2"], w_tilde: Float[np.ndarray, "pair_or_1 2"]
    ) -> Bound:
        """Bound L(w_tilde) - L(w) by the gradients at both ends; `w_tilde` may be one for all."""
        step = w - w_tilde
        sides = [
            (step * (self._pull - self._task.g(np.linalg.norm(end, axis=-1))[..., None] * end))
            for end in (w, w_tilde)
        ]
        return Bound(*(side.sum(axis=-1) for side in sides))


@dataclass(frozen=True)
class Best:
    """Students at the times of their least generalisation loss.

    Attributes
    ----------
    w : (pair, 2) array
        In the plane's frame.
    loss : (pair,) array
        In nats.
    t : (pair,) array
        In units of tau.
    """

    w: Float[np.ndarray, "pair 2"]
    loss: Float[np.ndarray, " pair"]
    t: Float[np.ndarray, " pair"]


def least_loss(path: Path, loss: AlignedLoss, t: Float[np.ndarray, " time"]) -> Best:
    """Least loss along a path: the best of the times `t`, then the vertex of a parabola.

    Parameters
    ----------
    path : callable
        From times to students (time, pair, 2).
    loss : AlignedLoss
    t : (time,) array
        Increasing times in units of tau; best about evenly spaced in log t.
    """
    values = loss(path(t))
    best = np.argmin(values, axis=0)
    pair = np.arange(best.size)
    inner = (best > 0) & (best < t.size - 1)
    j = np.clip(best, 1, t.size - 2)
    x = np.stack([t[j - 1], t[j], t[j + 1]])
    vertex = _vertex(x, np.stack([values[j - 1, pair], values[j, pair], values[j + 1, pair]]))
    when = np.where(inner, np.clip(vertex, x[0], x[2]), t[best])
    times, which = np.unique(when, return_inverse=True)  # the integrator takes increasing times
    w = path(times)[which, pair]
    return Best(w, loss(w), when)


def _vertex(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Minimum of the parabola through three points; the middle point where it has none."""
    left, right = (y[1] - y[0]) * (x[2] - x[1]), (y[2] - y[1]) * (x[1] - x[0])
    curved = right > left
    down, up = (y[1] - y[0]) / (x[1] - x[0]), (y[2] - y[1]) / (x[2] - x[1])
    second = np.where(curved, (up - down) / (x[2] - x[0]), 1.0)
    return np.where(curved, 0.5 * (x[0] + x[1]) - 0.5 * down / second, x[1])
