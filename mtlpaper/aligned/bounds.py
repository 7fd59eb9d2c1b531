"""Benefits of multitask over single-task students, held against the bounds on them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mtlpaper.aligned.flows import MainStudent, main_student, solve_pairs
from mtlpaper.aligned.pairs import (
    Pair,
    Tasks,
    draw_batch,
    train_alone,
    train_together,
)
from mtlpaper.dynamics import SGD
from mtlpaper.gibbs import GaussianField
from mtlpaper.theory import (
    Bound,
    MatrixLoss,
    bound_constant,
    first_mode,
    label_moment,
    scalar_bound,
)

#: The bound for any two linear students; Eq. (5) with the largest singular values and the constant
#: of soft labels; the same with the constant of the label rule; and the form along the singular
#: vectors of the noisy teacher, with s = u_hat^T W v_hat and q = u_hat^T M v_hat.
FORMS = ("general", "Eq. (5) as printed", "(T 9)", "(T 9), noisy vectors")
_SCRAMBLINGS = 8
#: A benefit counts as outside a bound if it lies outside by more than four standard errors of eight
#: scramblings; normal errors exceed these in half a per cent of the pairs that lie on the bound.
#: For the general bound and for the plane flow it must lie outside by more than 1e-5 nats besides,
#: ten times the error of the flow's tables. Benefits of 1e-6 nats cannot be told from their bounds.
_ERRORS, _LEAST = 4.0, 1e-5


@dataclass(frozen=True)
class Sample:
    """How students are trained, and how their benefits are measured.

    Attributes
    ----------
    n_train : int
        Training points of each task.
    descent : mtlpaper.dynamics.students.SGD
    n_looks : int
        Number of times at which the losses are evaluated.
    n_points : int
        Sobol points of each scrambling, a power of two.
    """

    n_train: int
    descent: SGD
    n_looks: int
    n_points: int


@dataclass(frozen=True)
class Bounded:
    """A unit: tasks whose benefits are compared with bounds.

    Attributes
    ----------
    tasks : Tasks
    sample : Sample, optional
        How students are trained; without it the plane flow gives the students.
    """

    tasks: Tasks
    sample: Sample | None = None


def bounded(unit: Bounded) -> dict[str, np.ndarray]:
    """Compare the benefits of the students of least loss with both sides of every bound.

    Returns
    -------
    dict
        In nats: the benefit `MT` and the standard error `error` of the averages, (S_B, r_AB); the
        sides `lower` and `upper` and the `margin` (form, S_B, r_AB), which is negative where the
        benefit clearly lies outside.
    """
    tasks = unit.tasks
    found = _flow(tasks) if unit.sample is None else _trained(tasks, unit.sample)
    grid = (len(tasks.S_B), len(tasks.r_AB))
    return {name: pairs.reshape(*pairs.shape[:-1], *grid) for name, pairs in found.items()}


def look_steps(t_end: float, learning_rate: float, n_looks: int) -> np.ndarray:
    """Numbers of steps up to `t_end`, about evenly spaced in their logarithm, and zero."""
    last = max(1, round(t_end / learning_rate))
    return np.unique(np.append(0, np.round(np.geomspace(1, last, n_looks - 1)))).astype(int)


def _losses(tasks: Tasks, pair: Pair, n_points: int) -> list[MatrixLoss]:
    """The loss of task A by independent scramblings."""
    moment = label_moment(tasks.S_A, pair.A.U_bar[:, 0], tasks.setting.label_rule)
    M = np.outer(moment, pair.A.V_bar[:, 0])
    return [
        MatrixLoss(M, GaussianField(tasks.setting.N3, n_points, seed=k))
        for k in range(_SCRAMBLINGS)
    ]


def _trained(tasks: Tasks, sample: Sample) -> dict[str, np.ndarray]:
    pairs, descent = tasks.draw_pairs(), sample.descent
    steps = look_steps(tasks.setting.t_end, descent.learning_rate, sample.n_looks)
    batch = draw_batch(tasks.setting, pairs, sample.n_train, tasks.replicate)
    losses = _losses(tasks, pairs[0], sample.n_points)
    W, W_tilde = (
        _best(run(batch, steps, descent), losses[0]) for run in (train_together, train_alone)
    )
    MT = np.stack([loss(W_tilde) - loss(W) for loss in losses])
    sides = [loss.bound(W, W_tilde) for loss in losses]
    lower, upper = (
        np.stack([getattr(side, name) for side in sides]) for name in ("lower", "upper")
    )
    value, error = MT.mean(axis=0), _standard_error(MT)
    s, s_tilde = (_singular_values(pairs[0], end) for end in (W, W_tilde))
    general = Bound(lower.mean(axis=0), upper.mean(axis=0))
    bounds = _scalar_forms(tasks, pairs[0], s, s_tilde)
    margins = [
        np.minimum(_margin(MT - lower), _margin(upper - MT)),
        *(bound.margin(value, _ERRORS * error) for bound in bounds),
    ]
    return _compared(value, error, [general, *bounds], margins)


def _compared(
    MT: np.ndarray, error: np.ndarray, bounds: list[Bound], margins: list[np.ndarray]
) -> dict[str, np.ndarray]:
    return {
        "MT": MT,
        "error": error,
        "lower": np.stack([bound.lower for bound in bounds]),
        "upper": np.stack([bound.upper for bound in bounds]),
        "margin": np.stack(margins),
    }


def _best(W: Float[np.ndarray, "time net N3 N1"], loss: MatrixLoss) -> np.ndarray:
    """Students at the look of their least loss."""
    values = np.stack([loss(at_once) for at_once in W])
    return np.asarray(W[values.argmin(axis=0), np.arange(W.shape[1])])


def _standard_error(samples: Float[np.ndarray, "scrambling net"]) -> Float[np.ndarray, " net"]:
    return np.asarray(samples.std(axis=0, ddof=1) / np.sqrt(len(samples)))


def _margin(distance: Float[np.ndarray, "scrambling net"]) -> Float[np.ndarray, " net"]:
    """Mean distance from a side plus its allowed error; negative is clearly outside."""
    return np.asarray(distance.mean(axis=0) + _ERRORS * _standard_error(distance) + _LEAST)


def _singular_values(
    pair: Pair, W: Float[np.ndarray, "net N3 N1"]
) -> tuple[np.ndarray, np.ndarray]:
    """Largest singular value, and u_hat^T W v_hat."""
    u_hat, _, v_hat = first_mode(pair.A)
    return np.linalg.svd(W, compute_uv=False)[:, 0], np.einsum("c,nci,i->n", u_hat, W, v_hat)


def _scalar_forms(
    tasks: Tasks,
    pair: Pair,
    s: tuple[np.ndarray, np.ndarray],
    s_tilde: tuple[np.ndarray, np.ndarray],
) -> list[Bound]:
    """The forms after the general one; `s` holds largest singular values and projections."""
    u_bar, noisy = pair.A.U_bar[:, 0], pair.modes.A
    rule = tasks.setting.label_rule
    soft = bound_constant(tasks.S_A, u_bar, "soft")
    own = bound_constant(tasks.S_A, u_bar, rule)
    q_hat = float(noisy.u_hat @ label_moment(tasks.S_A, u_bar, rule)) * noisy.main_overlap
    return [
        scalar_bound(s[0], s_tilde[0], soft, u_bar),
        scalar_bound(s[0], s_tilde[0], own, u_bar),
        scalar_bound(s[1], s_tilde[1], q_hat, noisy.u_hat),
    ]


def _flow(tasks: Tasks) -> dict[str, np.ndarray]:
    pairs = tasks.draw_pairs()
    main = main_student(pairs[0].modes.A, tasks.S_A, pairs[0].A.U_bar[:, 0], tasks.setting)
    each = [_flow_of_pair(tasks, main, pair) for pair in pairs]
    return {name: np.concatenate([one[name] for one in each], axis=-1) for name in each[0]}


def _flow_of_pair(tasks: Tasks, main: MainStudent, pair: Pair) -> dict[str, np.ndarray]:
    modes = pair.modes
    best = solve_pairs(main, modes.B, [modes], np.array([modes.r_hat]), tasks.setting)
    w, w_tilde = best.together.w, best.alone.w
    value = best.benefit
    s, s_tilde = ((np.linalg.norm(end, axis=-1), end[:, 0]) for end in (w, w_tilde))
    bounds = [best.loss.bound(w, w_tilde), *_scalar_forms(tasks, pair, s, s_tilde)]
    error = np.full(value.shape, _LEAST)
    return _compared(value, error, bounds, [bound.margin(value, error) for bound in bounds])
