"""A step by every rule that combines two tasks' gradients, over the plain engine's step."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch

from benchmarks.problems import RATE, Problem, Shape, draw
from benchmarks.report import Line
from benchmarks.steps import Effort
from benchmarks.timing import elapsed
from benchmarks.workers import Worker
from mtlpaper.methods.descent import RuledLinear, RuledReLU
from mtlpaper.methods.rule import Rule
from mtlpaper.methods.rules import RULES
from mtlpaper.students import Student
from mtlpaper.tasks import one_hot
from mtlpaper.training import LinearDescent, ReLUDescent, TrainingSet, deep_student

SECTION = "Time of a step by a rule over the plain step's"
TARGET = 2.0
#: Networks in a batch; of deep students, with one hidden layer more.
NETS = {"linear": 50, "ReLU": 3}


def ratios(points: Sequence[int], names: Sequence[str], effort: Effort) -> Iterator[Line]:
    """Time all rules at numbers of points, in turns with the plain step."""
    with Worker(1) as worker:
        for kind, nets in NETS.items():
            for N in points:
                shape = Shape(nets, N)
                times = worker("rules.step_times", kind, shape, names, effort)
                for name, samples in zip(names, times, strict=True):
                    setting = f"{kind} students, {shape}, 1 thread"
                    yield Line(SECTION, name, setting, "x", samples, TARGET, at_most=True)


def step_times(
    kind: str, shape: Shape, names: Sequence[str], effort: Effort
) -> list[tuple[float, ...]]:
    """Times of a step of every rule over the plain step's, round by round."""
    problem = draw(shape)
    make = _linear if kind == "linear" else _deep
    descents = [make(problem, None), *(make(problem, _rule(name, shape)) for name in names)]
    with torch.inference_mode():
        taken = elapsed(lambda: _run(descents[0], 3)) / 3
        steps = max(1, round(effort.slice / taken))
        times = np.array(
            [[elapsed(lambda d=d: _run(d, steps)) for d in descents] for _ in range(effort.rounds)]
        )
    return [tuple(values) for values in (times[:, 1:] / times[:, :1]).T.tolist()]


def _rule(name: str, shape: Shape) -> Rule:
    return RULES[name](torch.full((shape.nets,), RULES[name].grid[1], dtype=torch.float64))


def _run(descent: LinearDescent | ReLUDescent, steps: int) -> None:
    for _ in range(steps):
        descent.step()


def _sets(problem: Problem) -> list[TrainingSet]:
    return [
        TrainingSet(X, np.stack([one_hot(labels, problem.shape.N3) for labels in classes]))
        for X, classes in zip(problem.X, problem.classes, strict=True)
    ]


def _linear(problem: Problem, rule: Rule | None) -> LinearDescent:
    students = [
        Student(W21, tuple(heads))
        for W21, heads in zip(problem.W21, problem.W32.swapaxes(0, 1), strict=True)
    ]
    return _descent(LinearDescent.on_sets, RuledLinear, students, problem, rule)


def _deep(problem: Problem, rule: Rule | None) -> ReLUDescent:
    shape, rng = problem.shape, np.random.default_rng(0)
    student = deep_student(shape.N1, shape.N2, shape.N3, 2, 1.0, rng, n_tasks=2)
    return _descent(ReLUDescent, RuledReLU, [student] * shape.nets, problem, rule)


def _descent(
    plain: Callable, ruled: Callable, students: Sequence, problem: Problem, rule: Rule | None
) -> LinearDescent | ReLUDescent:
    make, extra = (plain, ()) if rule is None else (ruled, (rule,))
    alphas = np.ones((len(students), 2))
    dtype = problem.shape.dtype
    return make(students, _sets(problem), *extra, alphas, RATE / 10, dtype=dtype)
