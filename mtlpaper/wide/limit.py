"""The infinitely wide network with weight decay: a convex problem over kinks, for one input."""

from dataclasses import dataclass
from typing import Literal, Self

import clarabel
import numpy as np
from jaxtyping import Float, Int
from scipy import sparse

from mtlpaper.errors import NotConvergedError, require
from mtlpaper.wide.problem import Regression

Norm = Literal["l2", "l1"]
#: Duality gaps that are admitted and aimed at, relative to the minimum; and one that is admitted
#: relative to the sum of squared labels, where double precision ends.
GAP, _WANTED, _ROUNDING = 1e-7, 1e-9, 1e-14
#: Rounds of new kinks, and from how many the first starts, evenly spread in angle.
_ROUNDS, _FIRST = 30, 16
#: Neurons below this share of the largest are dropped between rounds.
_ACTIVE = 1e-7
#: The orders, for `numpy.linalg.norm`, of both norms over tasks and of their dual norms.
_ORDER: dict[Norm, float] = {"l2": 2, "l1": 1}
_DUAL: dict[Norm, float] = {"l2": 2, "l1": np.inf}


@dataclass(frozen=True, eq=False)
class Limit:
    """A network of as many neurons as the optimum needs: f(x) = sum_m a_m max(0, v_m x + b_m) + c.

    Attributes
    ----------
    kinks : (kink, 2) array
        First-layer weight v and bias b of every neuron. Where biases are regularised, v² + b² = 1,
        otherwise v² = 1.
    a : (kink, task) array
        Output weights.
    c : (task,) array
        Output biases.
    objective : float
        Squared error plus penalty.
    gap : float
        Certified: no network of whatever width has an objective below ``objective - gap``.
    """

    kinks: Float[np.ndarray, "kink 2"]
    a: Float[np.ndarray, "kink task"]
    c: Float[np.ndarray, " task"]
    objective: float
    gap: float

    def __call__(self, x: Float[np.ndarray, "point 1"]) -> Float[np.ndarray, "point task"]:
        """Return the outputs of all tasks at inputs."""
        return features(self.kinks, x) @ self.a + self.c


def features(
    kinks: Float[np.ndarray, "kink 2"], x: Float[np.ndarray, "point 1"]
) -> Float[np.ndarray, "point kink"]:
    """Hidden units max(0, v x + b) at inputs."""
    return np.maximum(x * kinks[:, 0] + kinks[:, 1], 0)


def minimiser(problem: Regression, decay: float, *, biases: bool, norm: Norm = "l2") -> Limit:
    """Minimise L + decay |theta|² over networks of one hidden layer and any width.

    Rescaling every neuron turns weight decay into a group lasso over kinks u = (v, b) on the unit
    circle, with features psi_u(x) = max(0, v x + b):

        min over a, c of  sum_i (f_{t_i}(x_i) - y_i)² + 2 decay sum_u |a_u|_2 + decay |c|² .

    With residuals r, a solution is optimal if and only if no kink has a price
    |sum_i psi_u(x_i) r_i e_{t_i}|_2 above `decay`. Between neighbouring u at which a point becomes
    active the squared price is a quadratic form, whose maximum is known in closed form. Every
    round adds the kinks of highest price and solves the problem over the known ones anew. Scaling
    the residuals until no price is too high bounds the minimum from below.

    Where b and c are not penalised, u = (±1, b), and kinks at the points suffice.

    Parameters
    ----------
    problem : Regression
        Of one input.
    decay : float
        Weight decay lambda, > 0.
    biases : bool
        Whether b and c are penalised like the weights, or not at all.
    norm : {"l2", "l1"}
        Norm of a neuron's output weights over the tasks; "l2" is weight decay.

    Returns
    -------
    Limit
        With a relative duality gap of at most `GAP`.

    Raises
    ------
    ValueError
        If the problem has several inputs, the decay is not above 0 or there is no such norm.
    NotConvergedError
        If the gap stays larger; it carries the relative gap.

    Notes
    -----
    Source: (W 5) to (W 7).
    """
    require(problem.x.shape[1] == 1, "problem", problem.x.shape, "of one input")
    require(0 < decay < np.inf, "decay", decay, "a number above 0")
    require(norm in _ORDER, "norm", norm, "l2 or l1")
    if biases:
        angles = np.linspace(0, 2 * np.pi, _FIRST, endpoint=False)
        kinks = np.column_stack([np.cos(angles), np.sin(angles)])
    else:
        kinks = _at_points(problem.x)
    arcs, best = _Arcs.of(problem.x), None
    for _ in range(_ROUNDS if biases else 1):
        a, c, dual = _over(kinks, problem, decay, biases, norm)
        residuals = problem.residuals(features(kinks, problem.x) @ a + c)
        sizes = np.linalg.norm(a, axis=1, ord=_ORDER[norm])
        penalty = float(2 * sizes.sum() + (c @ c if biases else 0))
        objective = float(residuals @ residuals + decay * penalty)
        drive = dual[:, None] * np.eye(problem.n_tasks)[problem.task]
        if biases:
            found, prices = arcs.peaks(drive, norm)
        else:  # c is free, so that residuals have no mean, up to rounding
            drive = _centred(drive, problem.task)
            found = kinks
            prices = np.linalg.norm(features(kinks, problem.x).T @ drive, axis=1, ord=_DUAL[norm])
        gap = objective - _lower_bound(problem.y, drive, float(prices.max(initial=0)), decay)
        if best is None or gap < best.gap:
            best = Limit(kinks, a, c, objective, gap)
        new = found[prices > decay]
        if gap <= _WANTED * objective or not len(new):
            break
        kinks = np.concatenate([kinks[sizes > _ACTIVE * sizes.max()], new])
    assert best is not None
    if best.gap > max(GAP * best.objective, _ROUNDING * float(problem.y @ problem.y)):
        relative = best.gap / best.objective
        raise NotConvergedError("relative duality gap of the infinitely wide network", relative)
    return best


