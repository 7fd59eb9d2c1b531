"""Batched gradient descent of linear students on the cross-entropy.

The gradients of a linear student need only its composite weight: with
D = (Y - softmax(W X)) X^T / N they are D W21^T for a head and W32^T D for the trunk. Nothing is
back-propagated through the hidden layer, and all networks of a batch take one step together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from mtlpaper.errors import require
from mtlpaper.students import Student

Dtype = Literal["float64", "float32"]


@dataclass(frozen=True)
class TrainingSet:
    """Training data of one task for every network of a batch.

    Parameters
    ----------
    X : (net, N1, N) array
        Inputs; the first axis may be 1 where all networks share them.
    Y : (net, N3, N) array
        Targets; columns sum to one.
    """

    X: Float[np.ndarray, "net_or_1 N1 N"]
    Y: Float[np.ndarray, "net N3 N"]


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


def _tensor(array: np.ndarray, device: str, dtype: Dtype) -> Tensor:
    return torch.tensor(array, dtype=getattr(torch, dtype), device=device)


def _check(
    students: Sequence[Student], sets: Sequence[TrainingSet], steps: np.ndarray, rate: float
) -> None:
    require(len(students) >= 1, "students", len(students), "at least one network")
    n_tasks = len(students[0].W32)
    require(len(sets) == n_tasks, "sets", len(sets), f"{n_tasks} training sets, one a head")
    for data, W32 in zip(sets, students[0].W32, strict=True):
        nets, sizes = data.Y.shape[0], (students[0].W21.shape[1], W32.shape[0])
        seen = (data.X.shape[1], data.Y.shape[1])
        require(seen == sizes, "sets", seen, f"of (N1, N3) = {sizes} like the students")
        require(nets == len(students), "sets", nets, f"targets for {len(students)} networks")
        require(
            data.X.shape[0] in (1, nets), "sets", data.X.shape, f"inputs for 1 or {nets} networks"
        )
    grows = steps.size >= 1 and steps[0] >= 0 and bool((np.diff(steps) > 0).all())
    require(grows, "steps", steps, "increasing numbers of steps >= 0")
    require(np.isfinite(rate) and rate > 0, "learning_rate", rate, "a finite number > 0")


def _minibatches(
    X: Tensor, Y: Tensor, batch_size: int, generators: Sequence[torch.Generator]
) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches without end; every network reshuffles its own points once an epoch."""
    nets, _, N = Y.shape
    row = torch.arange(nets, device=Y.device)[:, None]
    while True:
        orders = [torch.randperm(N, generator=generator) for generator in generators]
        order = torch.stack(orders).to(Y.device)
        for index in order.split(batch_size, dim=1):
            # Advanced indices around a slice put the point axis before the feature axis.
            x = X.expand(nets, -1, -1)[row, :, index].transpose(1, 2)
            yield x, Y[row, :, index].transpose(1, 2)


def _generators(seed: int, task: int, nets: int) -> list[torch.Generator]:
    """One stream a network and task, so that companions in the batch change nothing.

    Three keys, so that none coincides with a stream of `mtlpaper.randomness.Streams`.
    """
    keys = [np.random.SeedSequence(seed, spawn_key=(task, net, 1)) for net in range(nets)]
    states = [int(key.generate_state(1, np.uint64)[0]) for key in keys]
    return [torch.Generator().manual_seed(state) for state in states]


def _batches(
    data: TrainingSet, batch_size: int, seed: int, task: int, device: str, dtype: Dtype
) -> Iterator[tuple[Tensor, Tensor]]:
    X, Y = _tensor(data.X, device, dtype), _tensor(data.Y, device, dtype)
    if batch_size == 0 or batch_size >= Y.shape[2]:
        while True:
            yield X, Y
    yield from _minibatches(X, Y, batch_size, _generators(seed, task, Y.shape[0]))


def _product(A: Tensor, B: Tensor) -> Tensor:
    """Product of every network's A (net, r, k) with its B (net or 1, k, c).

    Where the networks share B, as they do where they share inputs, all of them make one large
    product, which is several times faster than many small ones.
    """
    if B.shape[0] > 1:
        return A @ B
    return (A.reshape(-1, A.shape[2]) @ B[0]).view(*A.shape[:2], B.shape[2])


def _step(
    W21: Tensor,
    heads: Sequence[Tensor],
    batches: Sequence[tuple[Tensor, Tensor]],
    rates: Sequence[float],
) -> None:
    """One step of gradient descent on every network, in place."""
    trunk = torch.zeros_like(W21)
    changes = []
    for W32, (X, Y), rate in zip(heads, batches, rates, strict=True):
        residual = Y - torch.softmax(_product(W32 @ W21, X), dim=1)
        D = (rate / Y.shape[2]) * _product(residual, X.transpose(1, 2))
        trunk += W32.transpose(1, 2) @ D
        changes.append(D @ W21.transpose(1, 2))
    W21 += trunk
    for W32, change in zip(heads, changes, strict=True):
        W32 += change


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
    W21 = _tensor(np.stack([student.W21 for student in students]), device, dtype)
    stacks = [np.stack(W32) for W32 in zip(*(student.W32 for student in students), strict=True)]
    heads = [_tensor(stack, device, dtype) for stack in stacks]
    streams = [
        _batches(data, batch_size, seed, task, device, dtype) for task, data in enumerate(sets)
    ]
    rates = [learning_rate * alpha for alpha in weights]
    recorded: list[list[np.ndarray]] = [[] for _ in heads]
    taken = 0
    with torch.inference_mode():
        for target in steps:
            while taken < target:
                _step(W21, heads, [next(stream) for stream in streams], rates)
                taken += 1
            for record, W32 in zip(recorded, heads, strict=True):
                record.append((W32 @ W21).cpu().numpy())
    return Trajectory(np.asarray(steps), tuple(np.stack(record) for record in recorded))
