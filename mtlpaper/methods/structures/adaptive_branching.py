"""Adaptive branching: tasks learned apart come together where they resemble each other.

Both tasks are first learned apart. Where the affinity of their outputs on fresh inputs exceeds a
half, a trunk that they share is trained instead.

Notes
-----
Lu, Kumar, Zhai, Cheng, Javidi & Feris (2017), "Fully-adaptive feature sharing in multi-task
networks", CVPR, begin with a shared trunk and split it by how often two tasks' errors coincide,
which takes labels of both tasks on the same inputs. Ours begins apart; its affinity takes no
labels, like the one of Vandenhende et al. (2020), "Branched multi-task networks", BMVC. It costs
two trainings where the other structures cost one.
"""

from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from mtlpaper.methods.structure import Sizes, Structure, TwoTasks
from mtlpaper.methods.structures import hard
from mtlpaper.methods.structures.soft import soft

THRESHOLD = 0.5


def affinity(
    W: Float[Tensor, "net task N3 N1"], X: Float[Tensor, "N1 points"]
) -> Float[Tensor, " net"]:
    """Similarity of the two tasks' outputs, in [0, 1]; 0 where a task has no output.

    The centred kernel alignment |Z_A Z_B^T|² / (|Z_A Z_A^T| |Z_B Z_B^T|) of the outputs Z_k, from
    which their means over the points are taken, :eq:`eq-M19`. It does not depend on the order of
    classes. For two teachers of equal singular values it is about r_AB² with many Gaussian inputs.
    """
    Z = W @ (X - X.mean(dim=1, keepdim=True))

    def product(first: int, second: int) -> Tensor:
        return torch.linalg.matrix_norm(Z[:, first] @ Z[:, second].transpose(1, 2))

    return (product(0, 1) ** 2 / (product(0, 0) * product(1, 1))).nan_to_num(0.0)


@dataclass(frozen=True)
class _Branching(Structure):
    """Independent tasks at first."""

    def fit(
        self, tasks: TwoTasks, strength: np.ndarray, sizes: Sizes, rng: np.random.Generator
    ) -> Tensor:
        apart = super().fit(tasks, strength, sizes, deepcopy(rng))
        together = hard.STRUCTURE.fit(tasks, strength, sizes, rng)
        shared = affinity(apart, torch.tensor(tasks.fresh)) > THRESHOLD
        return torch.where(shared[:, None, None, None], together, apart)

    def trained(self) -> tuple[Structure, ...]:
        return self, hard.STRUCTURE


_APART = soft(0.0)
STRUCTURE = _Branching(_APART.start, _APART.maps, _APART.penalty)
