"""The plane flow over grids of pairs: by predicted geometries, and by drawn teachers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mtlpaper.aligned.pairs import AlignedSetting, Tasks
from mtlpaper.randomness import Streams
from mtlpaper.spectra import Spike, noisy_spike
from mtlpaper.tasks import make_teacher_pair
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


def log_times(t_end: float, n: int) -> Float[np.ndarray, " time"]:
    """Times from 0 to `t_end`, evenly spaced in log t from a two-thousandth of it on."""
    return np.append(0.0, np.geomspace(t_end / 2000, t_end, n))


def aligned_task(noisy: NoisyTask, setting: AlignedSetting) -> AlignedTask:
    """The task of a noisy teacher under the label rule of the setting."""
    return AlignedTask(noisy.s_hat, noisy.u_hat, setting.label_rule)


@dataclass(frozen=True)
class MainStudent:
    """Task A and the student that learns it alone, the same for all pairs.

    Attributes
    ----------
    task : AlignedTask
    moment : (N3,) array
        Vector m of the moment of its noise-free labels, see `label_moment`.
    alone : Best
        The one student of Eq. (3) at its least loss.
    """

    task: AlignedTask
    moment: Float[np.ndarray, " N3"]
    alone: Best


def main_student(
    noisy: NoisyTask, s_bar: float, u_bar: Float[np.ndarray, " N3"], setting: AlignedSetting
) -> MainStudent:
    """Find the least loss of the student that learns task A alone, by Eq. (3)."""
    task = aligned_task(noisy, setting)
    moment = label_moment(s_bar, u_bar, setting.label_rule)
    # This student stays along v_hat_A, so that only the component of v_bar along it matters.
    loss = AlignedLoss(task, moment, np.array([[noisy.main_overlap, 0.0]]))
    t = log_times(setting.t_end, _N_TIMES)
    return MainStudent(task, moment, least_loss(eq3_path(task, setting.s0), loss, t))


@dataclass(frozen=True)
class BestStudents:
    """Students of task A at the times of their least losses, multitask and single-task.

    Attributes
    ----------
    together : Best
        Multitask students, one for each pair.
    alone : Best
        The single-task student of Eq. (3).
    loss : AlignedLoss
        Generalisation loss of task A.
    """

    together: Best
    alone: Best
    loss: AlignedLoss

    @property
    def s_difference(self) -> Float[np.ndarray, " pair"]:
        """s_A - s_tilde_A, both at their best times."""
        s, s_tilde = (np.linalg.norm(best.w, axis=-1) for best in (self.together, self.alone))
        return np.asarray(s - s_tilde)

    @property
    def benefit(self) -> Float[np.ndarray, " pair"]:
        """Benefit in nats."""
        return np.asarray(self.alone.loss - self.together.loss)


def solve_pairs(
    main: MainStudent,
    B: NoisyTask,
    pairs: Sequence[NoisyPair],
    heads: Float[np.ndarray, " pair"],
    setting: AlignedSetting,
) -> BestStudents:
    """Follow pairs that differ in their angles only, and find the least losses.

    Parameters
    ----------
    main : MainStudent
    B : NoisyTask
    pairs : sequence of NoisyPair
    heads : (pair,) array
        Initial overlaps of the heads.
    setting : AlignedSetting
    """
    r_hat, v_bar = (np.array([getattr(p, name) for p in pairs]) for name in ("r_hat", "v_bar"))
    loss = AlignedLoss(main.task, main.moment, v_bar)
    task_B = aligned_task(B, setting)
    flow = solve_aligned_pair(main.task, task_B, r_hat, heads, setting.s0, setting.t_end)
    t = log_times(setting.t_end, _N_TIMES)
    return BestStudents(least_loss(flow.w, loss, t), main.alone, loss)


def _signs(rho: float) -> tuple[float, ...]:
    return (rho, -rho) if rho > 0 else (0.0,)


def over_overlaps(
    main: MainStudent,
    B: NoisyTask,
    pairs: Sequence[NoisyPair],
    rhos: Sequence[float],
    setting: AlignedSetting,
) -> Float[np.ndarray, "effect rho pair"]:
    """Difference s_A - s_tilde_A and benefit, averaged over both signs of every overlap `rho`."""
    overlaps = [sign for rho in rhos for sign in _signs(rho)]
    r_hat = np.array([pair.r_hat for pair in pairs])
    heads = np.concatenate([head_overlap(r_hat, overlap) for overlap in overlaps])
    best = solve_pairs(main, B, list(pairs) * len(overlaps), heads, setting)
    both = np.stack([best.s_difference, best.benefit]).reshape(2, len(overlaps), len(pairs))
    size = np.abs(overlaps)
    return np.stack([both[:, size == rho].mean(axis=1) for rho in rhos], axis=1)


@dataclass(frozen=True)
class Followed:
    """A unit: tasks whose students the plane flow gives.

    Attributes
    ----------
    tasks : Tasks
    rho : tuple of float
        Overlaps of the heads of unrelated tasks.
    """

    tasks: Tasks
    rho: tuple[float, ...]


def predicted(unit: Followed) -> dict[str, np.ndarray]:
    """Follow pairs of the geometry that (T 10) predicts.

    Returns
    -------
    dict
        `s_difference` and `MT` (S_B, rho, r_AB), and `s_alone_best` and `t_alone_best` of the one
        student of task A alone.
    """
    tasks, setting = unit.tasks, unit.tasks.setting
    streams = Streams(setting.seed, tasks.replicate)
    sizes = (setting.N1, setting.N3, np.array([tasks.S_A]), np.array([1.0]))
    u_A, u_B = (T.U_bar[:, 0] for T in make_teacher_pair(*sizes, 0.0, 0.0, streams, centred=True))

    def noisy(S: float, u_bar: np.ndarray, role: str) -> tuple[Spike, NoisyTask]:
        spike = noisy_spike(S, setting.N1, setting.N3, setting.sigma)
        u_hat = tilted(u_bar, spike.u_overlap, streams.rng(role))
        return spike, NoisyTask(spike.s_hat, u_hat, float(np.sqrt(spike.v_overlap)))

    spike_A, task_A = noisy(tasks.S_A, u_A, "noise A")
    main = main_student(task_A, tasks.S_A, u_A, setting)
    effects = []
    for S_B in tasks.S_B:
        spike_B, task_B = noisy(S_B, u_B, "noise B")
        u_hats = (task_A.u_hat, task_B.u_hat)
        pairs = [predicted_pair(spike_A, spike_B, r_AB, *u_hats) for r_AB in tasks.r_AB]
        effects.append(over_overlaps(main, task_B, pairs, unit.rho, setting))
    s_difference, MT = np.stack(effects, axis=1)
    return {
        "s_difference": s_difference,
        "MT": MT,
        "s_alone_best": main.alone.w[0, 0],
        "t_alone_best": main.alone.t[0],
    }


def drawn(unit: Followed) -> dict[str, np.ndarray]:
    """Follow drawn pairs; `s_difference` and `MT` (S_B, r_AB, rho)."""
    tasks, setting = unit.tasks, unit.tasks.setting
    pairs = tasks.draw_pairs()
    main = main_student(pairs[0].modes.A, tasks.S_A, pairs[0].A.U_bar[:, 0], setting)

    def effects(modes: NoisyPair) -> np.ndarray:
        return over_overlaps(main, modes.B, [modes], unit.rho, setting)[:, :, 0]

    both = np.stack([effects(pair.modes) for pair in pairs], axis=1)
    s_difference, MT = both.reshape(2, len(tasks.S_B), len(tasks.r_AB), len(unit.rho))
    return {"s_difference": s_difference, "MT": MT}
