"""Units of students: all datasets of one setting, trained as one batch and followed by theories."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from mtlpaper.dynamics.datasets import Replicate, Setting, draw_replicates
from mtlpaper.dynamics.theories import Theory, follow_theory
from mtlpaper.training import Dtype, TrainingSet, train

Curve = Literal["sgd"] | Theory


@dataclass(frozen=True)
class SGD:
    """Vanilla stochastic gradient descent, or gradient descent on all points.

    Attributes
    ----------
    learning_rate : float
        1/tau.
    device : {"cpu", "cuda"}
    dtype : {"float64", "float32"}
    batch_size : int
        Points in a step; 0 takes all.
    """

    learning_rate: float
    device: str
    dtype: Dtype
    batch_size: int = 0


@dataclass(frozen=True)
class Curves:
    """A unit: curves of the largest singular value of the students of one setting.

    Attributes
    ----------
    setting : Setting
    seed, n_seeds : int
        Seed of all randomness, and number of datasets.
    curves : tuple of {"sgd", "eq3", "T6", "T7a", "T7b", "flow"}
        What to compute: training (`sgd`) and theories, see `follow_theory`.
    t : tuple of float
        Increasing times from 0, in units of tau; multiples of the learning rate.
    descent : SGD, optional
        How the students are trained; needed for the curve `sgd`.
    n_points : int
        Sobol points of the averages in the theories, a power of two; 0 if none needs them.
    """

    setting: Setting
    seed: int
    n_seeds: int
    curves: tuple[Curve, ...]
    t: tuple[float, ...]
    descent: SGD | None = None
    n_points: int = 0


@dataclass(frozen=True)
class Modes:
    """A unit: several singular values of the students and of their teachers.

    Attributes
    ----------
    students : Curves
    n_modes : int
        Length of the last axis of the results; filled with NaN where there are fewer classes.
    """

    students: Curves
    n_modes: int


def curves(unit: Curves) -> dict[str, np.ndarray]:
    """Largest singular values in time.

    Returns
    -------
    dict
        `s` (curve, seed, time); for every curve `s_<curve>` (seed, time) and its value at the last
        time `s_<curve>_end` (seed,); and `s_hat` (seed,) of the noisy teachers.
    """
    replicates = draw_replicates(unit.setting, unit.seed, unit.n_seeds)
    found = {curve: _singular_values(unit, curve, replicates)[:, :, 0] for curve in unit.curves}
    return {
        "s": np.stack(list(found.values())),
        **{f"s_{curve}": s for curve, s in found.items()},
        **{f"s_{curve}_end": s[:, -1] for curve, s in found.items()},
        "s_hat": np.array([replicate.s_hat for replicate in replicates]),
    }


def modes(unit: Modes) -> dict[str, np.ndarray]:
    """Leading singular values in time.

    Returns
    -------
    dict
        By curve as `S_<curve>` (seed, time, mode), and `S_hat` (seed, mode) of the noisy teachers.
    """
    students = unit.students
    replicates = draw_replicates(students.setting, students.seed, students.n_seeds)
    found = {
        f"S_{curve}": _singular_values(students, curve, replicates) for curve in students.curves
    }
    teachers = np.stack([replicate.teacher.Sigma_hat for replicate in replicates])
    found["S_hat"] = np.linalg.svd(teachers, compute_uv=False)
    return {name: _padded(S, unit.n_modes, students.setting.N3) for name, S in found.items()}


def _singular_values(
    unit: Curves, curve: Curve, replicates: Sequence[Replicate]
) -> Float[np.ndarray, "seed time k"]:
    t = np.array(unit.t)
    if curve != "sgd":
        return np.stack([follow_theory(curve, one, t, unit.n_points) for one in replicates])
    if unit.descent is None:
        raise ValueError("`descent` must be an `SGD` for the curve 'sgd', got None")
    return _trained(replicates, t, unit.descent, unit.seed)


def _trained(
    replicates: Sequence[Replicate], t: Float[np.ndarray, " time"], descent: SGD, seed: int
) -> Float[np.ndarray, "seed time k"]:
    """Train the students of all datasets as one batch."""
    X, Y = (np.stack([getattr(one, name) for one in replicates]) for name in ("X", "Y"))
    trajectory = train(
        [replicate.student for replicate in replicates],
        [TrainingSet(X, Y)],
        np.round(t / descent.learning_rate).astype(int),
        learning_rate=descent.learning_rate,
        batch_size=descent.batch_size,
        seed=seed,
        device=descent.device,
        dtype=descent.dtype,
    )
    return trajectory.singular_values().swapaxes(0, 1)


def _padded(S: Float[np.ndarray, "*axes k"], n_modes: int, N3: int) -> np.ndarray:
    """First `n_modes` singular values along the last axis, NaN where there are no more than N3."""
    k = min(n_modes, N3)
    out = np.full((*S.shape[:-1], n_modes), np.nan)
    out[..., :k] = S[..., :k]
    return out
