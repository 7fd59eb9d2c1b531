"""The weight of the auxiliary loss: students, benefits, and both sides of their bound."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mtlpaper.benefit import Problem, Training, Unit, solve
from mtlpaper.benefit.data import draw_data, targets
from mtlpaper.methods.weights import PointsLoss, Weighed, weighed
from mtlpaper.tasks import gaussian_inputs

PROBLEM = Problem(
    12, 4, 3, 0.5, "weight", "argmax", "separate", 30, 30, 10.0, (3.0, 10.0), (0.0, 1.0), 1, 0
)
TRAINING = Training(0.2, 200.0, 0.4, 256, 4, 40, "cpu", "float64", look_growth=0.05)
UNIT = Unit(PROBLEM, TRAINING, 12, 0.3, "orthogonal")


@pytest.fixture(scope="module")
def found() -> dict[str, np.ndarray]:
    return weighed(Weighed(UNIT, (0.1, 1.0, 4.0), 2048))


@pytest.mark.parametrize(("index", "weight"), [(1, 1.0), (2, 4.0)])
def test_benefits_are_those_of_students_trained_with_that_weight(found, index, weight):
    """`solve` takes the loss weight as it is, so its steps are larger and its looks elsewhere."""
    fine = replace(TRAINING, learning_rate=0.05, look_every=0.1, look_growth=0.0)
    loss = solve(replace(UNIT, training=fine, alpha_B=weight))["loss"].mean(axis=1)
    expected = loss[0] - loss[1:]
    # Quadrature by 256 and 2048 points, and steps of another size.
    assert np.allclose(found["benefit"][0, :, index], expected, atol=0.01)
    assert np.ptp(expected) > 0.1


def test_benefits_lie_between_the_sides(found):
    exact, seen = range(2)
    for loss, benefit in ((exact, found["benefit"][0]), (seen, found["gain"])):
        assert (found["lower"][loss] <= benefit + 1e-3 * (loss == exact)).all()
        assert (found["upper"][loss] >= benefit - 1e-3 * (loss == exact)).all()
    # The bound on the validation points does not hold for what is measured on others.
    assert not np.allclose(found["gain"], found["benefit"][1], atol=1e-3)


def test_sides_and_benefit_have_one_slope_at_weight_zero():
    small = weighed(Weighed(UNIT, (1e-3, 2e-3), 2048))
    lower, upper = small["lower"][1], small["upper"][1]
    assert np.allclose(lower[:, 0], upper[:, 0], rtol=0.05, atol=1e-6)
    # What is between the sides is of second order.
    gap = upper - lower
    assert np.allclose(gap[:, 1] / gap[:, 0], 4, rtol=0.15)


def test_a_related_clean_task_helps_and_an_unrelated_one_harms_with_a_large_weight(found):
    unrelated, related = found["benefit"][0, 2, 1], found["benefit"][0, 3, 1]
    assert related > 0.05
    assert unrelated < -0.02


def test_the_loss_on_points_is_cross_entropy_and_descends():
    data = draw_data(PROBLEM)
    X = gaussian_inputs(12, 40, data.streams.rng("validation inputs"))
    Y = targets(PROBLEM, data.A, X, data.streams.rng("validation labels"))
    W = np.random.default_rng(0).standard_normal((2, 4, 12))
    at = torch.tensor(W, requires_grad=True)
    label = torch.tensor(Y.argmax(axis=0)).expand(2, -1)
    each = torch.nn.functional.cross_entropy(at @ torch.tensor(X), label, reduction="none")
    (gradient,) = torch.autograd.grad(each.mean(dim=1).sum(), at)
    loss = PointsLoss(X, Y)
    assert np.allclose(loss(W), each.mean(dim=1).detach())
    assert np.allclose(loss.descent(W), -gradient)


def test_what_is_not_done_here_is_refused():
    with pytest.raises(ValueError, match=r"`weights` must be numbers > 0, got \(0.0, 1.0\)"):
        Weighed(UNIT, (0.0, 1.0), 64)
    with pytest.raises(ValueError, match="`unit` must be on all points at once, without biases"):
        Weighed(replace(UNIT, biases=True), (1.0,), 64)
    with pytest.raises(ValueError, match="`n_validation` must be at least 1, got 0"):
        Weighed(replace(UNIT, training=replace(TRAINING, n_validation=0)), (1.0,), 64)
