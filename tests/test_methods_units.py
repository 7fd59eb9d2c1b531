"""Units under a rule: what they share with the plain units, and what they refuse."""

import dataclasses

import numpy as np
import pytest

from mtlpaper.benefit import DeepUnit, Problem, Training, Unit, solve
from mtlpaper.methods.rules import RULES
from mtlpaper.methods.units import Ruled, ruled

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
    at = RULES["fixed"].grid.index(1.0)
    assert seen.keys() == plain.keys()
    for name, values in plain.items():
        np.testing.assert_allclose(seen[name][at], values, rtol=1e-10, err_msg=name)
    assert seen["loss"].shape == (5, 3, 2)
    # The single-task network is the same at every value; the others are not.
    assert np.ptp(seen["loss"][:, 0], axis=0).max() < 1e-12
    assert np.ptp(seen["loss"][:, 1:], axis=0).min() > 1e-3


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"training": dataclasses.replace(TRAINING, batch_size=8)}, "training"),
        ({"training": dataclasses.replace(TRAINING, alternating=True)}, "training"),
        ({"training": dataclasses.replace(TRAINING, curves=True)}, "curves"),
        ({"biases": True}, "unit"),
    ],
)
def test_refuses_what_rules_do_not_do(change, named):
    with pytest.raises(ValueError, match=f"`{named}` must be"):
        Ruled(dataclasses.replace(LINEAR, **change), "fixed")


def test_refuses_a_rule_that_does_not_exist():
    with pytest.raises(ValueError, match=r"`rule` must be one of cagrad, .*, got 'best'"):
        Ruled(LINEAR, "best")
