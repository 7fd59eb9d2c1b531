"""Regression of several tasks with squared loss, and small data sets drawn from a seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from mtlpaper.errors import require
from mtlpaper.randomness import Streams

Relation = Literal["shared", "disjoint"]
#: Inputs of the data sets that are drawn here lie between these.
INTERVAL = (-1.0, 1.0)
_TASKS = ("A", "B")


@dataclass(frozen=True, eq=False)
class Regression:
    """Training points of several tasks, each of which has one label of one task.

    Attributes
    ----------
    x : (point, dim) array
    y : (point,) array
        Labels.
    task : (point,) int array
        The task that a label belongs to, from 0.
    n_tasks : int
        Number of tasks, those without points included.

    Raises
    ------
    ValueError
        If there is no point, a number is not finite, or a task is not one of the `n_tasks`.
    """

    x: Float[np.ndarray, "point dim"]
    y: Float[np.ndarray, " point"]
    task: Int[np.ndarray, " point"]
    n_tasks: int

    def __post_init__(self) -> None:
        require(self.x.size > 0, "x", self.x.shape, "of at least one point and one input")
        for name, values in (("x", self.x), ("y", self.y)):
            require(bool(np.isfinite(values).all()), name, values, "finite")
        within = 0 <= self.task.min() and self.task.max() < self.n_tasks
        require(bool(within), "task", np.unique(self.task), f"from 0 to {self.n_tasks - 1}")

    def only(self, k: int) -> "Regression":
        """Return the points of task `k` alone, of as many tasks: the loss L_k of Eq. (3b)."""
        mine = self.task == k
        return Regression(self.x[mine], self.y[mine], self.task[mine], self.n_tasks)

    def residuals(
        self, predictions: Float[np.ndarray, "point task"]
    ) -> Float[np.ndarray, " point"]:
        """Label less prediction of the label's task, at every point."""
        return self.y - predictions[np.arange(len(self.y)), self.task]

    def loss(self, predictions: Float[np.ndarray, "point task"]) -> float:
        """Sum of squared errors over all tasks, Eq. (3).

        Parameters
        ----------
        predictions : (point, task) array
            Of all tasks at all points.
        """
        return float(np.sum(self.residuals(predictions) ** 2))


@dataclass(frozen=True, eq=False)
class BrokenLine:
    """A continuous function of one input that is linear between its kinks.

    Attributes
    ----------
    kinks : (kink,) array
        Where its slope jumps.
    jumps : (kink,) array
        By how much, from left to right.
    offset, slope : float
        Value and slope at the left end of `INTERVAL`.
    """

    kinks: Float[np.ndarray, " kink"]
    jumps: Float[np.ndarray, " kink"]
    offset: float
    slope: float

    def __call__(self, x: Float[np.ndarray, " point"]) -> Float[np.ndarray, " point"]:
        """Return the values at inputs."""
        bent = np.maximum(x[:, None] - self.kinks, 0) @ self.jumps
        return self.offset + self.slope * (x - INTERVAL[0]) + bent


def broken_lines(n_kinks: int, relation: Relation, streams: Streams) -> tuple[BrokenLine, ...]:
    """Draw two tasks A and B, whose slopes jump at the same places or at different ones.

    The interval is divided into 2 n + 1 cells of equal width. Kinks of A lie in the middle third of
    every second cell, those of B at the same places or in the middle third of the cells to the
    right of them. Jumps of both tasks are independent, of random sign and size between 2 and 4.
    Task A is the same for both relations.

    Parameters
    ----------
    n_kinks : int
        Of each task, at least one.
    relation : {"shared", "disjoint"}
        Whether the kinks of B are those of A.
    streams : Streams
    """
    require(n_kinks >= 1, "n_kinks", n_kinks, "at least 1")
    low, high = INTERVAL
    cell = (high - low) / (2 * n_kinks + 1)
    rng = streams.rng("kinks")
    lines: list[BrokenLine] = []
    for first in (1, 2):
        places = first + 2 * np.arange(n_kinks) + rng.uniform(1 / 3, 2 / 3, n_kinks)
        kinks = lines[0].kinks if lines and relation == "shared" else low + cell * places
        jumps = rng.uniform(2, 4, n_kinks) * rng.choice([-1.0, 1.0], n_kinks)
        offset, slope = rng.uniform(-1, 1, 2)
        lines.append(BrokenLine(kinks, jumps, float(offset), float(2 * slope)))
    return tuple(lines)


def draw(
    lines: Sequence[BrokenLine], n_points: Sequence[int], noise: float, streams: Streams
) -> Regression:
    """Draw noisy labels of two tasks at inputs of their own, uniform on `INTERVAL`.

    The points of a smaller data set are the first of a larger one.

    Parameters
    ----------
    lines : two of BrokenLine
    n_points : two of int
        Points of each task.
    noise : float
        Standard deviation of the noise on the labels.
    streams : Streams
    """
    require(len(lines) == len(n_points) == len(_TASKS), "n_points", n_points, "of two tasks")
    require(noise >= 0, "noise", noise, "at least 0")
    x = [
        streams.rng(f"inputs {name}").uniform(*INTERVAL, n)
        for name, n in zip(_TASKS, n_points, strict=True)
    ]
    y = [
        line(one) + noise * streams.rng(f"noise {name}").standard_normal(len(one))
        for name, line, one in zip(_TASKS, lines, x, strict=True)
    ]
    task = np.repeat(np.arange(len(_TASKS)), n_points)
    return Regression(np.concatenate(x)[:, None], np.concatenate(y), task, len(_TASKS))


def random_labels(n_points: int, n_tasks: int, streams: Streams) -> Regression:
    """Draw standard normal labels of all tasks at the same inputs, uniform on `INTERVAL`."""
    x = np.sort(streams.rng("inputs A").uniform(*INTERVAL, n_points))
    y = streams.rng("labels A").standard_normal((n_tasks, n_points))
    task = np.repeat(np.arange(n_tasks), n_points)
    return Regression(np.tile(x, n_tasks)[:, None], y.ravel(), task, n_tasks)
