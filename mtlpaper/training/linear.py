"""Gradient descent of a batch of linear students."""

from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mtlpaper.errors import require
from mtlpaper.students import Student
from mtlpaper.training.networks import Dtype, LinearNetworks
from mtlpaper.training.sets import (
    FullBatch,
    MiniBatch,
    TrainingSet,
    require_alphas,
    require_rate,
    require_sets,
)


@runtime_checkable
class BatchForce(Protocol):
    """Loss weight times D of one task, for every network that is still trained."""

    def __call__(self, W: Float[Tensor, "net N3 N1"]) -> Float[Tensor, "net N3 N1"]:
        """Force at the composite weights of the task."""

    def keep(self, chosen: Bool[np.ndarray, " net"]) -> None:
        """Go on with some of the networks only."""


class LinearDescent:
    """A batch of linear students and the forces on them, one a task.

    Parameters
    ----------
    students : sequence of Student
        Initial weights, one entry a network.
    forces : sequence of BatchForce
        One a head; `LinearDescent.on_sets` makes them from training sets.
    learning_rate : float
        1/tau.
    turns : sequence of int
        How often each task updates its head and the trunk within a step, one task after the other
        (alternating updates); empty sums the tasks' gradients and updates once.
    device, dtype
        As for `train`.
    """

    def __init__(
        self,
        students: Sequence[Student],
        forces: Sequence[BatchForce],
        learning_rate: float,
        *,
        turns: Sequence[int] = (),
        device: str = "cpu",
        dtype: Dtype = "float64",
    ) -> None:
        require_rate(learning_rate)
        one_each = len(turns) in (0, len(forces)) and all(n >= 1 for n in turns)
        require(one_each, "turns", turns, f"empty or {len(forces)} integers >= 1, one a task")
        self.learning_rate = learning_rate
        self._networks = LinearNetworks(students, device, dtype)
        self._forces = tuple(forces)
        self._turns = tuple(turns)
        self._W = self._networks.W()

    @classmethod
    def on_sets(
        cls,
        students: Sequence[Student],
        sets: Sequence[TrainingSet],
        alphas: Float[np.ndarray, "net task"],
        learning_rate: float,
        *,
        batch_size: int = 0,
        orders: Sequence[Iterator[Int[np.ndarray, "net_or_1 N"]]] = (),
        turns: Sequence[int] = (),
        device: str = "cpu",
        dtype: Dtype = "float64",
    ) -> "LinearDescent":
        """Gradient descent on training sets, over all points at once or by mini-batches.

        Parameters
        ----------
        students, learning_rate, device, dtype
            As for the class.
        sets : sequence of TrainingSet
            One a head.
        alphas : (net, task) array
            Weight of each task's loss in each network; with 0 a network ignores the task, so that
            single-task and multitask networks descend in one batch.
        batch_size : int
            Points of each task in a step; 0, or no fewer than there are, takes all.
        orders : sequence of iterators
            Order of each task's points in every epoch, see `MiniBatch`; for mini-batches only.
        turns : sequence of int
            As for the class.

        Raises
        ------
        ValueError
            If the shapes do not fit, or the batch size is negative.
        """
        require(len(students) >= 1, "students", len(students), "at least one network")
        require_alphas(alphas, len(students), len(sets))
        N1 = students[0].W21.shape[1]
        require_sets(sets, [(N1, W32.shape[0]) for W32 in students[0].W32], len(students))
        require(batch_size >= 0, "batch_size", batch_size, "an integer >= 0")

        def force(task: int) -> BatchForce:
            data, alpha = sets[task], alphas[:, task]
            if batch_size == 0 or batch_size >= data.Y.shape[2]:
                return FullBatch(data, alpha, device, dtype)
            return MiniBatch(data, alpha, batch_size, orders[task], device, dtype)

        forces = [force(task) for task in range(len(sets))]
        return cls(students, forces, learning_rate, turns=turns, device=device, dtype=dtype)

    def __len__(self) -> int:
        return len(self._networks)

    def W(self, task: int = 0) -> Float[Tensor, "net N3 N1"]:
        """Composite weights of one task."""
        return self._W[:, self._networks.rows[task]]

    def logits(
        self, X: Float[Tensor, "N1 points"], task: int = 0
    ) -> Float[Tensor, "net N3 points"]:
        """Outputs of one task on inputs that all networks share, without the one held at 1."""
        W, bias = self.W(task).split_with_sizes([X.shape[0], self._W.shape[2] - X.shape[0]], dim=2)
        z = (W.reshape(-1, W.shape[2]) @ X).view(*W.shape[:2], X.shape[1])
        return z.add_(bias) if bias.shape[2] else z

    def step(self) -> None:
        """Take one step of every network."""
        parts = list(zip(self._forces, self._networks.rows, strict=True))
        if not self._turns:
            self._add(torch.cat([force(self._W[:, rows]) for force, rows in parts], dim=1))
        for (force, rows), turns in zip(parts, self._turns, strict=False):
            for _ in range(turns):
                D = torch.zeros_like(self._W)
                D[:, rows] = force(self._W[:, rows])
                self._add(D)

    def _add(self, D: Float[Tensor, "net classes N1"]) -> None:
        self._networks.add(D, self.learning_rate)
        self._W = self._networks.W()

    def keep(self, chosen: Bool[np.ndarray, " net"]) -> None:
        """Go on with some of the networks only."""
        self._networks.keep(chosen)
        for force in self._forces:
            force.keep(chosen)
        self._W = self._networks.W()
