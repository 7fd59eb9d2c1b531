"""Units of networks whose tasks are combined by a rule, at all values of its parameter."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from mtlpaper.benefit import DeepUnit, Unit
from mtlpaper.benefit.data import Data, draw_data, generalisation, test_points, validation_points
from mtlpaper.benefit.descent import initial_student
from mtlpaper.errors import require
from mtlpaper.methods.descent import RuledLinear, RuledReLU
from mtlpaper.methods.rule import Rule
from mtlpaper.methods.rules import RULES
from mtlpaper.training import (
    Measure,
    Schedule,
    Score,
    TrainingSet,
    deep_student,
    descend_to_minima,
)


@dataclass(frozen=True)
class Ruled:
    """The networks of a unit under a rule, at all five values of the rule's parameter.

    Attributes
    ----------
    unit : Unit or DeepUnit
        Trained on all points at once, the tasks together, until past the least loss on validation
        points; linear students have no biases.
    rule : str
        Name of one of `mtlpaper.methods.rules.RULES`.

    Raises
    ------
    ValueError
        If there is no such rule, or the unit asks for what rules do not do.
    """

    unit: Unit | DeepUnit
    rule: str

    def __post_init__(self) -> None:
        require(self.rule in RULES, "rule", self.rule, f"one of {', '.join(RULES)}")
        training = self.unit.training
        whole = training.batch_size == 0 and not training.alternating
        require(whole, "training", training, "on all points, without alternation")
        plain = isinstance(self.unit, DeepUnit) or not self.unit.biases
        require(plain, "unit", self.unit, "without biases where students are linear")
        require(not training.curves, "curves", training.curves, "False")
        n_validation = training.n_validation
        require(n_validation > 0, "n_validation", n_validation, "at least 1")


def ruled(unit: Ruled) -> dict[str, np.ndarray]:
    """Train all networks at all five values as one batch, each until validation points stop it.

    Returns
    -------
    dict
        `loss` (value, net, group) in nats, at the time at which the loss on validation points that
        are labelled as in training was least; `chosen` (value, net), that least loss; `t_end`
        (value, net), the time at which the training ended. The first network of each value is the
        single-task one.
    """
    base, grid = unit.unit, RULES[unit.rule].grid
    training, nets = base.training, base.problem.n_networks
    data = draw_data(base.problem, 1.0 if isinstance(base, DeepUnit) else base.alpha_B)
    values = torch.tensor(grid, dtype=torch.float64, device=training.device)
    rule = RULES[unit.rule](values.repeat_interleave(nets))
    descent, score = started(base, data, rule)
    validation = validation_points(data, base.problem, training)
    assert validation is not None

    def measure() -> Measure:
        noisy = validation.losses(descent.logits)[:, 1, 0]
        # Of accuracies the largest is kept: by this the least validation loss.
        return Measure(score().loss, -noisy, noisy[:, None])

    every = max(1, round(training.look_every / training.learning_rate))
    schedule = Schedule(every, training.t_max, growth=training.look_growth)
    found = descend_to_minima(descent, measure, schedule)
    shape = (len(grid), nets)
    return {
        "loss": found.chosen_loss[:, 0].reshape(*shape, -1),
        "chosen": -found.accuracy.reshape(shape),
        "t_end": found.t_end.reshape(shape),
    }


def started(
    unit: Unit | DeepUnit, data: Data, rule: Rule
) -> tuple[RuledLinear | RuledReLU, Callable[[], Score]]:
    """Networks of a unit under a rule, all of them for every value in turn, and their test loss."""
    problem, training = unit.problem, unit.training
    n = len(rule.grid)
    sets = [TrainingSet(part.X, np.tile(part.Y, (n, 1, 1))) for part in data.sets]
    alphas, rate = np.tile(data.alphas, (n, 1)), training.learning_rate
    where: dict[str, Any] = {"device": training.device, "dtype": training.dtype}
    if isinstance(unit, Unit):
        students = [initial_student(unit, data)] * len(alphas)
        linear = RuledLinear(students, sets, rule, alphas, rate, **where)
        average = generalisation(data, problem, training)
        return linear, lambda: average(linear)
    student = deep_student(
        problem.N1,
        unit.N2,
        problem.N3,
        unit.depth,
        unit.scale,
        data.streams.rng("student"),
        initial=unit.initial,
        n_tasks=2,
        biases=unit.biases,
    )
    copies, points = [student] * len(alphas), test_points(data, problem, training)
    deep = RuledReLU(copies, sets, rule, alphas, rate, activation=unit.activation, **where)
    return deep, lambda: points(deep.logits)
