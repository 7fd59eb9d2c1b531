"""Three ways to take the same steps in torch: the engine, PyTorch's plain loop, torch.func.vmap.

Each is made from a `Problem`; `run` takes steps of all its networks, `weights` gives the composite
weights (net, classes, N1), the tasks' rows below each other.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import grad, vmap
from torch.nn.functional import cross_entropy

from benchmarks.problems import RATE, Problem
from mtlpaper.students import Student
from mtlpaper.tasks import one_hot
from mtlpaper.training import LinearDescent, TrainingSet


class Engine:
    """The training engine of the package."""

    def __init__(self, problem: Problem) -> None:
        shape = problem.shape
        students = [
            Student(W21, tuple(heads))
            for W21, heads in zip(problem.W21, problem.W32.swapaxes(0, 1), strict=True)
        ]
        sets = [
            TrainingSet(X, np.stack([one_hot(labels, shape.N3) for labels in classes]))
            for X, classes in zip(problem.X, problem.classes, strict=True)
        ]
        alphas = np.ones((shape.nets, shape.tasks))
        self._descent = LinearDescent.on_sets(students, sets, alphas, RATE, dtype=shape.dtype)
        self._tasks = range(shape.tasks)

    def run(self, steps: int) -> None:
        """Take steps."""
        with torch.inference_mode():
            for _ in range(steps):
                self._descent.step()

    def weights(self) -> np.ndarray:
        """Composite weights."""
        return torch.cat([self._descent.W(task) for task in self._tasks], dim=1).numpy()


class TwoHeads(nn.Module):
    """A linear student as PyTorch's tutorials would write it: a trunk, and one head a task."""

    def __init__(self, W21: Tensor, heads: Sequence[Tensor]) -> None:
        super().__init__()
        self.trunk = _layer(W21)
        self.heads = nn.ModuleList([_layer(W32) for W32 in heads])

    def forward(self, inputs: Sequence[Tensor]) -> list[Tensor]:
        """Logits (points, classes) of every task on its own inputs (points, N1)."""
        return [head(self.trunk(x)) for head, x in zip(self.heads, inputs, strict=True)]


def _layer(W: Tensor) -> nn.Linear:
    layer = nn.Linear(W.shape[1], W.shape[0], bias=False, dtype=W.dtype)
    with torch.no_grad():
        layer.weight.copy_(W)
    return layer


class LoopedNetwork:
    """One network in the plain loop: nn.Linear, nn.CrossEntropyLoss, autograd, torch.optim.SGD.

    Parameters
    ----------
    W21 : (N2, N1) tensor
    heads : sequence of (N3, N2) tensors
    inputs : sequence of (N, N1) tensors
        One a task.
    classes : sequence of (N,) int tensors
        One a task.
    rate : float
    """

    def __init__(
        self,
        W21: Tensor,
        heads: Sequence[Tensor],
        inputs: Sequence[Tensor],
        classes: Sequence[Tensor],
        rate: float,
    ) -> None:
        self.model = TwoHeads(W21, heads)
        self._inputs, self._classes = list(inputs), list(classes)
        self._optimizer = torch.optim.SGD(self.model.parameters(), lr=rate)
        self._loss = nn.CrossEntropyLoss()

    def run(self, steps: int) -> None:
        """Take steps."""
        for _ in range(steps):
            self._optimizer.zero_grad()
            logits = self.model(self._inputs)
            pairs = zip(logits, self._classes, strict=True)
            sum(self._loss(z, y) for z, y in pairs).backward()
            self._optimizer.step()

    def weights(self) -> Tensor:
        """Composite weights (classes, N1)."""
        with torch.no_grad():
            return torch.cat([head.weight for head in self.model.heads]) @ self.model.trunk.weight


class Loop:
    """The plain loop, one network after the other."""

    def __init__(self, problem: Problem) -> None:
        dtype = getattr(torch, problem.shape.dtype)
        X, W21, W32 = (
            torch.tensor(part, dtype=dtype)
            for part in (problem.X.swapaxes(2, 3), problem.W21, problem.W32)
        )
        X, classes = X.expand(-1, problem.shape.nets, -1, -1), torch.tensor(problem.classes)
        self._networks = [
            LoopedNetwork(W21[net], list(W32[:, net]), list(X[:, net]), list(classes[:, net]), RATE)
            for net in range(problem.shape.nets)
        ]

    def run(self, steps: int) -> None:
        """Take steps."""
        for network in self._networks:
            network.run(steps)

    def weights(self) -> np.ndarray:
        """Composite weights."""
        return torch.stack([network.weights() for network in self._networks]).numpy()


class Vmap:
    """torch.func: vmap(grad(loss)) over stacked weights and shared inputs.

    The points come last: at N = 100, 800 and 3200 faster than points first, as nn.Linear has them.
    """

    def __init__(self, problem: Problem) -> None:
        dtype = getattr(torch, problem.shape.dtype)
        self._W21, self._X = (
            torch.tensor(part, dtype=dtype) for part in (problem.W21, problem.X[:, 0])
        )
        self._W32 = torch.tensor(problem.W32.swapaxes(0, 1), dtype=dtype)
        self._classes = torch.tensor(problem.classes.swapaxes(0, 1))
        self._gradient = vmap(grad(_loss, argnums=(0, 1)), in_dims=(0, 0, None, 0))

    def run(self, steps: int) -> None:
        """Take steps."""
        for _ in range(steps):
            slopes = self._gradient(self._W21, self._W32, self._X, self._classes)
            for weights, slope in zip((self._W21, self._W32), slopes, strict=True):
                weights.add_(slope, alpha=-RATE)

    def weights(self) -> np.ndarray:
        """Composite weights."""
        return (self._W32.flatten(1, 2) @ self._W21).numpy()


def _loss(W21: Tensor, W32: Tensor, X: Tensor, classes: Tensor) -> Tensor:
    """Summed cross-entropy of one network on inputs (task, N1, N) and classes (task, N)."""
    parts = [
        cross_entropy((head @ (W21 @ x))[None], y[None])
        for head, x, y in zip(W32, X, classes, strict=True)
    ]
    return torch.stack(parts).sum()