def _at_points(x: Float[np.ndarray, "point 1"]) -> Float[np.ndarray, "kink 2"]:
    """Neurons of both directions with their kinks at points, but for those that none activates."""
    places = np.unique(x)
    right = np.column_stack([np.ones(len(places) - 1), -places[:-1]])
    left = np.column_stack([-np.ones(len(places) - 1), places[1:]])
    return np.concatenate([right, left])


def _over(
    kinks: Float[np.ndarray, "kink 2"], problem: Regression, decay: float, biases: bool, norm: Norm
) -> tuple[Float[np.ndarray, "kink task"], Float[np.ndarray, " task"], Float[np.ndarray, " point"]]:
    """Solve the problem over known kinks, as a second-order cone program.

    Its variables are the norms, `a`, `c` and the errors of the points; labels are scaled to norm 1.
    How good the solution is, the certificate tells, whatever the solver says of itself. The
    residuals are taken from the dual solution: where the penalty is small, prices need them to
    more digits than differences of labels and predictions have.

    Returns
    -------
    a, c, residuals
    """
    n, m, k = len(problem.y), len(kinks), problem.n_tasks
    group = k if norm == "l2" else 1
    n_groups = m * k // group
    scale = float(np.linalg.norm(problem.y)) or 1.0
    output = np.eye(k)[problem.task]
    on_a = features(kinks, problem.x)[:, :, None] * output[:, None, :]
    fit = np.hstack([np.zeros((n, n_groups)), on_a.reshape(n, m * k), output, -np.eye(n)])
    entries = n_groups + np.arange(m * k).reshape(n_groups, group)
    in_cones = np.column_stack([np.arange(n_groups), entries]).ravel()
    cones = sparse.csc_array(
        (np.full(in_cones.size, -1.0), (np.arange(in_cones.size), in_cones)),
        shape=(in_cones.size, fit.shape[1]),
    )
    of_c = 2 * decay if biases else 0.0
    curvatures = np.repeat([0.0, of_c, 2.0], [n_groups + m * k, k, n])
    slopes = np.repeat([2 * decay / scale, 0.0], [n_groups, fit.shape[1] - n_groups])
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-11
    settings.static_regularization_constant = 1e-10  # kinks close together need it small
    solver = clarabel.DefaultSolver(
        sparse.diags_array(curvatures).tocsc(),
        slopes,
        sparse.vstack([sparse.csc_array(fit), cones]).tocsc(),
        np.concatenate([problem.y / scale, np.zeros(in_cones.size)]),
        [clarabel.ZeroConeT(n), *[clarabel.SecondOrderConeT(1 + group)] * n_groups],
        settings,
    )
    solution = solver.solve()
    found = scale * np.asarray(solution.x)[n_groups:]
    residuals = -scale / 2 * np.asarray(solution.z)[:n]
    return found[: m * k].reshape(m, k), found[m * k : m * k + k], residuals


