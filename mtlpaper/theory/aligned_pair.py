"""Two training-aligned tasks with a shared trunk: the flow in the plane of v_hat_A and v_hat_B.

Each head is u_hat h^T with one hidden vector h, and the trunk maps two input directions to two
hidden ones. The flow changes only h_A, h_B and a 2 x 2 matrix, whatever the numbers of inputs,
hidden units and classes.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.interpolate import CubicSpline

from mtlpaper.errors import require
from mtlpaper.gibbs import g, rank_one_log_partition
from mtlpaper.tasks import LabelRule
from mtlpaper.theory.flows import integrate
from mtlpaper.theory.rank_one import rank_one_drive, solve_rank_one

#: Knots of the tables in arcsinh(s); the error of the cubic spline is then about 1e-7 (tests).
_KNOTS = 240
#: End of the tables: for soft labels a multiple of 1 + s_hat, near which their fixed point lies;
#: for argmax labels, which have no fixed point, a constant.
_ROOM, _ARGMAX_ROOM = 2.0, 100.0

Path = Callable[[Float[np.ndarray, " time"]], Float[np.ndarray, "time pair 2"]]


class AlignedTask:
    """A task of a rank-one noisy teacher, with tables of its softmax averages over s.

    Parameters
    ----------
    s_hat : float
        Singular value of the noisy teacher, > 0.
    u_hat : (N3,) array
        Its left singular vector.
    label_rule : {"argmax", "soft", "sample"}

    Attributes
    ----------
    drive : float
        From `rank_one_drive`.
    s_max : float
        Largest singular value in the tables.
    """

    def __init__(
        self, s_hat: float, u_hat: Float[np.ndarray, " N3"], label_rule: LabelRule
    ) -> None:
        require(np.isfinite(s_hat) and s_hat > 0, "s_hat", s_hat, "a finite number > 0")
        self.u_hat = u_hat
        self.drive = rank_one_drive(s_hat, u_hat, label_rule)
        self.s_max = _ARGMAX_ROOM if label_rule == "argmax" else _ROOM * (1 + s_hat)
        self._knots = np.linspace(0, np.arcsinh(self.s_max), _KNOTS)
        self._g = self._table(g)
        self._log_Z: CubicSpline | None = None

    def _table(self, function: Callable[[float, np.ndarray], float]) -> CubicSpline:
        return CubicSpline(
            self._knots, [function(float(s), self.u_hat) for s in np.sinh(self._knots)]
        )

    def g(self, s: Float[np.ndarray, "*place"]) -> Float[np.ndarray, "*place"]:
        """g(s) = u_hat^T G(s u_hat v^T) u_hat at singular values of any shape, up to `s_max`."""
        self._require_in_table(s)
        return np.asarray(self._g(np.arcsinh(s)))

    def log_partition(self, s: Float[np.ndarray, "*place"]) -> Float[np.ndarray, "*place"]:
        """E[log Z] in nats of students u_hat w^T with norm s = |w|, up to `s_max`."""
        self._require_in_table(s)
        if self._log_Z is None:  # only losses need it
            self._log_Z = self._table(rank_one_log_partition)
        return np.asarray(self._log_Z(np.arcsinh(s)))

    def _require_in_table(self, s: np.ndarray) -> None:
        in_table = bool((s <= self.s_max).all())
        require(in_table, "s", float(np.max(s, initial=0)), f"<= {self.s_max:g}, the tables' end")

    def force(
        self, w: Float[np.ndarray, "pair 2"], v_hat: Float[np.ndarray, "pair 2"]
    ) -> Float[np.ndarray, "pair 2"]:
        """Force d = drive v_hat - g(|w|) w on the student u_hat w^T."""
        return self.drive * v_hat - self.g(np.linalg.norm(w, axis=-1))[..., None] * w


@dataclass(frozen=True)
class PairFlow:
    """Solution of the plane flow for many pairs at once, with dense output.

    Attributes
    ----------
    state_at : callable
        From times (time,) to states (time, pair, 8): h_A, h_B, and the trunk by rows.
    """

    state_at: Callable[[Float[np.ndarray, " time"]], Float[np.ndarray, "time pair 8"]]

    def w(self, t: Float[np.ndarray, " time"], task: int = 0) -> Float[np.ndarray, "time pair 2"]:
        """Input vector w = W21^T h of task A (0) or B (1) in the frame (v_hat_A, v_perp)."""
        h_A, h_B, trunk = _parts(self.state_at(t))
        return np.einsum("...hi,...h->...i", trunk, (h_A, h_B)[task])


def _parts(state: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return state[..., :2], state[..., 2:4], state[..., 4:].reshape(*state.shape[:-1], 2, 2)


def eq3_path(task: AlignedTask, s0: float) -> Path:
    """Path of a student that learns one task alone: along v_hat, by Eq. (3)."""

    def path(t: Float[np.ndarray, " time"]) -> Float[np.ndarray, "time pair 2"]:
        later = t[t > 0]
        s = np.full(t.size, s0)
        if later.size:
            times = np.concatenate([[0.0], later])
            s[t > 0] = solve_rank_one(s0, task.u_hat, task.drive, times)[1:]
        return np.stack([s, np.zeros(t.size)], axis=-1)[:, None, :]

    return path


def in_plane(r: Float[np.ndarray, " pair"]) -> Float[np.ndarray, "pair 2"]:
    """Unit vectors of overlap `r` with the plane's first axis."""
    return np.stack([r, np.sqrt(np.clip(1 - r**2, 0, None))], axis=-1)


