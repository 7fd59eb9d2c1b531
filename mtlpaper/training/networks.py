"""Weights of a batch of linear students with a shared trunk and one head for each task."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mtlpaper.errors import require
from mtlpaper.students import Student

Dtype = Literal["float64", "float32"]


def tensor(array: np.ndarray, device: str, dtype: Dtype) -> Tensor:
    """Copy an array to a device with a given precision."""
    return torch.tensor(array, dtype=getattr(torch, dtype), device=device)


class LinearNetworks:
    """Weights of a batch of linear students; the heads of all tasks are stacked class by class.

    The gradients of a linear student need only its composite weight: with D = (Y - p) X^T / N they
    are D W21^T for a head and W32^T D for the trunk. A step needs no backpropagation: each of the
    two updates is one batched product, added in place.

    Parameters
    ----------
    students : sequence of Student
        Initial weights, one entry a network, all of the same shapes.
    device : str
        "cpu" or "cuda".
    dtype : {"float64", "float32"}

    Raises
    ------
    ValueError
        If there is no student.
    """

    def __init__(self, students: Sequence[Student], device: str, dtype: Dtype) -> None:
        require(len(students) >= 1, "students", len(students), "at least one network")
        ends = np.cumsum([0, *(W32.shape[0] for W32 in students[0].W32)])
        #: Rows of the stacked heads that belong to each task.
        self.rows = [slice(int(a), int(b)) for a, b in pairwise(ends)]
        # The last hidden unit of a biased student is held at 1: its weights stay.
        self._trained = students[0].W21.shape[0] - students[0].biased
        self.W21 = tensor(np.stack([s.W21 for s in students]), device, dtype)
        self.W32 = tensor(np.stack([np.concatenate(s.W32) for s in students]), device, dtype)

    def __len__(self) -> int:
        return self.W21.shape[0]

    def W(self) -> Float[Tensor, "net classes N1"]:
        """Composite weights, the tasks' rows below each other."""
        return torch.bmm(self.W32, self.W21)

    def add(self, D: Float[Tensor, "net classes N1"], learning_rate: float) -> None:
        """Take one step along D, the negative gradient on the composite weights, in place."""
        before = self.W32.clone()  # the step of the trunk uses the heads before the step
        self.W32.baddbmm_(D, self.W21.transpose(1, 2), alpha=learning_rate)
        trunk, heads = self.W21[:, : self._trained], before[:, :, : self._trained]
        trunk.baddbmm_(heads.transpose(1, 2), D, alpha=learning_rate)

    def keep(self, chosen: Bool[np.ndarray, " net"]) -> None:
        """Go on with some of the networks only."""
        index = torch.from_numpy(np.flatnonzero(chosen)).to(self.W21.device)
        self.W21, self.W32 = self.W21[index], self.W32[index]
