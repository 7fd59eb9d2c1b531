"""The finite-sample theory of linear students on real data, by the data's own moments.

For the theory a training set is the second moment of its inputs and their correlation with the
labels. Teachers and Gaussian inputs are not needed, but the logits of training points are taken to
be Gaussian.
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mtlpaper.errors import require
from mtlpaper.gibbs import GaussianField
from mtlpaper.methods.real import N3, RealUnit, linear_student, minima_of, real_data
from mtlpaper.theory import empirical_drive
from mtlpaper.training import LinearDescent, TrainingSet


@dataclass(frozen=True)
class RealTheory:
    """Linear students of a unit under the finite-sample theory.

    Attributes
    ----------
    unit : RealUnit
    n_points : int
        Sobol points of the averages over logits, a power of two.

    Raises
    ------
    ValueError
        If the students are not linear.
    """

    unit: RealUnit
    n_points: int

    def __post_init__(self) -> None:
        require(self.unit.depth == 0, "depth", self.unit.depth, "0, a linear student")


def real_theory(unit: RealTheory) -> dict[str, np.ndarray]:
    """Minima of the students under the theory, as `mtlpaper.methods.real.real_unit` gives them.

    Starts, steps and the images held back are those of the training: the force alone differs.

    Notes
    -----
    Source: :eq:`eq-T7b`.
    """
    base, training = unit.unit, unit.unit.training
    data = real_data(base)
    field = GaussianField(N3, unit.n_points)
    descent = LinearDescent(
        [linear_student(base)] * len(data.alphas),
        [_Force(task, alpha, field) for task, alpha in zip(data.sets, data.alphas.T, strict=True)],
        training.learning_rate,
        device=training.device,
        dtype=training.dtype,
    )
    return minima_of(base, data, [descent])


class _Force:
    """Loss weights times T - G(W S W^T) W S of one task of every network (BatchForce)."""

    def __init__(
        self, task: TrainingSet, alpha: Float[np.ndarray, " net"], field: GaussianField
    ) -> None:
        S = [X @ X.T / X.shape[1] for X in task.X]
        self._S = np.broadcast_to(S, (len(alpha), *S[0].shape))
        X = np.broadcast_to(task.X, (len(alpha), *task.X.shape[1:]))
        self._drive = np.stack([empirical_drive(*one) for one in zip(task.Y, X, strict=True)])
        self._alpha, self._field = alpha, field

    def __call__(self, W: Float[Tensor, "net N3 N1"]) -> Float[Tensor, "net N3 N1"]:
        w = W.double().cpu().numpy()
        WS = w @ self._S
        D = self._drive - self._field.G(WS @ w.swapaxes(1, 2)) @ WS
        return torch.from_numpy(self._alpha[:, None, None] * D).to(W)

    def keep(self, chosen: Bool[np.ndarray, " net"]) -> None:
        for name in ("_S", "_drive", "_alpha"):
            setattr(self, name, getattr(self, name)[chosen])
