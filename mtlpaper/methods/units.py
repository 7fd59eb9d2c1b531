"""Units of networks whose tasks are combined by a rule, at all values of its parameter."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from mtlpaper.benefit import DeepUnit, Unit
from mtlpaper.benefit.data import Data, draw_data, generalisation, test_points, validation_points
from mtlpaper.benefit.descent import find_minima, initial_student, minima_arrays
from mtlpaper.errors import require
from mtlpaper.methods.descent import RuledLinear, RuledReLU
from mtlpaper.methods.rule import Rule
from mtlpaper.methods.rules import RULES
from mtlpaper.training import Score, deep_student


@dataclass(frozen=True)
class Ruled:
    """The networks of a unit under a rule, at all five values of the rule's parameter.

    Attributes
    ----------
    unit : Unit or DeepUnit
        Trained on all points at once, the tasks together; linear students have no biases.
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


def ruled(unit: Ruled) -> dict[str, np.ndarray]:
    """Train all networks at all five values to their minima.

    Returns
    -------
    dict
        What `mtlpaper.benefit.descent.minima_arrays` gives, with the values of the parameter as one
        axis more, in front: `loss` (value, net, group) and so on. The first network of each value
        is the single-task one.
    """
    base = unit.unit
    data = draw_data(base.problem, 1.0 if isinstance(base, DeepUnit) else base.alpha_B)
    start = _deep(base, data) if isinstance(base, DeepUnit) else _linear(base, data)
    validation = validation_points(data, base.problem, base.training)
    found = []
    for value in RULES[unit.rule].grid:
        parameter = torch.full((base.problem.n_networks,), value, dtype=torch.float64)
        descent, score = start(RULES[unit.rule](parameter.to(base.training.device)))
        minima = find_minima(descent, score, validation, base.training)
        found.append(minima_arrays(minima, curves=False))
    return {name: np.stack([arrays[name] for arrays in found]) for name in found[0]}


_Start = Callable[[Rule], tuple[RuledLinear | RuledReLU, Callable[[], Score]]]


def _linear(unit: Unit, data: Data) -> _Start:
    training, students = unit.training, [initial_student(unit, data)] * len(data.alphas)
    test = generalisation(data, unit.problem, training)

    def start(rule: Rule) -> tuple[RuledLinear, Callable[[], Score]]:
        rate, where = training.learning_rate, (training.device, training.dtype)
        descent = RuledLinear(
            students, data.sets, rule, data.alphas, rate, device=where[0], dtype=where[1]
        )
        return descent, lambda: test(descent)

    return start


def _deep(unit: DeepUnit, data: Data) -> _Start:
    problem, training, rng = unit.problem, unit.training, data.streams.rng("student")
    sizes = (problem.N1, unit.N2, problem.N3, unit.depth)
    student = deep_student(
        *sizes, unit.scale, rng, initial=unit.initial, n_tasks=2, biases=unit.biases
    )
    test = test_points(data, problem, training)

    def start(rule: Rule) -> tuple[RuledReLU, Callable[[], Score]]:
        descent = RuledReLU(
            [student] * len(data.alphas),
            data.sets,
            rule,
            data.alphas,
            training.learning_rate,
            activation=unit.activation,
            device=training.device,
            dtype=training.dtype,
        )
        return descent, lambda: test(descent.logits)

    return start
