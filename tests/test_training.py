"""Batched gradient descent against automatic differentiation, and the invariances of a batch."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from torch.nn import functional

from mtlpaper import theory
from mtlpaper.randomness import Streams
from mtlpaper.students import Student, gaussian, training_aligned
from mtlpaper.tasks import gaussian_inputs, make_teacher, training_targets
from mtlpaper.training import TrainingSet, Trajectory, train

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


# ----------------------------------------------------------------- against automatic gradients


def by_autograd(
    start: Student, data: list[tuple[np.ndarray, np.ndarray]], alphas, rate: float, n_steps: int
) -> list[np.ndarray]:
    """Composite weights after `n_steps` of torch's own SGD on its own cross-entropy."""
    W21 = torch.tensor(start.W21, requires_grad=True)
    heads = [torch.tensor(W32, requires_grad=True) for W32 in start.W32]
    optimiser = torch.optim.SGD([W21, *heads], lr=rate)
    for _ in range(n_steps):
        optimiser.zero_grad()
        loss = sum(
            alpha * functional.cross_entropy((W32 @ W21 @ torch.tensor(X)).T, torch.tensor(Y).T)
            for alpha, W32, (X, Y) in zip(alphas, heads, data, strict=True)
        )
        loss.backward()
        optimiser.step()
    return [(W32 @ W21).detach().numpy() for W32 in heads]


@pytest.mark.parametrize("label_rule", ["argmax", "soft"])
@pytest.mark.parametrize("alphas", [(1.0,), (1.0, 1.0), (1.0, 0.3)])
def test_steps_are_those_of_automatic_differentiation(alphas, label_rule):
    n_tasks = len(alphas)
    start = student(0, n_tasks)
    data = [one_set(task, label_rule) for task in range(n_tasks)]
    expected = by_autograd(start, data, alphas, 0.2, 25)
    sets = [TrainingSet(X[None], Y[None]) for X, Y in data]
    trained = train([start], sets, np.array([25]), learning_rate=0.2, alphas=alphas)
    for task in range(n_tasks):
        # The same sums in another order: 25 steps of rounding.
        assert np.allclose(trained.W[task][0, 0], expected[task], rtol=0, atol=1e-13)
    # Negative control: a learning rate one per mille off.
    other = train([start], sets, np.array([25]), learning_rate=0.2002, alphas=alphas)
    assert not np.allclose(other.W[0][0, 0], expected[0], rtol=0, atol=1e-6)


def test_training_lowers_the_loss():
    X, Y = one_set(0)
    losses = [
        float(functional.cross_entropy(torch.tensor(W @ X).T, torch.tensor(Y).T))
        for W in run(steps=range(0, 200, 20)).W[0][:, 0]
    ]
    assert (np.diff(losses) < 0).all()


# ------------------------------------------------------------------------------------- batches


def test_a_batch_of_networks_is_its_networks_one_at_a_time():
    together = run((0, 1, 2))
    for net in (0, 1, 2):
        alone = run((net,))
        # Batched products may sum in another order: 20 steps of rounding.
        assert np.allclose(together.W[0][:, net], alone.W[0][:, 0], rtol=0, atol=1e-13)
    assert not np.allclose(together.W[0][-1, 0], together.W[0][-1, 1])


def test_shared_inputs_are_as_good_as_copies():
    X, Y = one_set(0)
    targets = np.stack([Y, Y[::-1], np.roll(Y, 1, axis=0)])
    starts = [student(net) for net in range(3)]
    for batch_size in (0, 5):
        shared, copied = (
            train(
                starts,
                [TrainingSet(inputs, targets)],
                np.array([30]),
                learning_rate=0.1,
                batch_size=batch_size,
            ).W[0]
            for inputs in (X[None], np.stack([X] * 3))
        )
        assert np.allclose(shared, copied, rtol=0, atol=1e-13)  # rounding, as above


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


def test_training_leaves_its_arguments_alone():
    start, data = student(0), sets_of((0,))
    before = [a.copy() for a in (start.W21, start.W32[0], data.X, data.Y)]
    train([start], [data], np.array([10]), learning_rate=0.1, batch_size=5)
    for array, copy in zip((start.W21, start.W32[0], data.X, data.Y), before, strict=True):
        assert np.array_equal(array, copy)


def test_read_only_data_are_welcome():
    data = sets_of((0,))
    for array in (data.X, data.Y):
        array.setflags(write=False)
    assert np.array_equal(
        train([student(0)], [data], np.array([3]), learning_rate=0.1).W[0], run(steps=(3,)).W[0]
    )


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


def test_what_single_precision_costs():
    double = run(steps=(0, 100, 1000), learning_rate=0.01)
    single = run(steps=(0, 100, 1000), learning_rate=0.01, dtype="float32")
    assert single.W[0].dtype == np.float32
    assert double.W[0].dtype == np.float64
    # Each step rounds weights of order one at 6e-8; a thousand roundings of random sign add up to
    # 2e-6, of one sign to 6e-5. Descent contracts; nothing amplifies.
    distance = np.abs(single.W[0] - double.W[0]).max()
    assert 1e-9 < distance < 6e-5
    assert single.singular_values().dtype == np.float64


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


def test_numbers_of_networks_and_tasks_have_to_match():
    one = np.array([1])
    with pytest.raises(ValueError, match="`students` must be at least one network, got 0"):
        train([], [sets_of((0,))], one, learning_rate=0.1)
    with pytest.raises(ValueError, match="`sets` must be 1 training sets, one a head, got 2"):
        train([student(0)], [sets_of((0,))] * 2, one, learning_rate=0.1)
    with pytest.raises(ValueError, match="`sets` must be targets for 2 networks, got 1"):
        train([student(0)] * 2, [sets_of((0,))], one, learning_rate=0.1)
    data = TrainingSet(sets_of((0, 1)).X, sets_of((0, 1, 2)).Y)
    with pytest.raises(ValueError, match="`sets` must be inputs for 1 or 3 networks"):
        train([student(0)] * 3, [data], one, learning_rate=0.1)


def test_data_that_do_not_fit_the_students_are_refused():
    X, Y = one_set(0)
    for data in (TrainingSet(X[None, 1:], Y[None]), TrainingSet(X[None], Y[None, 1:])):
        with pytest.raises(ValueError, match="`sets` must be"):
            train([student(0)], [data], np.array([1]), learning_rate=0.1)
