"""Units under a rule: what they share with the plain units, and what they refuse."""

import dataclasses

import numpy as np
import pytest
import torch

from mtlpaper.benefit import DeepUnit, Problem, Training, Unit, solve
from mtlpaper.benefit.data import draw_data, validation_points
from mtlpaper.methods.effort import Effort, effort
from mtlpaper.methods.rules import RULES
from mtlpaper.methods.units import Ruled, ruled, started

PROBLEM = Problem(
    N1=12,
    N3=4,
    rank=2,
    sigma=0.5,
    noise="weight",
    label_rule="argmax",
    inputs="separate",
    n_train=30,
    n_aux=40,
    S_A=1.0,
    S_B=(5.0,),
    r_AB=(0.0, 1.0),
    seed=3,
    replicate=0,
)
TRAINING = Training(
    learning_rate=0.1,
    t_max=20.0,
    look_every=0.5,
    n_test=64,
    n_groups=2,
    n_validation=20,
    device="cpu",
    dtype="float64",
)
LINEAR = Unit(PROBLEM, TRAINING, N2=8, s0=0.3, initial="orthogonal")
DEEP = DeepUnit(PROBLEM, TRAINING, N2=8, depth=1, activation="every", scale=1.0)


@pytest.mark.parametrize("unit", [LINEAR, DEEP], ids=["linear", "ReLU"])
def test_fixed_weight_of_one_is_the_plain_unit(unit):
    seen, plain = ruled(Ruled(unit, "fixed")), solve(unit)
    at, noisy = RULES["fixed"].grid.index(1.0), 1
    np.testing.assert_allclose(seen["loss"][at], plain["chosen_loss"][:, noisy], rtol=1e-10)
    assert seen["loss"].shape == (5, 3, 2)
    # The single-task network is the same at every value; the others are not.
    assert np.ptp(seen["loss"][:, 0], axis=0).max() < 1e-12
    assert np.ptp(seen["loss"][:, 1:], axis=0).min() > 1e-3


@pytest.mark.parametrize("unit", [LINEAR, DEEP], ids=["linear", "ReLU"])
def test_values_in_one_batch_give_what_each_gives_alone(unit, monkeypatch):
    rule = RULES["uncertainty"]
    together, values = ruled(Ruled(unit, "uncertainty")), rule.grid
    for k in (0, 4):
        monkeypatch.setattr(rule, "grid", (values[k],))
        for name, (alone,) in ruled(Ruled(unit, "uncertainty")).items():
            np.testing.assert_allclose(together[name][k], alone, rtol=1e-10, err_msg=name)


def test_what_chooses_is_the_least_validation_loss():
    """On points labelled as in training, at the looks of a training cut short."""
    short = dataclasses.replace(LINEAR, training=dataclasses.replace(TRAINING, t_max=3.0))
    data, rule = draw_data(PROBLEM), RULES["gate"]
    parameter = torch.tensor(rule.grid, dtype=torch.float64).repeat_interleave(3)
    descent, _ = started(short, data, rule(parameter))
    points, least = validation_points(data, PROBLEM, TRAINING), np.inf
    with torch.inference_mode():
        for _ in range(7):
            least = np.minimum(least, points.losses(descent.logits)[:, 1, 0])
            for _ in range(5):
                descent.step()
    found = ruled(Ruled(short, "gate"))
    np.testing.assert_allclose(found["chosen"].ravel(), least, rtol=1e-10)
    assert (found["t_end"] == 3.0).all()


@pytest.mark.parametrize("unit", [LINEAR, DEEP], ids=["linear", "ReLU"])
def test_a_trunk_rate_is_for_a_single_task_too(unit):
    loss = ruled(Ruled(unit, "trunk_rate"))["loss"][:, 0].mean(axis=1)
    at = RULES["trunk_rate"].grid.index(1.0)
    assert loss[at] == pytest.approx(ruled(Ruled(unit, "fixed"))["loss"][0, 0].mean(), rel=1e-10)
    assert np.abs(np.delete(loss, at) - loss[at]).min() > 1e-5


#: Operations of a plain step of one network: two products of the classes, inputs and points of
#: each task, and three of all eight classes, hidden units and inputs.
PLAIN = 2 * 2 * 4 * 12 * 70 + 3 * 2 * 8 * 8 * 12
#: Products of classes with classes: of heads, of forces, and of their product with the tasks.
GRAM = 2 * 8 * 8 * 8 + 2 * 8 * 8 * 12 + 2 * 2 * 8 * 8 + 2 * 2 * 8 * 2


@pytest.mark.parametrize(
    ("method", "more"),
    [
        ("uncertainty", 0),
        ("trunk_rate", 2 * 8 * 8 * 12),  # a step of the heads' own
        ("gradnorm", GRAM),
        ("gate", GRAM + 2 * 8 * 8 * 12),
        ("hard", 0),
        ("adaptive_branching", PLAIN),  # two trainings
    ],
)
def test_what_a_method_takes_is_counted(method, more):
    assert effort(Effort(LINEAR, method))["ratio"] == pytest.approx(1 + more / PLAIN, rel=1e-12)


def test_ways_of_sharing_are_for_linear_students():
    with pytest.raises(ValueError, match=r"`method` must be one of cagrad, .*, got 'hard'"):
        Effort(DEEP, "hard")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"training": dataclasses.replace(TRAINING, batch_size=8)}, "training"),
        ({"training": dataclasses.replace(TRAINING, alternating=True)}, "training"),
        ({"training": dataclasses.replace(TRAINING, curves=True)}, "curves"),
        ({"training": dataclasses.replace(TRAINING, n_validation=0)}, "n_validation"),
        ({"biases": True}, "unit"),
    ],
)
def test_refuses_what_rules_do_not_do(change, named):
    with pytest.raises(ValueError, match=f"`{named}` must be"):
        Ruled(dataclasses.replace(LINEAR, **change), "fixed")


def test_refuses_a_rule_that_does_not_exist():
    with pytest.raises(ValueError, match=r"`rule` must be one of cagrad, .*, got 'best'"):
        Ruled(LINEAR, "best")
