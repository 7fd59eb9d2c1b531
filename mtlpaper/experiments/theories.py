"""Theory trajectories of one dataset; each function is one job for a worker process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from mtlpaper.experiments.replicates import Replicate
from mtlpaper.gibbs import GaussianField
from mtlpaper.sweeps import map_parallel
from mtlpaper.theory import (
    empirical_drive,
    finite_sample_force,
    population_drive,
    population_force,
    rank_one_drive,
    soft_drive,
    solve_flow,
    solve_rank_one,
)

_DRIVE_POINTS = 2**15  # the drive is computed once a dataset and its integrand jumps
_RTOL = 1e-6  # the averages are good to about 1e-4; a tighter integrator would resolve their noise


@lru_cache(maxsize=8)
def _points(N3: int) -> GaussianField:
    return GaussianField(N3, _DRIVE_POINTS)


@dataclass(frozen=True)
class Job:
    """A dataset, the times at which its theory is wanted, and the Sobol points of its averages."""

    replicate: Replicate
    t: Float[np.ndarray, " time"]
    n_points: int = 0  # for theories that take no such average

    @property
    def field(self) -> GaussianField:
        """Points for the student's averages."""
        return GaussianField(self.replicate.setting.N3, self.n_points)


def solve_cells(
    solver: Callable[[Job], np.ndarray],
    cells: Sequence[Sequence[Replicate]],
    t: Float[np.ndarray, " time"],
    n_points: int,
) -> list[np.ndarray]:
    """Solve a theory for all datasets of all cells, on the run's workers together.

    Parameters
    ----------
    solver : callable
        One of the functions below.
    cells : sequence of sequences of Replicate
    t : (time,) array
        Times in units of tau.
    n_points : int
        Sobol points of the averages.

    Returns
    -------
    list of (seed, time, …) arrays, one a cell
    """
    jobs = [Job(replicate, t, n_points) for cell in cells for replicate in cell]
    solved = iter(map_parallel(solver, jobs))
    return [np.stack([next(solved) for _ in cell]) for cell in cells]


def eq3_cells(
    cells: Sequence[Sequence[Replicate]], t: Float[np.ndarray, " time"]
) -> list[np.ndarray]:
    """Eq. (3) for all datasets of all cells, (seed, time) each; too quick for worker processes."""
    return [np.stack([eq3(Job(replicate, t)) for replicate in cell]) for cell in cells]


def eq3(job: Job) -> Float[np.ndarray, " time"]:
    """Largest singular value by Eq. (3), with the drive of the dataset's label rule."""
    replicate = job.replicate
    label_rule = replicate.setting.label_rule
    drive = rank_one_drive(replicate.s_hat, replicate.u_hat, label_rule)
    if replicate.teacher.logit_variance > 0:
        # Fresh noise keeps the teacher rank one but lowers its drive, which Eq. (3) leaves out.
        T = population_drive(replicate.teacher, label_rule, _points(replicate.setting.N3))
        drive = float(replicate.u_hat @ T @ replicate.v_hat)
    return solve_rank_one(replicate.setting.s0, replicate.u_hat, drive, job.t)


def infinite_data(job: Job) -> Float[np.ndarray, "time k"]:
    """Singular values by the matrix flow with infinite data, :eq:`eq-T6`."""
    replicate = job.replicate
    points = _points(replicate.setting.N3)
    drive = population_drive(replicate.teacher, replicate.setting.label_rule, points)
    force = population_force(drive, job.field)
    return solve_flow(replicate.student, [force], job.t, rtol=_RTOL).singular_values()


def finite_data(job: Job) -> Float[np.ndarray, "time k"]:
    """Singular values by the finite-sample flow for soft labels, :eq:`eq-T7a`."""
    replicate, field = job.replicate, job.field
    teacher, S = replicate.teacher, replicate.S
    drive = soft_drive(teacher.Sigma_hat, field, S=S, logit_variance=teacher.logit_variance)
    force = finite_sample_force(drive, S, field)
    return solve_flow(replicate.student, [force], job.t, rtol=_RTOL).singular_values()


def labels_as_drive(job: Job) -> Float[np.ndarray, "time k"]:
    """Singular values by the finite-sample flow driven by the labels themselves, :eq:`eq-T7b`."""
    replicate = job.replicate
    drive = empirical_drive(replicate.Y, replicate.X)
    force = finite_sample_force(drive, replicate.S, job.field)
    return solve_flow(replicate.student, [force], job.t, rtol=_RTOL).singular_values()
