"""Training recorded at chosen steps: mini-batches, and convergence to the gradient flow."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from torch.nn import functional

from mtlpaper import theory
from mtlpaper.randomness import Streams
from mtlpaper.students import Student, gaussian, training_aligned
from mtlpaper.tasks import gaussian_inputs, make_teacher, training_targets
from mtlpaper.training import LinearDescent, TrainingSet, Trajectory, train

N1, N2, N3, N = 6, 5, 4, 24


def student(seed: int, n_tasks: int = 1) -> Student:
    return gaussian(N1, N2, N3, 0.8, np.random.default_rng(seed), n_tasks=n_tasks)


def one_set(seed: int, label_rule: str = "argmax", N: int = N) -> tuple[np.ndarray, np.ndarray]:
    streams = Streams(seed)
    teacher = make_teacher(N1, N3, np.array([2.0, 1.0]), 0.5, streams)
    X = gaussian_inputs(N1, N, streams.rng("inputs A"))
    return X, training_targets(teacher, X, label_rule, streams.rng("labels A"))


def sets_of(nets: Sequence[int], task: int = 0, label_rule: str = "argmax") -> TrainingSet:
    pairs = [one_set(10 * net + task, label_rule) for net in nets]
    return TrainingSet(np.stack([X for X, _ in pairs]), np.stack([Y for _, Y in pairs]))


def run(nets: Sequence[int] = (0,), steps: Sequence[int] = (0, 3, 20), **options) -> Trajectory:
    options = {"learning_rate": 0.1} | options
    return train([student(net) for net in nets], [sets_of(nets)], np.array(steps), **options)


# ------------------------------------------------------------------------- steps and records


@pytest.mark.parametrize("alphas", [None, (1.0, 0.3)])
def test_training_takes_the_steps_of_a_linear_descent(alphas):
    """Whose steps `test_networks` compares with automatic differentiation."""
    starts = [student(net, n_tasks=2) for net in range(3)]
    sets = [sets_of((0, 1, 2), task) for task in (0, 1)]
    trained = train(starts, sets, np.array([25]), learning_rate=0.2, alphas=alphas)
    weights = np.tile([1.0, 1.0] if alphas is None else alphas, (3, 1))
    descent = LinearDescent.on_sets(starts, sets, weights, 0.2)
    for _ in range(25):
        descent.step()
    for task in (0, 1):
        assert np.array_equal(trained.W[task][0], descent.W(task).numpy())


def test_training_lowers_the_loss():
    X, Y = one_set(0)
    losses = [
        float(functional.cross_entropy(torch.tensor(W @ X).T, torch.tensor(Y).T))
        for W in run(steps=range(0, 200, 20)).W[0][:, 0]
    ]
    assert (np.diff(losses) < 0).all()


def test_records_at_the_steps_asked_for():
    trajectory = run(steps=(0, 4, 7))
    assert np.array_equal(trajectory.steps, [0, 4, 7])
    assert trajectory.W[0].shape == (3, 1, N3, N1)
    # NumPy and torch may sum a product in another order.
    assert np.allclose(trajectory.W[0][0, 0], student(0).W(), rtol=0, atol=1e-13)
    assert np.array_equal(trajectory.W[0][1], run(steps=(4,)).W[0][0])
    S = trajectory.singular_values()
    assert S.shape == (3, 1, N3)
    assert np.allclose(S[2, 0], np.linalg.svd(trajectory.W[0][2, 0])[1])


@pytest.mark.parametrize("batch_size", [0, 5])
def test_read_only_data_are_accepted(batch_size):
    """Training copies its data, which it could otherwise change."""
    data = sets_of((0,))
    for array in (data.X, data.Y):
        array.setflags(write=False)
    options = {"learning_rate": 0.1, "batch_size": batch_size}
    trained = train([student(0)], [data], np.array([3]), **options)
    assert np.array_equal(trained.W[0], run(steps=(3,), **options).W[0])


# --------------------------------------------------------------------------------- mini-batches


def test_an_epoch_visits_every_point_once():
    """With a rate so small that weights stand still, an epoch's steps add up to a full step."""
    rate, size = 1e-9, 8  # 24 points: three batches
    start = student(0)

    def moved(batch_size: int, n_steps: int, learning_rate: float) -> np.ndarray:
        W = run(steps=(n_steps,), batch_size=batch_size, learning_rate=learning_rate).W[0][0, 0]
        return (W - start.W()) / rate

    epoch, full = moved(size, 3, rate), moved(0, 1, 3 * rate)
    # Rounding of W over the rate: 1e-16 / 1e-9; second order: the rate itself.
    assert np.allclose(epoch, full, rtol=0, atol=1e-5)
    assert np.allclose(moved(size, 6, rate), 2 * full, rtol=0, atol=1e-5)
    # Negative control: two thirds of an epoch are no two thirds of the sum.
    assert not np.allclose(moved(size, 2, rate), 2 / 3 * full, rtol=0, atol=1e-3)


def test_epochs_and_networks_have_orders_of_their_own():
    start = student(0)
    X, Y = one_set(0)
    twins = TrainingSet(X[None], np.stack([Y, Y]))
    moved = train([start, start], [twins], np.array([1, 3, 4]), learning_rate=1e-9, batch_size=8)
    W = moved.W[0]
    first, later = W[0] - start.W(), W[2] - W[1]
    assert not np.allclose(first[0], first[1], rtol=0, atol=1e-12)  # steps are of order 1e-9
    assert not np.allclose(first, later, rtol=0, atol=1e-12)


