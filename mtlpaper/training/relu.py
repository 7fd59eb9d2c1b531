"""Deep ReLU students with a shared trunk and one linear head a task, a batch of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mtlpaper.errors import require
from mtlpaper.randomness import orthonormal
from mtlpaper.students import biased
from mtlpaper.training.networks import Dtype, tensor
from mtlpaper.training.sets import (
    TrainingSet,
    product,
    require_alphas,
    require_rate,
    require_sets,
)

Activation = Literal["every", "between"]


@dataclass(frozen=True)
class DeepStudent:
    """Initial weights of one deep student.

    Attributes
    ----------
    trunk : tuple of arrays
        (N2, N1), then (N2, N2) for each further hidden layer.
    heads : tuple of (N3, N2) arrays
        One a task.
    biased : bool
        Whether one more input and one more unit of every hidden layer are held at 1, so that the
        last columns are biases.
    """

    trunk: tuple[np.ndarray, ...]
    heads: tuple[np.ndarray, ...]
    biased: bool = False


def deep_student(
    N1: int,
    N2: int,
    N3: int,
    depth: int,
    scale: float,
    rng: np.random.Generator,
    *,
    initial: Literal["orthogonal", "gaussian"] = "gaussian",
    n_tasks: int = 1,
    biases: bool = False,
) -> DeepStudent:
    """Draw the weights of all layers.

    `gaussian`: variance 2 scale^2 / fan-in in the trunk, scale^2 / fan-in in heads; with scale 1
    ReLU layers preserve the variance of their signals (He et al., 2015). `orthogonal`: all singular
    values are `scale`, as in the authors' script.

    Parameters
    ----------
    N1, N2, N3 : int
        Inputs, units of each hidden layer, classes.
    depth : int
        Hidden layers, >= 1.
    scale : float
        Scale of the weights, > 0.
    rng : numpy.random.Generator
    initial : {"orthogonal", "gaussian"}
    n_tasks : int
        Number of heads.
    biases : bool
        Whether the layers have biases, drawn as PyTorch's `Linear` does: evenly within 1 /
        sqrt(fan-in).

    Raises
    ------
    ValueError
        If a size, the scale or the kind of weights is inadmissible.
    """
    require(min(N1, N2, N3) >= 1, "N1, N2, N3", (N1, N2, N3), "integers >= 1")
    known = initial in ("orthogonal", "gaussian")
    require(known, "initial", initial, "'orthogonal' or 'gaussian'")
    require(depth >= 1, "depth", depth, "an integer >= 1")
    require(np.isfinite(scale) and scale > 0, "scale", scale, "a finite number > 0")
    fans = [N1] + [N2] * (depth - 1)
    if initial == "orthogonal":
        trunk = [scale * orthonormal(N2, fan, rng) for fan in fans]
        heads = [scale * orthonormal(N3, N2, rng) for _ in range(n_tasks)]
    else:
        trunk = [scale * np.sqrt(2 / fan) * rng.standard_normal((N2, fan)) for fan in fans]
        heads = [scale / np.sqrt(N2) * rng.standard_normal((N3, N2)) for _ in range(n_tasks)]
    if biases:
        trunk = [biased(W, rng, hidden=True) for W in trunk]
        heads = [biased(W, rng) for W in heads]
    return DeepStudent(tuple(trunk), tuple(heads), biases)


class ReLUDescent:
    """Full-batch gradient descent of deep ReLU students on training sets that share inputs.

    The points of all tasks pass through the trunk as one array; each head takes those of its task.

    Parameters
    ----------
    students : sequence of DeepStudent
        Initial weights, one entry a network, all of the same shapes.
    sets : sequence of TrainingSet
        One a head; their inputs are shared by all networks (first axis 1).
    alphas : (net, task) array
        Weight of each task's loss in each network.
    learning_rate : float
        1/tau.
    activation : {"every", "between"}
        ReLU after every hidden layer, or only between hidden layers; then a student of one hidden
        layer is linear.
    device, dtype
        As for `train`.

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """

    def __init__(
        self,
        students: Sequence[DeepStudent],
        sets: Sequence[TrainingSet],
        alphas: Float[np.ndarray, "net task"],
        learning_rate: float,
        *,
        activation: Activation = "every",
        device: str = "cpu",
        dtype: Dtype = "float64",
    ) -> None:
        require(len(students) >= 1, "students", len(students), "at least one network")
        require_alphas(alphas, len(students), len(sets))
        require_rate(learning_rate)
        first = students[0]
        self._biased = first.biased
        N1 = first.trunk[0].shape[1] - first.biased
        require_sets(sets, [(N1, head.shape[0]) for head in first.heads], len(students))
        shared = all(data.X.shape[0] == 1 for data in sets)
        require(shared, "sets", [data.X.shape for data in sets], "inputs shared by all networks")
        self.learning_rate = learning_rate
        depth = len(first.trunk)
        self._rectified = [activation == "every" or layer < depth - 1 for layer in range(depth)]
        stack = zip(*(student.trunk for student in students), strict=True)
        self._trunk = [tensor(np.stack(layer), device, dtype) for layer in stack]
        stack = zip(*(student.heads for student in students), strict=True)
        self._heads = [tensor(np.stack(head), device, dtype) for head in stack]
        self._X = self._held(
            tensor(np.concatenate([data.X for data in sets], axis=2), device, dtype)
        )
        self._Xt = self._X.transpose(1, 2).contiguous()
        self._Y = [tensor(data.Y, device, dtype) for data in sets]
        self._weights = [
            tensor(alpha[:, None, None] / data.Y.shape[2], device, dtype)
            for alpha, data in zip(alphas.T, sets, strict=True)
        ]
        ends = np.cumsum([0, *(data.Y.shape[2] for data in sets)])
        self._columns = [slice(int(a), int(b)) for a, b in pairwise(ends)]

    def __len__(self) -> int:
        return self._heads[0].shape[0]

    def logits(
        self, X: Float[Tensor, "N1 points"], task: int = 0
    ) -> Float[Tensor, "net N3 points"]:
        """Outputs of one task on inputs that all networks share."""
        return self._heads[task] @ self._hidden(self._held(X[None]))[-1]

    def _held(self, X: Tensor) -> Tensor:
        """Inputs, with one more that is held at 1 where students have biases."""
        return torch.cat([X, torch.ones_like(X[:, :1])], dim=1) if self._biased else X

    def _hidden(self, X: Tensor) -> list[Tensor]:
        """Activations of every hidden layer, (net, N2, points) each."""
        out, h = [], X
        for W, rectified in zip(self._trunk, self._rectified, strict=True):
            h = product(W, h)
            out.append(h.relu_() if rectified else h)
        return out

    def step(self) -> None:
        """Take one step of every network."""
        hidden = self._hidden(self._X)
        error = torch.empty_like(hidden[-1])  # negative gradient on the last hidden layer
        for task, columns in enumerate(self._columns):
            h, head = hidden[-1][:, :, columns], self._heads[task]
            residual = self._Y[task] - torch.softmax(head @ h, dim=1)
            residual *= self._weights[task]
            error[:, :, columns] = head.transpose(1, 2) @ residual
            head.baddbmm_(residual, h.transpose(1, 2), alpha=self.learning_rate)
        for layer in reversed(range(len(self._trunk))):
            if self._rectified[layer]:
                error *= hidden[layer] > 0
            W = self._trunk[layer]
            trained = slice(0, W.shape[1] - self._biased)  # a unit held at 1 keeps its weights
            if layer == 0:
                W[:, trained].add_(product(error[:, trained], self._Xt), alpha=self.learning_rate)
            else:
                below = W.transpose(1, 2) @ error
                W[:, trained].baddbmm_(
                    error[:, trained], hidden[layer - 1].transpose(1, 2), alpha=self.learning_rate
                )
                error = below

    def keep(self, chosen: Bool[np.ndarray, " net"]) -> None:
        """Go on with some of the networks only."""
        index = torch.from_numpy(np.flatnonzero(chosen)).to(self._X.device)
        for group in (self._trunk, self._heads, self._Y, self._weights):
            group[:] = [part[index] for part in group]
