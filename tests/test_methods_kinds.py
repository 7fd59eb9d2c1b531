"""Kinds of auxiliary tasks against exact results, limits and controls."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
import torch
from scipy.stats import norm

from mtlpaper.benefit import bootstrap_interval
from mtlpaper.methods.experiment import Experiment
from mtlpaper.methods.kinds import KINDS
from mtlpaper.methods.kinds.adversarial import Adversarial, erasure
from mtlpaper.methods.kinds.autoencoder import Autoencoded, code
from mtlpaper.methods.kinds.future import Future
from mtlpaper.methods.kinds.predicting_inputs import InputsAsOutputs, _bits
from mtlpaper.methods.kinds.quantisation import Quantised, information_kept
from mtlpaper.methods.kinds.related import Related
from mtlpaper.methods.linear import alone, shared
from mtlpaper.methods.mechanisms import MECHANISMS
from mtlpaper.methods.nets import Backprop, Points, _gradients, least_errors


def benefit(found: dict[str, np.ndarray], name: str) -> np.ndarray:
    """Mean, lower and upper end of the paired reduction of the error."""
    return bootstrap_interval(found["alone"] - found[name])


EVERY = KINDS | MECHANISMS


@pytest.mark.parametrize("experiment", EVERY.values(), ids=list(EVERY))
def test_every_experiment_gives_its_treatments_and_blocks_differ(experiment: Experiment) -> None:
    """A file of its own is all that an experiment needs: what the chapter relies on holds of it."""
    small = {"n_datasets": 2}
    if hasattr(experiment, "backprop"):
        small["backprop"] = replace(experiment.backprop, n_steps=2, look_every=1)
    first, again, other = (replace(experiment, **small, block=b).errors() for b in (0, 0, 1))
    assert set(first) == set(experiment.treatments)
    for name, errors in first.items():
        assert errors.shape == (2,)
        np.testing.assert_array_equal(errors, again[name])
        assert name == "best" or (errors != other[name]).all()


# ---------------------------------------------------------------------------- what they are made of


def train(weights: list[torch.Tensor], loss: Callable[[], torch.Tensor]) -> None:
    """Bring weights to a minimum of a loss."""
    optimiser = torch.optim.LBFGS(weights, max_iter=2000, tolerance_grad=1e-12)

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        seen = loss()
        seen.backward()
        return seen

    optimiser.step(closure)


def test_hard_sharing_is_the_optimum_of_a_linear_trunk() -> None:
    """Gradient descent of a trunk with two hidden units ends at the closed form, from any start."""
    rng = np.random.default_rng(0)
    X, Y = rng.standard_normal((50, 6)), rng.standard_normal((50, 4))
    shapes = ((6, 2), (2, 4))
    T, H = (torch.tensor(rng.standard_normal(s) / 3, requires_grad=True) for s in shapes)
    train([T, H], lambda: (torch.tensor(Y) - torch.tensor(X) @ T @ H).square().sum())
    np.testing.assert_allclose((T @ H).detach().numpy(), shared(X, Y, 2), atol=1e-5)


def test_a_wide_trunk_shares_nothing() -> None:
    rng = np.random.default_rng(1)
    X, Y = rng.standard_normal((50, 6)), rng.standard_normal((50, 3))
    np.testing.assert_allclose(shared(X, Y, 3), alone(X, Y), atol=1e-12)
    assert np.linalg.matrix_rank(shared(X, Y, 1)) == 1


def test_gradients_of_nets() -> None:
    rng = np.random.default_rng(2)
    layers = [torch.tensor(rng.standard_normal(shape)) for shape in ((3, 5, 4), (3, 5, 2))]
    X, Y = torch.tensor(rng.standard_normal((3, 7, 5))), torch.tensor(rng.random((3, 7, 2)))
    weights = torch.tensor(rng.random((3, 1, 2)))
    W1, W2 = (W.clone().requires_grad_() for W in layers)
    hidden = torch.sigmoid(X @ W1)
    hidden = torch.cat([hidden, torch.ones_like(hidden[..., :1])], dim=2)
    (weights * (torch.sigmoid(hidden @ W2) - Y).square()).sum().backward()
    for found, expected in zip(_gradients(layers, X, Y, 2 * weights), (W1, W2), strict=True):
        torch.testing.assert_close(found, expected.grad)


def test_an_output_without_weight_changes_nothing() -> None:
    rng = np.random.default_rng(3)
    X, Y = np.tile(rng.standard_normal((30, 3)), (2, 1, 1)), rng.random((2, 30, 2))
    Y[1, :, 0] = Y[0, :, 0]
    points, weights = Points(X, Y), np.array([[1.0, 0.0], [1.0, 0.0]])
    method = Backprop(learning_rate=1.0, n_steps=100, look_every=10)
    first, second = least_errors(points, points, points, weights, method, rng, n_starts=1)
    assert first == second
    both = least_errors(points, points, points, weights + np.array([0, 1]), method, rng, n_starts=1)
    assert not np.isclose(*both)
    with pytest.raises(ValueError, match="`n_starts` must be a divisor of the 2 nets"):
        least_errors(points, points, points, weights, method, rng, n_starts=3)


# ------------------------------------------------------------------------------------------ related


@pytest.mark.parametrize("r", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_related_tasks_in_their_limits(r: float) -> None:
    found = Related(r=r, n_datasets=3).errors()
    # Unrelated: the best estimate ignores the task; identical: it is one regression on all points.
    unrelated, identical = r == 0, r == 1
    assert np.allclose(found["together"], found["alone"]) == unrelated
    assert np.allclose(found["together"], found["as one task"]) == identical
    assert (found["together"] <= found["alone"] + 1e-12).all()
    assert (found["together"] <= found["as one task"] + 1e-12).all()
    assert (found["unrelated"] > 1).all()  # worse than no estimate at all
    assert np.allclose(found["unrelated"], found["as one task"]) == unrelated


def test_related_tasks_against_drawn_weights() -> None:
    """Of the exact means one is that over many weights and noises, by an independent estimate."""
    problem = Related(N1=4, n_train=6, n_aux=8, r=0.5, n_datasets=1, seed=4)
    found = problem.errors()
    stream = problem.rng().spawn(1)[0]
    X_A, X_B = (stream.standard_normal((n, 4)) for n in (6, 8))
    rng, n = np.random.default_rng(5), 20_000
    w_A, other = rng.standard_normal((2, n, 4)) / 2
    w_B = 0.5 * w_A + np.sqrt(0.75) * other
    y_A, y_B = w_A @ X_A.T + rng.standard_normal((n, 6)), w_B @ X_B.T + rng.standard_normal((n, 8))
    one = alone(np.vstack([X_A, X_B]), np.hstack([y_A, y_B]).T, ridge=4.0).T
    # The Gaussian posterior mean, from the covariance of labels with weights.
    K = np.block([[X_A @ X_A.T, 0.5 * X_A @ X_B.T], [0.5 * X_B @ X_A.T, X_B @ X_B.T]]) / 4
    best = np.hstack([y_A, y_B]) @ np.linalg.solve(K + np.eye(14), np.vstack([X_A, 0.5 * X_B]) / 4)
    for name, seen in (("as one task", one), ("together", best)):
        errors = np.sum((seen - w_A) ** 2, axis=1)
        assert found[name][0] == pytest.approx(errors.mean(), abs=4 * errors.std() / n**0.5)


# -------------------------------------------------------------------------------------- adversarial


def test_erasure_leaves_no_linear_trace_and_moves_least() -> None:
    rng = np.random.default_rng(6)
    Z = rng.standard_normal((200, 2))
    X = rng.standard_normal((200, 5)) @ rng.standard_normal((5, 5)) + Z @ rng.standard_normal(
        (2, 5)
    )
    M = erasure(X, Z)
    centred = X - X.mean(axis=0)
    left = centred @ (np.eye(5) - M).T
    assert np.abs(left.T @ (Z - Z.mean(axis=0))).max() < 1e-9
    np.testing.assert_allclose(M @ M, M, atol=1e-10)
    assert np.linalg.matrix_rank(M) == 2
    # The orthogonal projection away from the correlated directions erases as well, and moves more.
    U = np.linalg.qr(centred.T @ (Z - Z.mean(axis=0)))[0]
    assert np.sum((centred @ M.T) ** 2) < np.sum((centred @ U @ U.T) ** 2)


def test_adversary_helps_across_the_signal_and_erases_what_lies_along_it() -> None:
    problem = Adversarial(n_datasets=20)
    across = problem.errors()
    assert benefit(across, "erasure")[1] > 0
    assert benefit(across, "together")[1] > 0
    assert across["erasure"].mean() > across["best"].mean() == norm.cdf(-1.5)
    # Where a head cannot tell the domains, its reversed gradient does nothing.
    np.testing.assert_allclose(across["shuffled"], across["alone"], atol=5e-3)
    # Without strength it is plain least squares; the strongest comes near the exact erasure.
    over = problem.over([0.0, 0.3, 1.0, 3.0])
    np.testing.assert_allclose(over[:, 0], across["alone"], atol=2e-3)
    np.testing.assert_allclose(over[:, 2], across["together"])
    means = over.mean(axis=0)
    assert (np.diff(means) < 0).all()
    assert means[-1] == pytest.approx(across["erasure"].mean(), abs=0.01)
    along = replace(problem, overlap=1.0).errors()
    assert benefit(along, "erasure")[2] < 0


def test_without_a_shift_the_error_is_that_of_the_first_domain() -> None:
    found = Adversarial(n_train=4000, shift=0.0, n_datasets=2, n_steps=1).errors()
    # Least squares finds mu, with an error of order N1 / n_train.
    np.testing.assert_allclose(found["alone"], norm.cdf(-1.5), atol=2e-3)


# ------------------------------------------------------------------------------------- quantisation


def test_information_kept_by_levels() -> None:
    assert information_kept(2) == pytest.approx(2 / np.pi, abs=1e-12)
    kept = [information_kept(q) for q in (2, 3, 4, 8, 1000)]
    assert (np.diff(kept) > 0).all()
    assert 0.995 < kept[-1] < 1
    with pytest.raises(ValueError, match="`n_levels` must be"):
        information_kept(1)


@pytest.mark.parametrize("n_levels", [2, 3])
def test_a_label_of_few_levels_is_worth_that_share(n_levels: int) -> None:
    found = Quantised(n_levels=n_levels, n_datasets=200).errors()
    kept = information_kept(n_levels)
    # The relative error of a squared error of 20 weights over 200 data sets is 0.022; the signal,
    # of 0.3^2 beside noise of 1, adds about 0.05.
    assert found["together"].mean() == pytest.approx(1, rel=0.07)
    assert found["alone"].mean() == pytest.approx(1 / kept, rel=0.1)
    assert found["own noise"].mean() == pytest.approx(1 / (1 + kept), rel=0.1)
    assert benefit(found, "shuffled")[2] < 0


# -------------------------------------------------------------------------------- inputs as outputs


def test_codes_of_numbers() -> None:
    values = np.array([-5.0, 0.0, 4.99])
    binary, gray = (_bits(values, 3, gray) for gray in (False, True))
    np.testing.assert_array_equal(binary, [[0, 0, 0], [1, 0, 0], [1, 1, 1]])
    np.testing.assert_array_equal(gray, [[0, 0, 0], [1, 1, 0], [1, 0, 0]])


@pytest.mark.parametrize("code", ["binary", "Gray"])
def test_an_output_helps_where_its_subfeatures_are_needed(code: Literal["binary", "Gray"]) -> None:
    method = Backprop(learning_rate=1.0, n_steps=500, look_every=50)
    found = InputsAsOutputs(n_held=200, n_datasets=8, code=code, backprop=method).errors()
    assert (found["alone"] < 0.43).all()  # the error of a constant
    # Over 50 data sets the benefits are -0.038 and 0.032, with standard errors of 0.003.
    _, low, high = benefit(found, "together")
    assert high < 0 if code == "binary" else low > 0
    assert benefit(found, "shuffled")[1] <= 0


# --------------------------------------------------------------------------------------- the future


def test_future_errors_are_exact() -> None:
    problem = Future(n_datasets=400)
    found = problem.errors()
    unit = problem.N1 / (problem.n_train - problem.N1 - 1)
    # The relative error over 400 data sets of 20 weights is 0.025.
    assert found["alone"].mean() == pytest.approx(unit, rel=0.08)
    assert found["together"].mean() == pytest.approx(unit / (1 + 1 / 0.25), rel=0.08)
    assert benefit(found, "same noise")[2] < 0
    assert benefit(found, "shuffled")[2] < 0


# ------------------------------------------------------------------------------------- autoencoders


def test_codes_help_where_the_task_lies_in_them() -> None:
    found = Autoencoded(n_datasets=200).errors()
    # Least squares does not see the inputs' spread; the relative error is 0.03.
    assert found["alone"].mean() == pytest.approx(30 / 29, rel=0.1)
    assert benefit(found, "together")[1] > 0
    assert bootstrap_interval(found["shuffled"] - found["together"])[1] > 0
    assert benefit(found, "weak directions")[2] < 0
    # The weak task's signal of variance 1 is lost.
    assert found["weak directions"].mean() > 1


def test_the_code_is_that_of_a_trained_autoencoder() -> None:
    rng = np.random.default_rng(7)
    X = rng.standard_normal((60, 6)) * np.array([3, 2, 1, 1, 0.5, 0.5])
    layers = [
        torch.tensor(rng.standard_normal(s) / 3, requires_grad=True) for s in ((6, 2), (2, 6))
    ]
    seen = torch.tensor(X)
    train(layers, lambda: (seen - seen @ layers[0] @ layers[1]).square().sum())
    encoder = code(X, 2)
    trained = (layers[0] @ layers[1]).detach().numpy()
    np.testing.assert_allclose(trained, encoder @ encoder.T, atol=1e-5)
