"""The networks of a unit under a theory of their averaged gradient instead of training."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mtlpaper.benefit.data import Data, draw_data, generalisation, targets
from mtlpaper.benefit.descent import find_minima, initial_student, minima_arrays
from mtlpaper.benefit.units import Problem, TheoryUnit
from mtlpaper.errors import require
from mtlpaper.gibbs import GaussianField
from mtlpaper.randomness import haar_frame
from mtlpaper.tasks import Teacher
from mtlpaper.theory import (
    CavityForce,
    Force,
    empirical_drive,
    finite_sample_force,
    population_drive,
    population_force,
    soft_drive,
)
from mtlpaper.training import LinearDescent

_DRIVE_POINTS = 2**15  # computed once a network, with a discontinuous integrand


class _TheoryForce:
    """Force of a theory on one task of every network, as `LinearDescent` takes it (BatchForce)."""

    def __init__(
        self,
        drive: Float[np.ndarray, "net N3 N1"],
        alpha: Float[np.ndarray, " net"],
        theory: Callable[[np.ndarray], Force],
    ) -> None:
        self._drive, self._alpha, self._theory = drive, alpha, theory

    def __call__(self, W: Float[Tensor, "net N3 N1"]) -> Float[Tensor, "net N3 N1"]:
        D = np.zeros(self._drive.shape)
        on = self._alpha != 0
        force = self._theory(self._drive[on])
        if on.any():
            D[on] = self._alpha[on, None, None] * force(W.double().cpu().numpy()[on])
        return torch.from_numpy(D).to(W)

    def keep(self, chosen: Bool[np.ndarray, " net"]) -> None:
        self._drive, self._alpha = self._drive[chosen], self._alpha[chosen]


class _WeightedCavityForce:
    """Loss weights times a cavity force (BatchForce)."""

    def __init__(self, force: CavityForce, alpha: Float[np.ndarray, " net"]) -> None:
        self._force, self._alpha = force, alpha

    def __call__(self, W: Float[Tensor, "net N3 N1"]) -> Float[Tensor, "net N3 N1"]:
        D = self._force(W.double().cpu().numpy())
        return torch.from_numpy(self._alpha[:, None, None] * D).to(W)

    def keep(self, chosen: Bool[np.ndarray, " net"]) -> None:
        self._force.keep(chosen)
        self._alpha = self._alpha[chosen]


def theory_unit(unit: TheoryUnit) -> dict[str, np.ndarray]:
    """Minima of the students of a unit under a theory, as `linear_unit` returns those of training.

    There are no validation rules: with infinite data the loss on noisy labels has no minimum. The
    steps are those of the training, so that theory and training differ in the force only.

    Notes
    -----
    Source: for `finite` data :eq:`eq-T7b` with argmax and sampled labels and :eq:`eq-T7a` with soft
    ones; for `cavity` :eq:`eq-T7e`; for `infinite` data :eq:`eq-T6`.

    Raises
    ------
    ValueError
        If labels are soft with `cavity`.
    """
    base, training = replace(unit.unit, biases=False), unit.unit.training
    data = draw_data(base.problem, base.alpha_B)
    forces: list[_WeightedCavityForce] | list[_TheoryForce]
    if unit.data == "cavity":
        forces = _cavity(data, base.problem, unit.n_points)
    else:
        forces_of = _finite if unit.data == "finite" else _infinite
        forces = forces_of(data, base.problem, GaussianField(base.problem.N3, unit.n_points))
    descent = LinearDescent(
        [initial_student(base, data)] * len(data.alphas),
        forces,
        training.learning_rate,
        device=training.device,
        dtype=training.dtype,
    )
    test = generalisation(data, base.problem, training)
    minima = find_minima(descent, lambda: test(descent), None, training)
    return minima_arrays(minima, curves=training.curves)


def _finite(data: Data, problem: Problem, field: GaussianField) -> list[_TheoryForce]:
    teachers = ((data.A,) * len(data.B), data.B)
    forces = []
    for part, alpha, given in zip(data.sets, data.alphas.T, teachers, strict=True):
        X = part.X[0]
        S = X @ X.T / X.shape[1]
        if problem.label_rule == "soft" and problem.noisy_train == 1:
            fine = GaussianField(field.N3, _DRIVE_POINTS)
            drive = np.stack(
                [soft_drive(T.Sigma_hat, fine, S=S, logit_variance=T.logit_variance) for T in given]
            )
        else:
            drive = np.stack([empirical_drive(Y, X) for Y in part.Y])
        forces.append(_TheoryForce(drive, alpha, partial(finite_sample_force, S=S, field=field)))
    return forces


def _cavity(data: Data, problem: Problem, n_points: int) -> list[_WeightedCavityForce]:
    """The fresh inputs are the same in all units, so that their error cancels from differences."""
    rule = problem.label_rule
    require(rule != "soft", "label_rule", rule, "'argmax' or 'sample' with the cavity theory")
    fresh = np.sqrt(n_points) * haar_frame(n_points, problem.N1, np.random.default_rng(0)).T
    teachers = ((data.A,) * len(data.B), data.B)
    forces = []
    for task, (part, alpha, given) in enumerate(
        zip(data.sets, data.alphas.T, teachers, strict=True)
    ):
        X = part.X[0]
        force = CavityForce(
            np.stack([empirical_drive(Y, X) for Y in part.Y]),
            X @ X.T / X.shape[1],
            np.stack([T.Sigma_hat for T in given]),
            fresh,
            np.stack([targets(problem, T, fresh, np.random.default_rng(1 + task)) for T in given]),
        )
        forces.append(_WeightedCavityForce(force, alpha))
    return forces


def _infinite(data: Data, problem: Problem, field: GaussianField) -> list[_TheoryForce]:
    fine = GaussianField(field.N3, _DRIVE_POINTS)

    def drive_of(teacher: Teacher) -> np.ndarray:
        return population_drive(teacher, problem.label_rule, fine, problem.noisy_train)

    A = drive_of(data.A)
    drives = (np.broadcast_to(A, (len(data.B), *A.shape)), np.stack([*map(drive_of, data.B)]))
    theory = partial(population_force, field=field)
    return [
        _TheoryForce(drive, alpha, theory)
        for drive, alpha in zip(drives, data.alphas.T, strict=True)
    ]
