"""The plane flow over grids of pairs: by predicted geometries, and by drawn teachers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from jaxtyping import Float

from mtlpaper.benefit import bootstrap_interval
from mtlpaper.experiments.aligned_pairs import draw_pair, log_times
from mtlpaper.experiments.labels import variable
from mtlpaper.randomness import Streams
from mtlpaper.settings.aligned import Aligned
from mtlpaper.settings.aligned_tasks import AlignedTasks
from mtlpaper.spectra import Spike, noisy_spike
from mtlpaper.tasks import LabelRule, make_teacher_pair
from mtlpaper.theory import (
    AlignedLoss,
    AlignedTask,
    Best,
    NoisyPair,
    NoisyTask,
    eq3_path,
    head_overlap,
    label_moment,
    least_loss,
    predicted_pair,
    solve_aligned_pair,
    tilted,
)

_N_TIMES = 200


@dataclass(frozen=True)
class MainTask:
    """Task A as all its pairs share it.

    Attributes
    ----------
    task : AlignedTask
    moment : (N3,) array
        Of its noise-free labels.
    alone : Best
        The student of Eq. (3) at its least loss, one cell.
    """

    task: AlignedTask
    moment: Float[np.ndarray, " N3"]
    alone: Best


def main_task(
    noisy: NoisyTask,
    s_bar: float,
    u_bar: Float[np.ndarray, " N3"],
    label_rule: LabelRule,
    params: AlignedTasks,
) -> MainTask:
    """Follow task A alone, by Eq. (3), to its least loss."""
    task = AlignedTask(noisy.s_hat, noisy.u_hat, label_rule)
    moment = label_moment(s_bar, u_bar, label_rule)
    # Of v_bar the student meets what lies along v_hat_A only.
    loss = AlignedLoss(task, moment, np.array([[noisy.main_overlap, 0.0]]))
    t = log_times(params.t_end, _N_TIMES)
    return MainTask(task, moment, least_loss(eq3_path(task, params.s0), loss, t))


@dataclass(frozen=True)
class Outcome:
    """Students of task A at their best times, together with B and alone, and their loss.

    Attributes
    ----------
    together : Best
        One a cell.
    alone : Best
        The one student of Eq. (3).
    loss : AlignedLoss
    """

    together: Best
    alone: Best
    loss: AlignedLoss

    @property
    def s_difference(self) -> Float[np.ndarray, " cell"]:
        """s_A - s_tilde_A, both at their best times."""
        s, s_tilde = (np.linalg.norm(best.w, axis=-1) for best in (self.together, self.alone))
        return np.asarray(s - s_tilde)

    @property
    def benefit(self) -> Float[np.ndarray, " cell"]:
        """Benefit in nats."""
        return np.asarray(self.alone.loss - self.together.loss)


def solve_pairs(
    main: MainTask,
    B: AlignedTask,
    pairs: Sequence[NoisyPair],
    heads: Float[np.ndarray, " cell"],
    params: AlignedTasks,
) -> Outcome:
    """Follow pairs that differ in their angles only, and find the least losses.

    Parameters
    ----------
    main : MainTask
    B : AlignedTask
    pairs : sequence of NoisyPair
        One a cell.
    heads : (cell,) array
        Initial overlaps of the heads.
    params : AlignedTasks
    """
    r_hat, v_bar = (np.array([getattr(p, name) for p in pairs]) for name in ("r_hat", "v_bar"))
    loss = AlignedLoss(main.task, main.moment, v_bar)
    flow = solve_aligned_pair(main.task, B, r_hat, heads, params.s0, params.t_end)
    t = log_times(params.t_end, _N_TIMES)
    return Outcome(least_loss(flow.w, loss, t), main.alone, loss)


def _signs(rho: float) -> tuple[float, ...]:
    return (rho, -rho) if rho > 0 else (0.0,)


def over_overlaps(
    main: MainTask, B: AlignedTask, pairs: Sequence[NoisyPair], params: Aligned
) -> Float[np.ndarray, "effect rho pair"]:
    """Difference s_A - s_tilde_A and benefit, averaged over both signs of every overlap `rho`."""
    turns = [sign for rho in params.rho for sign in _signs(rho)]
    r_hat = np.array([pair.r_hat for pair in pairs])
    heads = np.concatenate([head_overlap(r_hat, turn) for turn in turns])
    outcome = solve_pairs(main, B, list(pairs) * len(turns), heads, params)
    both = np.stack([outcome.s_difference, outcome.benefit]).reshape(2, len(turns), len(pairs))
    owner = np.abs(turns)
    return np.stack([both[:, owner == rho].mean(axis=1) for rho in params.rho], axis=1)


def predicted_maps(params: Aligned) -> xr.Dataset:
    """Follow pairs of the geometry that (T 10) predicts, over the whole grid.

    Returns
    -------
    xarray.Dataset
        `s_difference` and `MT` over (label_rule, S_A, S_B, rho, r_AB); `s_alone_best` and
        `t_alone_best` over (label_rule, S_A).
    """
    rows = [
        [_predicted_row(params, rule, S_A) for S_A in params.S_A] for rule in params.label_rules
    ]
    ds, MT = np.moveaxis(np.array([[effects for effects, _ in row] for row in rows]), 3, 0)
    alone = [[best for _, best in row] for row in rows]
    pair = ("label_rule", "S_A")
    dims = (*pair, "S_B", "rho", "r_AB")
    return xr.Dataset(
        {
            "s_difference": variable(dims, ds, "s_A - s_tilde_A at the best times"),
            "MT": variable(dims, MT, "multitask benefit of training-aligned tasks", "nats"),
            "s_alone_best": variable(
                pair, [[one.w[0, 0] for one in row] for row in alone], "s_tilde_A at its best time"
            ),
            "t_alone_best": variable(
                pair, [[one.t[0] for one in row] for row in alone], "that time t/tau", "tau"
            ),
        }
    )


def _predicted_row(
    params: Aligned, rule: LabelRule, S_A: float
) -> tuple[Float[np.ndarray, "S_B effect rho r_AB"], Best]:
    streams = Streams(params.seed)
    sizes = (params.N1, params.N3, np.array([S_A]), np.array([1.0]))
    u_A, u_B = (T.U_bar[:, 0] for T in make_teacher_pair(*sizes, 0.0, 0.0, streams, centred=True))

    def noisy(S: float, u_bar: np.ndarray, role: str) -> tuple[Spike, NoisyTask]:
        spike = noisy_spike(S, params.N1, params.N3, params.sigma)
        u_hat = tilted(u_bar, spike.u_overlap, streams.rng(role))
        return spike, NoisyTask(spike.s_hat, u_hat, float(np.sqrt(spike.v_overlap)))

    spike_A, task_A = noisy(S_A, u_A, "noise A")
    main = main_task(task_A, S_A, u_A, rule, params)
    effects = []
    for S_B in params.S_B:
        spike_B, task_B = noisy(S_B, u_B, "noise B")
        u_hats = (task_A.u_hat, task_B.u_hat)
        pairs = [predicted_pair(spike_A, spike_B, r_AB, *u_hats) for r_AB in params.r_AB]
        B = AlignedTask(task_B.s_hat, task_B.u_hat, rule)
        effects.append(over_overlaps(main, B, pairs, params))
    return np.stack(effects), main.alone


def drawn_effects(params: Aligned) -> xr.Dataset:
    """Follow drawn pairs of unrelated and weakly related teachers, at both ends of S_B.

    Returns
    -------
    xarray.Dataset
        Over (bound, label_rule, rho): `s_difference_unrelated` at r_AB = 0 and the largest S_B, and
        `benefit_weak`, the benefit at weak relatedness at the largest S_B less that at the least;
        `benefit_drawn` and `s_difference_drawn` over (bound, label_rule, rho, kind, end).
    """
    effects = np.array(
        [
            [_drawn_row(params, rule, i) for rule in params.label_rules]
            for i in range(params.n_seeds)
        ]
    )
    # To (effect, seed, label_rule, rho, kind, end).
    ds, MT = effects.transpose(4, 0, 1, 5, 2, 3)
    dims = ("label_rule", "rho")
    more = (*dims, "kind", "end")

    def interval(dims: tuple[str, ...], samples: np.ndarray, what: str, unit: str) -> xr.Variable:
        return variable(("bound", *dims), bootstrap_interval(samples), what, unit)

    unrelated, weak = ds[..., 0, 1], MT[..., 1, 1] - MT[..., 1, 0]
    return xr.Dataset(
        {
            "s_difference_unrelated": interval(
                dims, unrelated, "s_A - s_tilde_A beside unrelated tasks of the largest S_B", "1"
            ),
            "benefit_weak": interval(
                dims, weak, "benefit of weakly related tasks, largest less least S_B", "nats"
            ),
            "s_difference_drawn": interval(more, ds, "s_A - s_tilde_A of drawn pairs", "1"),
            "benefit_drawn": interval(more, MT, "benefit of drawn pairs", "nats"),
        },
        {
            "kind": variable("kind", ["unrelated", "weakly related"], "relatedness"),
            "end": variable("end", ["least", "largest"], "which S_B"),
        },
    )


def _drawn_row(
    params: Aligned, rule: LabelRule, replicate: int
) -> Float[np.ndarray, "kind end effect rho"]:
    ends = (params.S_B[0], params.S_B[-1])
    pairs = [
        [draw_pair(params, params.S_main, S_B, r_AB, replicate) for S_B in ends]
        for r_AB in (0.0, params.weak)
    ]
    first = pairs[0][0]
    main = main_task(first.modes.A, params.S_main, first.A.U_bar[:, 0], rule, params)

    def effects(modes: NoisyPair) -> np.ndarray:
        B = AlignedTask(modes.B.s_hat, modes.B.u_hat, rule)
        return over_overlaps(main, B, [modes], params)[:, :, 0]

    return np.array([[effects(pair.modes) for pair in row] for row in pairs])
