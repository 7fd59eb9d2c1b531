"""Pairs of students, multitask and single-task, and whether bounds hold between them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from mtlpaper.experiments.aligned_flows import MainTask, main_task, solve_pairs
from mtlpaper.experiments.aligned_pairs import (
    Pair,
    draw_batch,
    draw_pair,
    look_steps,
    train_alone,
    train_together,
)
from mtlpaper.gibbs import GaussianField
from mtlpaper.settings.bound import BoundOnBenefit
from mtlpaper.tasks import LabelRule
from mtlpaper.theory import (
    AlignedTask,
    Bound,
    MatrixLoss,
    bound_constant,
    first_mode,
    label_moment,
    scalar_bound,
)

#: The bound for any two linear students; Eq. (5) with the largest singular values and the constant
#: of soft labels; the same with the constant of the label rule; and with everything taken along the
#: noisy teacher's singular vectors, s = u_hat^T W v_hat and q = u_hat^T M v_hat.
FORMS = ("general", "Eq. (5) as printed", "(T 9)", "(T 9), noisy vectors")
_SCRAMBLINGS = 8
#: A benefit counts as outside a bound by more than four standard errors of eight scramblings, which
#: normal errors exceed in half a per cent of all pairs that lie on it; and outside the general one,
#: or by the plane flow, by more than the error of the flow's tables, 1e-6 nats, with room. Benefits
#: of 1e-6 nats lie on both sides of their bound as far as rounding and eight scramblings can tell.
ERRORS, _LEAST = 4.0, 1e-5


@dataclass(frozen=True)
class Compared:
    """Benefits of one source and label rule, and both sides of every form of the bound.

    Attributes
    ----------
    MT, error : (seed, S_B, r_AB) arrays
        In nats; the error is that of the averages.
    lower, upper, outside : (form, seed, S_B, r_AB) arrays
    """

    MT: Float[np.ndarray, "seed S_B r_AB"]
    error: Float[np.ndarray, "seed S_B r_AB"]
    lower: Float[np.ndarray, "form seed S_B r_AB"]
    upper: Float[np.ndarray, "form seed S_B r_AB"]
    outside: Bool[np.ndarray, "form seed S_B r_AB"]

    @classmethod
    def of(cls, rows: list[tuple[np.ndarray, ...]], params: BoundOnBenefit) -> "Compared":
        """Join the datasets, each a row of the five arrays over (…, cell)."""
        columns = (np.stack(column, axis=-2) for column in zip(*rows, strict=True))
        grid = (params.n_seeds, len(params.S_B), len(params.r_AB))
        return cls(*(column.reshape(*column.shape[:-2], *grid) for column in columns))


def draw_cells(params: BoundOnBenefit, replicate: int) -> list[Pair]:
    """Pairs of a dataset, r_AB running fastest."""
    return [
        draw_pair(params, params.S_A, S_B, r_AB, replicate)
        for S_B in params.S_B
        for r_AB in params.r_AB
    ]


def trained_compared(params: BoundOnBenefit, rule: LabelRule, n_train: int) -> Compared:
    """Train every dataset's pairs, and compare the students of least loss."""
    rows = [_trained_row(params, rule, n_train, i) for i in range(params.n_seeds)]
    return Compared.of(rows, params)


def _losses(params: BoundOnBenefit, pair: Pair, rule: LabelRule) -> list[MatrixLoss]:
    """The loss of task A by independent scramblings."""
    M = np.outer(label_moment(params.S_A, pair.A.U_bar[:, 0], rule), pair.A.V_bar[:, 0])
    return [
        MatrixLoss(M, GaussianField(params.N3, params.n_points, seed=k))
        for k in range(_SCRAMBLINGS)
    ]


def _trained_row(
    params: BoundOnBenefit, rule: LabelRule, n_train: int, replicate: int
) -> tuple[np.ndarray, ...]:
    pairs = draw_cells(params, replicate)
    steps = look_steps(params.t_end, params.learning_rate, params.n_looks)
    batch = draw_batch(params, pairs, rule, n_train, replicate)
    losses = _losses(params, pairs[0], rule)
    W, W_tilde = (
        _best(run(params, batch, steps), losses[0]) for run in (train_together, train_alone)
    )
    MT = np.stack([loss(W_tilde) - loss(W) for loss in losses])
    sides = [loss.bound(W, W_tilde) for loss in losses]
    lower, upper = (
        np.stack([getattr(side, name) for side in sides]) for name in ("lower", "upper")
    )
    outside = (_clearly_below(MT - lower), _clearly_below(upper - MT))
    value, error = MT.mean(axis=0), _standard_error(MT)
    s, s_tilde = (_singular_values(pairs[0], end) for end in (W, W_tilde))
    scalars = _scalar_forms(params, pairs[0], rule, s, s_tilde)
    return (
        value,
        error,
        np.stack([lower.mean(axis=0), *(bound.lower for bound in scalars)]),
        np.stack([upper.mean(axis=0), *(bound.upper for bound in scalars)]),
        np.stack([outside[0] | outside[1], *(b.outside(value, ERRORS * error) for b in scalars)]),
    )