def head_overlap(r_hat: Float[np.ndarray, " pair"], rho: float) -> Float[np.ndarray, " pair"]:
    """Overlap of the two heads' hidden directions, turned by arcsin(rho) from the aligned one.

    With a trunk proportional to an isometry both tasks start aligned if their hidden directions
    have the overlap r_hat of their input directions. The overlap of two random directions of N2
    hidden units is of order 1/sqrt(N2); `rho` is the overlap for unrelated tasks.

    Raises
    ------
    ValueError
        If `rho` lies outside [-1, 1].
    """
    require(-1 <= rho <= 1, "rho", rho, "a number in [-1, 1]")
    return np.cos(np.arccos(r_hat) - np.arcsin(rho))


def solve_aligned_pair(
    A: AlignedTask,
    B: AlignedTask,
    r_hat: Float[np.ndarray, " pair"],
    heads: Float[np.ndarray, " pair"],
    s0: float,
    t_end: float,
    *,
    alpha_B: float = 1.0,
    rtol: float = 1e-8,
) -> PairFlow:
    """Integrate the plane flow of two training-aligned tasks, many pairs at once.

    tau dh = W21 d for each head, tau dW21 = h_A d_A^T + h_B d_B^T. The trunk starts as sqrt(s0)
    times the identity; h_A starts along the first axis and h_B at the overlap `heads` with it, both
    of length sqrt(s0). With `alpha_B` = 0 task A follows Eq. (3) whatever task B is.

    Parameters
    ----------
    A, B : AlignedTask
    r_hat : (pair,) array
        Overlaps v_hat_A . v_hat_B, in [-1, 1].
    heads : (pair,) array
        Initial overlaps of the heads' hidden directions; with `r_hat` both tasks start aligned.
    s0 : float
        Initial singular value of both students, > 0.
    t_end : float
        End of the flow, in units of tau, > 0.
    alpha_B : float
        Weight of task B's loss; 0 trains task A only.
    rtol : float
        Relative tolerance of the integrator.

    Raises
    ------
    ValueError
        If an argument is out of range, or a student leaves the tables.
    IntegrationError
        If the integrator gives up.

    Notes
    -----
    Source: :eq:`eq-T14`.
    """
    for name, value in (("r_hat", r_hat), ("heads", heads)):
        require(bool((np.abs(value) <= 1).all()), name, value, "numbers in [-1, 1]")
    require(r_hat.shape == heads.shape, "heads", heads.shape, f"of shape {r_hat.shape}")
    for name, number in (("s0", s0), ("t_end", t_end)):
        require(np.isfinite(number) and number > 0, name, number, "a finite number > 0")
    n = r_hat.size
    v_A, v_B = in_plane(np.ones(n)), in_plane(r_hat)
    trunk = np.broadcast_to(np.eye(2).ravel(), (n, 4))
    start = np.sqrt(s0) * np.concatenate([v_A, in_plane(heads), trunk], axis=1)

    def velocity(_: float, flat: np.ndarray) -> np.ndarray:
        h_A, h_B, trunk = _parts(flat.reshape(n, 8))
        w_A, w_B = (np.einsum("nhi,nh->ni", trunk, h) for h in (h_A, h_B))
        d_A, d_B = A.force(w_A, v_A), alpha_B * B.force(w_B, v_B)
        heads_move = [np.einsum("nhi,ni->nh", trunk, d) for d in (d_A, d_B)]
        outer = h_A[:, :, None] * d_A[:, None, :] + h_B[:, :, None] * d_B[:, None, :]
        return np.concatenate([*heads_move, outer.reshape(n, 4)], axis=1).ravel()

    span, atol = (0.0, t_end), 1e-2 * rtol
    state_at = integrate(velocity, span, start.ravel(), rtol=rtol, atol=atol)
    return PairFlow(lambda t: state_at(t).T.reshape(t.size, n, 8))
