"""Theories of one dataset: the singular values of its student in time."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Literal

import numpy as np
from jaxtyping import Float

from mtlpaper.dynamics.datasets import Replicate
from mtlpaper.gibbs import GaussianField
from mtlpaper.theory import (
    empirical_drive,
    finite_sample_force,
    population_drive,
    population_force,
    rank_one_drive,
    soft_drive,
    solve_flow,
    solve_rank_one,
    training_set_force,
)

Theory = Literal["eq3", "T6", "T7a", "T7b", "flow"]

_DRIVE_POINTS = 2**15  # computed once a dataset, with a discontinuous integrand
_RTOL = 1e-6  # the error of the averages is about 1e-4


@lru_cache(maxsize=8)
def _drive_points(N3: int) -> GaussianField:
    return GaussianField(N3, _DRIVE_POINTS)


def follow_theory(
    theory: Theory, replicate: Replicate, t: Float[np.ndarray, " time"], n_points: int = 0
) -> Float[np.ndarray, "time k"]:
    """Singular values of a dataset's student by a theory.

    Parameters
    ----------
    theory : {"eq3", "T6", "T7a", "T7b", "flow"}
        Eq. (3), for the largest singular value only; the matrix flow with infinite data,
        :eq:`eq-T6`; the finite-sample flow with the drive of soft labels, :eq:`eq-T7a`, or of the
        given labels, :eq:`eq-T7b`; the exact gradient flow of the training set.
    replicate : Replicate
    t : (time,) array
        Increasing times from 0, in units of tau.
    n_points : int
        Sobol points of the averages of the three matrix flows, a power of two.
    """
    return _THEORIES[theory](replicate, t, n_points)


def _eq3(
    replicate: Replicate, t: Float[np.ndarray, " time"], _: int
) -> Float[np.ndarray, "time 1"]:
    """Eq. (3) with the drive of the dataset's label rule."""
    label_rule = replicate.setting.label_rule
    drive = rank_one_drive(replicate.s_hat, replicate.u_hat, label_rule)
    if replicate.teacher.logit_variance > 0:
        # Fresh noise keeps the teacher rank one but lowers its drive, which Eq. (3) leaves out.
        T = population_drive(replicate.teacher, label_rule, _drive_points(replicate.setting.N3))
        drive = float(replicate.u_hat @ T @ replicate.v_hat)
    return solve_rank_one(replicate.setting.s0, replicate.u_hat, drive, t)[:, None]


def _infinite_data(
    replicate: Replicate, t: Float[np.ndarray, " time"], n_points: int
) -> Float[np.ndarray, "time k"]:
    N3, label_rule = replicate.setting.N3, replicate.setting.label_rule
    drive = population_drive(replicate.teacher, label_rule, _drive_points(N3))
    force = population_force(drive, GaussianField(N3, n_points))
    return solve_flow(replicate.student, [force], t, rtol=_RTOL).singular_values()


def _finite_data(
    replicate: Replicate, t: Float[np.ndarray, " time"], n_points: int
) -> Float[np.ndarray, "time k"]:
    teacher, S = replicate.teacher, replicate.S
    field = GaussianField(replicate.setting.N3, n_points)
    drive = soft_drive(teacher.Sigma_hat, field, S=S, logit_variance=teacher.logit_variance)
    force = finite_sample_force(drive, S, field)
    return solve_flow(replicate.student, [force], t, rtol=_RTOL).singular_values()


def _labels_as_drive(
    replicate: Replicate, t: Float[np.ndarray, " time"], n_points: int
) -> Float[np.ndarray, "time k"]:
    field = GaussianField(replicate.setting.N3, n_points)
    force = finite_sample_force(empirical_drive(replicate.Y, replicate.X), replicate.S, field)
    return solve_flow(replicate.student, [force], t, rtol=_RTOL).singular_values()


def _training_set_flow(
    replicate: Replicate, t: Float[np.ndarray, " time"], _: int
) -> Float[np.ndarray, "time k"]:
    force = training_set_force(replicate.X, replicate.Y)
    flow = solve_flow(replicate.student, [force], t, method="DOP853", rtol=1e-10, atol=1e-12)
    return flow.singular_values()


_THEORIES: Mapping[Theory, Callable[[Replicate, np.ndarray, int], np.ndarray]] = {
    "eq3": _eq3,
    "T6": _infinite_data,
    "T7a": _finite_data,
    "T7b": _labels_as_drive,
    "flow": _training_set_flow,
}