@dataclass(frozen=True, eq=False)
class _Arcs:
    """Arcs of the unit circle on which the same points are active.

    They end at directions u orthogonal to a point (x, 1).
    """

    points: Float[np.ndarray, "point 2"]
    middles: Float[np.ndarray, " arc"]
    halves: Float[np.ndarray, " arc"]

    @classmethod
    def of(cls, x: Float[np.ndarray, "point 1"]) -> Self:
        """Divide the circle."""
        turns = np.unique(np.arctan2(-x[:, 0], 1.0))
        starts = np.concatenate([turns, turns + np.pi])
        halves = np.diff(starts, append=starts[0] + 2 * np.pi) / 2
        return cls(np.column_stack([x, np.ones(len(x))]), starts + halves, halves)

    def peaks(
        self, drive: Float[np.ndarray, "point task"], norm: Norm
    ) -> tuple[Float[np.ndarray, "kink 2"], Float[np.ndarray, " kink"]]:
        """Return the kinks whose prices are local maxima, and the prices.

        On an arc the vector of prices is G u, linear in u. |G u|_2 is highest along the first
        eigenvector of GᵀG, each entry of G u along the row of G, or else at an end of the arc.
        """
        active = (_circle(self.middles) @ self.points.T > 0).astype(float)
        G = np.einsum("ap,pt,pj->atj", active, drive, self.points)
        ends = np.stack([self.middles - self.halves, self.middles + self.halves], axis=1)
        u = _circle(np.concatenate([self._along(G, norm), ends], axis=1))
        prices = np.linalg.norm(np.einsum("atj,acj->act", G, u), axis=2, ord=_DUAL[norm])
        arcs, best = np.arange(len(G)), prices.argmax(axis=1)
        u, prices = u[arcs, best], prices[arcs, best]
        peaks = (prices >= np.roll(prices, 1)) & (prices >= np.roll(prices, -1))
        return u[peaks], prices[peaks]

    def _along(self, G: Float[np.ndarray, "arc task 2"], norm: Norm) -> Float[np.ndarray, "arc c"]:
        """Angle of the first eigenvector of GᵀG, or of all rows of G, or of the nearer end."""
        squares = np.einsum("ati,atj->aij" if norm == "l2" else "ati,atj->atij", G, G)
        axes = np.linalg.eigh(squares)[1][..., 1].reshape(len(G), -1, 2)
        off = np.arctan2(axes[..., 1], axes[..., 0]) - self.middles[:, None]
        off = (off + np.pi / 2) % np.pi - np.pi / 2  # an axis has two directions
        halves = self.halves[:, None]
        return self.middles[:, None] + np.clip(off, -halves, halves)


def _circle(angles: Float[np.ndarray, "*place"]) -> Float[np.ndarray, "*place 2"]:
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1)


def _centred(
    drive: Float[np.ndarray, "point task"], task: Int[np.ndarray, " point"]
) -> Float[np.ndarray, "point task"]:
    """Take the mean over its points from every task's residuals."""
    output = np.eye(drive.shape[1])[task]
    return drive - output * (drive.sum(axis=0) / np.maximum(output.sum(axis=0), 1))


def _lower_bound(
    y: Float[np.ndarray, " point"],
    drive: Float[np.ndarray, "point task"],
    price: float,
    decay: float,
) -> float:
    """Value of the dual problem, (W 6), at the best multiple of the residuals that it admits.

    Residuals that add up to zero in every task, as those without a penalty on c do, pay nothing
    for c.
    """
    residuals = drive.sum(axis=1)
    linear = float(residuals @ y)
    quadratic = float(residuals @ residuals + np.sum(drive.sum(axis=0) ** 2) / decay)
    if price == 0 or quadratic == 0:
        return 0.0
    factor = min(linear / quadratic, decay / price)
    return 2 * factor * linear - factor**2 * quadratic
