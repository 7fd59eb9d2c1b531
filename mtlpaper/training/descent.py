"""Batched gradient descent of linear students, recorded at chosen steps."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from mtlpaper.errors import require
from mtlpaper.students import Student
from mtlpaper.training.networks import Dtype, LinearNetworks
from mtlpaper.training.sets import (
    FullBatch,
    TrainingSet,
    minibatches,
    require_rate,
    require_sets,
    residual_gradient,
)

#: A task's loss weight times D at its composite weights (net, N3, N1).
Gradient = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Trajectory:
    """Composite weights recorded along the training of a batch of networks.

    Attributes
    ----------
    steps : (time,) array
        Steps taken when the weights were recorded; times learning rate it is t/tau.
    W : tuple of (time, net, N3, N1) arrays
        Composite weight of every task.
    """

    steps: np.ndarray
    W: tuple[np.ndarray, ...]

    def singular_values(self, task: int = 0) -> Float[np.ndarray, "time net k"]:
        """Singular values of the composite weight, largest first."""
        return np.linalg.svd(self.W[task].astype(np.float64), compute_uv=False)


def _check(
    students: Sequence[Student], sets: Sequence[TrainingSet], steps: np.ndarray, rate: float
) -> None:
    require(len(students) >= 1, "students", len(students), "at least one network")
    N1 = students[0].W21.shape[1]
    require_sets(sets, [(N1, W32.shape[0]) for W32 in students[0].W32], len(students))
    grows = steps.size >= 1 and steps[0] >= 0 and bool((np.diff(steps) > 0).all())
    require(grows, "steps", steps, "increasing numbers of steps >= 0")
    require_rate(rate)


def _generators(seed: int, task: int, nets: int) -> list[torch.Generator]:
    """One stream a network and task, so that companions in the batch change nothing.

    Three keys, so that none coincides with a stream of `mtlpaper.randomness.Streams`.
    """
    keys = [np.random.SeedSequence(seed, spawn_key=(task, net, 1)) for net in range(nets)]
    states = [int(key.generate_state(1, np.uint64)[0]) for key in keys]
    return [torch.Generator().manual_seed(state) for state in states]


def _mini_batch(
    data: TrainingSet, alpha: float, batch_size: int, generators: list[torch.Generator]
) -> Gradient:
    batches: Iterator[tuple[Tensor, Tensor]] | None = None

    def gradient(W: Tensor) -> Tensor:
        nonlocal batches
        if batches is None:
            batches = minibatches(data, batch_size, generators, like=W)
        return alpha * residual_gradient(W, *next(batches))

    return gradient


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
        Points a step, drawn without replacement within an epoch; 0 takes all (gradient descent).
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
    _check(students, sets, steps, learning_rate)
    require(batch_size >= 0, "batch_size", batch_size, "an integer >= 0")
    weights = [1.0] * len(sets) if alphas is None else list(alphas)
    require(len(weights) == len(sets), "alphas", alphas, f"{len(sets)} weights, one a head")
    nets = len(students)

    def gradient(task: int) -> Gradient:
        data, alpha = sets[task], weights[task]
        if batch_size == 0 or batch_size >= data.Y.shape[2]:
            return FullBatch(data, np.full(nets, alpha), device, dtype)
        return _mini_batch(data, alpha, batch_size, _generators(seed, task, nets))

    with torch.inference_mode():
        networks = LinearNetworks(students, device, dtype)
        gradients = [gradient(task) for task in range(len(sets))]
        recorded = list(_records(networks, gradients, steps, learning_rate))
    W = np.stack(recorded)
    return Trajectory(np.asarray(steps), tuple(W[:, :, rows] for rows in networks.rows))


def _records(
    networks: LinearNetworks, gradients: Sequence[Gradient], steps: np.ndarray, rate: float
) -> Iterator[np.ndarray]:
    """Composite weights (net, classes, N1) after each of the numbers of steps."""
    taken = 0
    for target in steps:
        while taken < target:
            networks.add(slope(networks, gradients), rate)
            taken += 1
        yield networks.W().cpu().numpy()


def slope(networks: LinearNetworks, gradients: Sequence[Gradient]) -> Tensor:
    """Negative gradient of the summed losses on the composite weights, (net, classes, N1)."""
    W = networks.W()
    parts = [gradient(W[:, rows]) for gradient, rows in zip(gradients, networks.rows, strict=True)]
    return torch.cat(parts, dim=1)
