"""Training of linear students, recorded at chosen steps."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from mtlpaper.errors import require
from mtlpaper.students import Student
from mtlpaper.training.linear import LinearDescent
from mtlpaper.training.networks import Dtype
from mtlpaper.training.sets import TrainingSet, own_orders


@dataclass(frozen=True)
class Trajectory:
    """Composite weights recorded along the training of a batch of networks.

    Attributes
    ----------
    steps : (time,) array
        Numbers of steps at which weights were recorded; steps times learning rate are t/tau.
    W : tuple of (time, net, N3, N1) arrays
        Composite weight of every task.
    """

    steps: np.ndarray
    W: tuple[np.ndarray, ...]

    def singular_values(self, task: int = 0) -> Float[np.ndarray, "time net k"]:
        """Singular values of the composite weight, largest first."""
        return np.linalg.svd(self.W[task].astype(np.float64), compute_uv=False)


def train(
    students: Sequence[Student],
    sets: Sequence[TrainingSet],
    steps: np.ndarray,
    *,
    learning_rate: float,
    batch_size: int = 0,
    alphas: Sequence[float] | None = None,
    seed: int = 0,
    device: str = "cpu",
    dtype: Dtype = "float64",
) -> Trajectory:
    """Train a batch of linear students by vanilla SGD or full-batch gradient descent.

    Parameters
    ----------
    students : sequence of Student
        Initial weights, one entry a network, all of the same shapes.
    sets : sequence of TrainingSet
        Training data of every task, in the order of the heads.
    steps : (time,) int array
        Increasing numbers of steps after which the composite weights are recorded.
    learning_rate : float
        1/tau, > 0.
    batch_size : int
        Points in a step, drawn without replacement within an epoch; 0 takes all of them.
    alphas : sequence of float, optional
        Weights of the tasks' losses; all 1 by default.
    seed : int
        Seed of the mini-batches.
    device : str
        "cpu" or "cuda".
    dtype : {"float64", "float32"}
        Precision of weights and data.

    Returns
    -------
    Trajectory

    Raises
    ------
    ValueError
        If shapes, steps, rate or batch size are inadmissible.

    Notes
    -----
    Source: Eq. (1) and section 3 of the paper ("vanilla SGD").
    """
    grows = steps.size >= 1 and steps[0] >= 0 and bool((np.diff(steps) > 0).all())
    require(grows, "steps", steps, "increasing numbers of steps >= 0")
    weights = [1.0] * len(sets) if alphas is None else list(alphas)
    require(len(weights) == len(sets), "alphas", alphas, f"{len(sets)} weights, one a head")
    nets = len(students)
    orders = [own_orders(data.Y.shape[2], nets, seed, task) for task, data in enumerate(sets)]
    with torch.inference_mode():
        descent = LinearDescent.on_sets(
            students,
            sets,
            np.tile(weights, (nets, 1)),
            learning_rate,
            batch_size=batch_size,
            orders=orders,
            device=device,
            dtype=dtype,
        )
        recorded = []
        for n_steps in np.diff(steps, prepend=0):
            for _ in range(n_steps):
                descent.step()
            recorded.append([descent.W(task).cpu().numpy() for task in range(len(sets))])
    return Trajectory(np.asarray(steps), tuple(map(np.stack, zip(*recorded, strict=True))))
