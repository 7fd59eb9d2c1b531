"""The networks and data on which all competitors are timed."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from mtlpaper.students import orthogonal

#: Step size of all competitors.
RATE = 0.1


@dataclass(frozen=True)
class Shape:
    """Sizes of a batch of linear networks with one trunk and a head a task."""

    nets: int
    N: int
    N1: int = 100
    N2: int = 100
    N3: int = 10
    tasks: int = 2
    own_inputs: bool = False
    dtype: Literal["float32", "float64"] = "float32"

    def __str__(self) -> str:
        sizes = f"N = {self.N}, {self.nets} networks"
        if (self.N1, self.N2) != (100, 100):
            sizes += f", N1 = {self.N1}, N2 = {self.N2}"
        if self.N3 != 10:
            sizes += f", N3 = {self.N3}"
        if self.own_inputs:
            sizes += ", own inputs"
        return sizes + (", float64" if self.dtype == "float64" else "")

    @property
    def flops(self) -> int:
        """Operations that a network's step needs, by its composite weight.

        Logits and their gradient are two products of (N3, N1, N) a task; composite weight, step of
        the head and step of the trunk are three of (N3, N2, N1).
        """
        classes = self.tasks * self.N3
        return 4 * classes * self.N1 * self.N + 6 * classes * self.N1 * self.N2


@dataclass(frozen=True)
class Problem:
    """Initial weights W21 (net, N2, N1) and W32 (task, net, N3, N2); inputs and classes.

    `X` is (task, net or 1, N1, N), `classes` (task, net, N).
    """

    shape: Shape
    W21: np.ndarray
    W32: np.ndarray
    X: np.ndarray
    classes: np.ndarray


def draw(shape: Shape) -> Problem:
    """Networks with weights and labels of their own; inputs are shared unless the shape says no."""
    rng = np.random.default_rng(2019)
    students = [
        orthogonal(shape.N1, shape.N2, shape.N3, 1.0, rng, n_tasks=shape.tasks)
        for _ in range(shape.nets)
    ]
    inputs = shape.nets if shape.own_inputs else 1
    X = rng.standard_normal((shape.tasks, inputs, shape.N1, shape.N))
    teachers = rng.standard_normal((shape.tasks, shape.nets, shape.N3, shape.N1))
    return Problem(
        shape=shape,
        W21=np.stack([student.W21 for student in students]),
        W32=np.stack([student.W32 for student in students], axis=1),
        X=X,
        classes=(teachers @ X).argmax(axis=2),
    )