def _best(W: Float[np.ndarray, "time net N3 N1"], loss: MatrixLoss) -> np.ndarray:
    """Students at the look of their least loss."""
    values = np.stack([loss(at_once) for at_once in W])
    return np.asarray(W[values.argmin(axis=0), np.arange(W.shape[1])])


def _standard_error(samples: Float[np.ndarray, "scrambling net"]) -> Float[np.ndarray, " net"]:
    return np.asarray(samples.std(axis=0, ddof=1) / np.sqrt(len(samples)))


def _clearly_below(margin: Float[np.ndarray, "scrambling net"]) -> Bool[np.ndarray, " net"]:
    return np.asarray(margin.mean(axis=0) < -ERRORS * _standard_error(margin) - _LEAST)


def _singular_values(
    pair: Pair, W: Float[np.ndarray, "net N3 N1"]
) -> tuple[np.ndarray, np.ndarray]:
    """Largest singular value, and u_hat^T W v_hat."""
    u_hat, _, v_hat = first_mode(pair.A)
    return np.linalg.svd(W, compute_uv=False)[:, 0], np.einsum("c,nci,i->n", u_hat, W, v_hat)


def _scalar_forms(
    params: BoundOnBenefit,
    pair: Pair,
    rule: LabelRule,
    s: tuple[np.ndarray, np.ndarray],
    s_tilde: tuple[np.ndarray, np.ndarray],
) -> list[Bound]:
    """The forms after the general one; `s` holds largest singular values and projections."""
    u_bar, noisy = pair.A.U_bar[:, 0], pair.modes.A
    soft, own = (bound_constant(params.S_A, u_bar, labels) for labels in ("soft", rule))
    q_hat = float(noisy.u_hat @ label_moment(params.S_A, u_bar, rule)) * noisy.main_overlap
    return [
        scalar_bound(s[0], s_tilde[0], soft, u_bar),
        scalar_bound(s[0], s_tilde[0], own, u_bar),
        scalar_bound(s[1], s_tilde[1], q_hat, noisy.u_hat),
    ]


def flow_compared(params: BoundOnBenefit, rule: LabelRule) -> Compared:
    """Follow every dataset's pairs by the plane flow, and compare the students of least loss."""
    return Compared.of([_flow_row(params, rule, i) for i in range(params.n_seeds)], params)


def _flow_row(params: BoundOnBenefit, rule: LabelRule, replicate: int) -> tuple[np.ndarray, ...]:
    pairs = draw_cells(params, replicate)
    main = main_task(pairs[0].modes.A, params.S_A, pairs[0].A.U_bar[:, 0], rule, params)
    cells = [_flow_cell(params, rule, main, pair) for pair in pairs]
    return tuple(np.concatenate(column, axis=-1) for column in zip(*cells, strict=True))


def _flow_cell(
    params: BoundOnBenefit, rule: LabelRule, main: MainTask, pair: Pair
) -> tuple[np.ndarray, ...]:
    modes = pair.modes
    B = AlignedTask(modes.B.s_hat, modes.B.u_hat, rule)
    outcome = solve_pairs(main, B, [modes], np.array([modes.r_hat]), params)
    w, w_tilde = outcome.together.w, outcome.alone.w
    value = outcome.benefit
    s, s_tilde = ((np.linalg.norm(end, axis=-1), end[:, 0]) for end in (w, w_tilde))
    bounds = [outcome.loss.bound(w, w_tilde), *_scalar_forms(params, pair, rule, s, s_tilde)]
    error = np.full(value.shape, _LEAST)
    return (
        value,
        error,
        np.stack([bound.lower for bound in bounds]),
        np.stack([bound.upper for bound in bounds]),
        np.stack([bound.outside(value, error) for bound in bounds]),
    )