@pytest.mark.parametrize("batch_size", [N, N + 1, 10_000])
def test_batches_of_all_points_are_gradient_descent(batch_size):
    assert np.array_equal(run(batch_size=batch_size).W[0], run().W[0])


def test_the_seed_decides_the_batches_and_nothing_else():
    assert np.array_equal(run(batch_size=5, seed=3).W[0], run(batch_size=5, seed=3).W[0])
    assert not np.array_equal(run(batch_size=5, seed=3).W[0], run(batch_size=5, seed=4).W[0])
    assert np.array_equal(run(seed=3).W[0], run(seed=4).W[0])


def test_the_batches_of_a_network_do_not_depend_on_its_companions():
    """So that a sweep may be cut into batches of networks anywhere."""
    together, alone = (run(nets, batch_size=5, seed=3).W[0] for nets in ((0, 1, 2), (0,)))
    assert np.allclose(together[:, 0], alone[:, 0], rtol=0, atol=1e-13)


def test_mini_batches_of_shared_inputs_are_those_of_copies():
    X, Y = one_set(0)
    targets = np.stack([Y, Y[::-1], np.roll(Y, 1, axis=0)])
    starts = [student(net) for net in range(3)]
    shared, copied = (
        train(
            starts, [TrainingSet(inputs, targets)], np.array([30]), learning_rate=0.1, batch_size=5
        )
        for inputs in (X[None], np.stack([X] * 3))
    )
    assert np.allclose(shared.W[0], copied.W[0], rtol=0, atol=1e-13)  # 30 steps of rounding


# ------------------------------------------------------------------------------ limits and flow


def test_gradient_descent_converges_to_the_flow_with_slope_one():
    start, (X, Y) = student(0), one_set(0, "soft")
    t = np.linspace(0, 4, 5)
    flow = theory.solve_flow(start, [theory.training_set_force(X, Y)], t, rtol=1e-10, atol=1e-12)
    rates = np.array([0.1, 0.05, 0.02, 0.01])
    errors = []
    for rate in rates:
        steps = np.round(t / rate).astype(int)
        data = TrainingSet(X[None], Y[None])
        trained = train([start], [data], steps, learning_rate=rate)
        errors.append(np.abs(trained.W[0][:, 0] - flow.W()).max())
    slope = np.polyfit(np.log(rates), np.log(errors), 1)[0]
    assert slope == pytest.approx(1, abs=0.05)  # the next order adds about a rate: a few per cent
    # Negative control: against another data set's flow errors do not shrink.
    other = theory.solve_flow(start, [theory.training_set_force(*one_set(1, "soft"))], t)
    assert np.abs(trained.W[0][:, 0] - other.W()).max() > 10 * errors[-1]


def test_hidden_width_does_not_matter_for_an_aligned_start():
    U, _, Vt = np.linalg.svd(make_teacher(N1, N3, np.array([2.0, 1.0]), 0.5, Streams(0)).Sigma_hat)
    data = sets_of((0,))
    ends = []
    for width in (1, 3, 30):
        rng = np.random.default_rng(width)
        start = training_aligned(U[:, :1], Vt[:1].T, np.ones(1), width, rng)
        ends.append(train([start], [data], np.array([100]), learning_rate=0.05).W[0][0, 0])
    # A hundred steps of rounding.
    assert np.allclose(ends[0], ends[1], rtol=0, atol=1e-12)
    assert np.allclose(ends[0], ends[2], rtol=0, atol=1e-12)


# --------------------------------------------------------------------------- precision, device


def test_weights_are_recorded_in_the_precision_of_the_training():
    """`test_networks` bounds what single precision costs."""
    double, single = run(), run(dtype="float32")
    assert single.W[0].dtype == np.float32
    assert double.W[0].dtype == single.singular_values().dtype == np.float64


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
@pytest.mark.parametrize(("dtype", "atol"), [("float64", 1e-11), ("float32", 6e-5)])
def test_the_device_does_not_matter(dtype, atol):
    for batch_size in (0, 5):
        options = {"batch_size": batch_size, "dtype": dtype, "steps": (200,)}
        here = run((0, 1), device="cpu", **options).W[0]
        there = run((0, 1), device="cuda", **options).W[0]
        # Sums in another order: rounding of two hundred steps, see above for single precision.
        assert np.allclose(here, there, rtol=0, atol=atol)


# -------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"learning_rate": 0.0}, "`learning_rate` must be a finite number > 0, got 0.0"),
        ({"learning_rate": np.nan}, "`learning_rate` must be a finite number > 0"),
        ({"batch_size": -1}, "`batch_size` must be an integer >= 0, got -1"),
        ({"alphas": (1.0, 1.0)}, "`alphas` must be 1 weights, one a head"),
        ({"steps": (3, 2)}, "`steps` must be increasing numbers of steps >= 0"),
        ({"steps": (-1, 2)}, "`steps` must be increasing numbers of steps >= 0"),
        ({"steps": ()}, "`steps` must be increasing numbers of steps >= 0"),
    ],
)
def test_inadmissible_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        run(**options)
