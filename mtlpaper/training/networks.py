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
    are D times the transposed trunk for a head and, for a layer of the trunk, D between the
    transposed layers above and below it. A step needs no backpropagation: each update is one
    batched product, added in place.

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
        # The last unit of a biased student's hidden layers is held at 1: its weights stay.
        self._trained = students[0].W21.shape[0] - students[0].biased
        layers = zip(*((s.W21, *s.further) for s in students), strict=True)
        self.trunk = [tensor(np.stack(layer), device, dtype) for layer in layers]
        self.heads = tensor(np.stack([np.concatenate(s.W32) for s in students]), device, dtype)

    def __len__(self) -> int:
        return len(self.heads)

    def W(self) -> Float[Tensor, "net classes N1"]:
        """Composite weights, the tasks' rows below each other."""
        return torch.bmm(self._above()[0], self.trunk[0])

    def _above(self) -> list[Float[Tensor, "net classes N2"]]:
        """Product of the heads and of all trunk layers above each trunk layer."""
        products = [self.heads]
        for W in reversed(self.trunk[1:]):
            products.insert(0, torch.bmm(products[0], W))
        return products

    def add(self, D: Float[Tensor, "net classes N1"], learning_rate: float) -> None:
        """Take one step along D, the negative gradient on the composite weights, in place."""
        above = self._above()
        above[-1] = self.heads.clone()  # the step of the trunk uses the heads before the step
        for W, heads in zip(self.trunk, above, strict=True):
            before, below = D, W.transpose(1, 2)
            if W is self.trunk[-1]:
                self.heads.baddbmm_(D, below, alpha=learning_rate)
            else:
                D = torch.bmm(D, below)  # on the composite weights of the layers above
            trained, used = W[:, : self._trained], heads[:, :, : self._trained]
            trained.baddbmm_(used.transpose(1, 2), before, alpha=learning_rate)

    def keep(self, chosen: Bool[np.ndarray, " net"]) -> None:
        """Go on with some of the networks only."""
        index = torch.from_numpy(np.flatnonzero(chosen)).to(self.heads.device)
        self.trunk, self.heads = [W[index] for W in self.trunk], self.heads[index]
