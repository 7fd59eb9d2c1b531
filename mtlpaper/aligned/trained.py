"""The plane flow against trained networks: singular values of task A in time."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mtlpaper.aligned.flows import aligned_task
from mtlpaper.aligned.pairs import AlignedSetting, Pair, draw_batch, draw_pair, train_together
from mtlpaper.dynamics import SGD
from mtlpaper.theory import eq3_path, solve_aligned_pair


@dataclass(frozen=True)
class TrainedPairs:
    """A unit: a drawn main task, trained together with several auxiliary tasks.

    Attributes
    ----------
    setting : AlignedSetting
    replicate : int
        Number of the dataset.
    S_A : float
        Singular value of the main task's teacher.
    auxiliary : tuple of (S_B, r_AB)
        The auxiliary tasks, one for each network.
    n_train : int
        Training points of each task.
    descent : mtlpaper.dynamics.students.SGD
    t : tuple of float
        Increasing times from 0, in units of tau; multiples of the learning rate.
    """

    setting: AlignedSetting
    replicate: int
    S_A: float
    auxiliary: tuple[tuple[float, float], ...]
    n_train: int
    descent: SGD
    t: tuple[float, ...]


def trained(unit: TrainedPairs) -> dict[str, np.ndarray]:
    """Train the pairs on the same points, and solve their plane flow.

    Returns
    -------
    dict
        Largest singular values of task A: `s_trained` and `s_plane` (auxiliary, time), and
        `s_alone` (time,) by Eq. (3).
    """
    setting, t = unit.setting, np.array(unit.t)
    pairs = [draw_pair(setting, unit.S_A, *task, unit.replicate) for task in unit.auxiliary]
    batch = draw_batch(setting, pairs, unit.n_train, unit.replicate)
    steps = np.round(t / unit.descent.learning_rate).astype(int)
    weights = train_together(batch, steps, unit.descent)
    alone = eq3_path(aligned_task(pairs[0].modes.A, setting), setting.s0)
    return {
        "s_trained": np.linalg.svd(weights, compute_uv=False)[..., 0].T,
        "s_plane": np.stack([plane_curve(setting, pair, t) for pair in pairs]),
        "s_alone": alone(t)[:, 0, 0],
    }


def plane_curve(
    setting: AlignedSetting, pair: Pair, t: Float[np.ndarray, " time"]
) -> Float[np.ndarray, " time"]:
    """Singular value of task A by the plane flow of a pair that starts aligned."""
    A, B = (aligned_task(task, setting) for task in (pair.modes.A, pair.modes.B))
    r_hat = np.array([pair.modes.r_hat])
    flow = solve_aligned_pair(A, B, r_hat, r_hat, setting.s0, float(t[-1]))
    return np.asarray(np.linalg.norm(flow.w(t)[:, 0], axis=-1))
