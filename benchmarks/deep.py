"""Steps of deep ReLU students, timed."""

from collections.abc import Sequence

import numpy as np
import torch

from benchmarks.problems import RATE, Shape, draw
from benchmarks.timing import elapsed
from mtlpaper.tasks import one_hot
from mtlpaper.training import ReLUDescent, TrainingSet, deep_student

#: Networks, as many as the package trains together, and points.
SHAPE = Shape(6, 800)


def step_times(depths: Sequence[int], rounds: int, steps: int = 3) -> list[list[float]]:
    """Seconds of a step of the batch, (round, depth); rounds alternate between the depths."""
    descents = [_descent(depth) for depth in depths]
    for descent in descents:
        _run(descent, 1)
    return [[elapsed(lambda d=d: _run(d, steps)) / steps for d in descents] for _ in range(rounds)]


def _descent(depth: int) -> ReLUDescent:
    problem = draw(SHAPE)
    rng = np.random.default_rng(0)
    student = deep_student(SHAPE.N1, SHAPE.N2, SHAPE.N3, depth, 1.0, rng, n_tasks=2)
    sets = [
        TrainingSet(X, np.stack([one_hot(labels, SHAPE.N3) for labels in classes]))
        for X, classes in zip(problem.X, problem.classes, strict=True)
    ]
    alphas = np.ones((SHAPE.nets, SHAPE.tasks))
    return ReLUDescent([student] * SHAPE.nets, sets, alphas, RATE / 10, dtype="float32")


def _run(descent: ReLUDescent, steps: int) -> None:
    with torch.inference_mode():
        for _ in range(steps):
            descent.step()
