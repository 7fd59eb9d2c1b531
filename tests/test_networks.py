"""Batches of linear students: their steps by automatic differentiation, and who may change whom."""

from dataclasses import replace
from functools import reduce

import numpy as np
import pytest
import torch
from torch.nn import functional

from mtlpaper.students import Student, gaussian
from mtlpaper.tasks import one_hot
from mtlpaper.training import LinearDescent, TrainingSet, train
from mtlpaper.training.networks import LinearNetworks
from mtlpaper.training.sets import (
    FullBatch,
    own_orders,
    product,
    residual_gradient,
    shared_orders,
)

N1, N2, N_A, N_B = 7, 6, 24, 40
#: Classes of the two tasks, unequal so that a mix-up of their rows cannot go unnoticed.
N3 = (4, 3)
RATE = 0.2
#: Loss weights of three networks: single-task, multitask, and one with weights of its own.
ALPHAS = np.array([[1.0, 0.0], [1.0, 1.0], [0.7, 0.3]])


def student(seed: int, heads: tuple[int, ...] = N3) -> Student:
    rng = np.random.default_rng(seed)
    trunk = gaussian(N1, N2, 1, 0.8, rng).W21
    return Student(trunk, tuple(0.8 / np.sqrt(N2) * rng.standard_normal((n, N2)) for n in heads))


STUDENTS = [student(net) for net in range(3)]


def one_set(seed: int, classes: int, N: int, nets: int = 3, *, copies: bool = False) -> TrainingSet:
    """Inputs shared by all networks (or copies of them) with labels of each network's own."""
    rng = np.random.default_rng(100 + seed)
    X = rng.standard_normal((1, N1, N))
    Y = np.stack([one_hot(rng.integers(0, classes, N), classes) for _ in range(nets)])
    return TrainingSet(np.repeat(X, nets, axis=0) if copies else X, Y)


def both_sets(nets: int = 3, *, copies: bool = False) -> list[TrainingSet]:
    return [
        one_set(0, N3[0], N_A, nets, copies=copies),
        one_set(1, N3[1], N_B, nets, copies=copies),
    ]


def only(sets: list[TrainingSet], net: int) -> list[TrainingSet]:
    """One network's part of the training sets."""
    return [
        TrainingSet(part.X if part.X.shape[0] == 1 else part.X[[net]], part.Y[[net]])
        for part in sets
    ]


def descended(n_steps: int, students=STUDENTS, sets=None, alphas=ALPHAS, **options):
    sets = both_sets() if sets is None else sets
    options = {"dtype": "float64"} | options
    descent = LinearDescent.on_sets(students, sets, alphas, RATE, **options)
    for _ in range(n_steps):
        descent.step()
    return descent


def weights(descent: LinearDescent, task: int = 0) -> np.ndarray:
    return descent.W(task).numpy()


def by_autograd(
    start: Student, sets: list[TrainingSet], alphas: np.ndarray, n_steps: int
) -> list[np.ndarray]:
    """Composite weights of one network after steps of torch's own SGD on its own cross-entropy."""
    layers = [torch.tensor(W, requires_grad=True) for W in (start.W21, *start.further)]

    def hidden() -> torch.Tensor:
        return reduce(lambda below, W: W @ below, layers)

    heads = [torch.tensor(W32, requires_grad=True) for W32 in start.W32]
    optimiser = torch.optim.SGD([*layers, *heads], lr=RATE)
    for _ in range(n_steps):
        optimiser.zero_grad()
        loss = sum(
            alpha
            * functional.cross_entropy(
                (W32 @ hidden() @ torch.tensor(part.X[0])).T, torch.tensor(part.Y[0]).T
            )
            for alpha, W32, part in zip(alphas, heads, sets, strict=True)
        )
        loss.backward()
        optimiser.step()
    return [(W32 @ hidden()).detach().numpy() for W32 in heads]


# ----------------------------------------------------------------- against automatic gradients


def test_two_tasks_descend_as_by_automatic_differentiation():
    """Unequal numbers of classes and of points, loss weights of each network's own."""
    descent = descended(25)
    for net in range(3):
        expected = by_autograd(STUDENTS[net], only(both_sets(), net), ALPHAS[net], 25)
        for task in (0, 1):
            # The same sums in another order: 25 steps of rounding.
            assert np.allclose(weights(descent, task)[net], expected[task], rtol=0, atol=1e-13)
    # Negative control: one per cent more weight on task B.
    wrong = by_autograd(STUDENTS[1], only(both_sets(), 1), np.array([1.0, 1.01]), 25)
    assert not np.allclose(weights(descent)[1], wrong[0], rtol=0, atol=1e-5)


@pytest.mark.parametrize("layers", [2, 4])
def test_trunks_of_more_layers_descend_as_by_automatic_differentiation(layers):
    rng = np.random.default_rng(9)
    deep = [
        replace(one, further=tuple(rng.standard_normal((layers - 1, N2, N2)) / np.sqrt(N2)))
        for one in STUDENTS
    ]
    descent = descended(25, students=deep)
    for net in range(3):
        expected = by_autograd(deep[net], only(both_sets(), net), ALPHAS[net], 25)
        assert np.allclose(deep[net].W(), descended(0, students=deep).W(0)[net], atol=1e-14)
        for task in (0, 1):
            # The same sums in another order: 25 steps of rounding.
            assert np.allclose(weights(descent, task)[net], expected[task], rtol=0, atol=1e-12)
    # Networks that leave the batch take all of their layers with them.
    descent.keep(np.array([False, True, False]))
    descent.step()
    expected = by_autograd(deep[1], only(both_sets(), 1), ALPHAS[1], 26)
    assert np.allclose(weights(descent)[0], expected[0], rtol=0, atol=1e-12)
    # Negative control: trained as if the layers above the first were held.
    held = [
        Student(one.W21, tuple(h @ reduce(np.matmul, one.further[::-1]) for h in one.W32))
        for one in deep
    ]
    assert not np.allclose(weights(descended(25, students=held))[1], expected[0], atol=1e-3)


def test_soft_targets_are_as_good_as_labels():
    rng = np.random.default_rng(5)
    sets = [
        TrainingSet(part.X, rng.dirichlet(np.ones(n), size=(3, part.X.shape[2])).transpose(0, 2, 1))
        for part, n in zip(both_sets(), N3, strict=True)
    ]
    descent = descended(25, sets=sets)
    for net in range(3):
        expected = by_autograd(STUDENTS[net], only(sets, net), ALPHAS[net], 25)
        assert np.allclose(weights(descent)[net], expected[0], rtol=0, atol=1e-13)  # rounding


def test_both_layers_step_from_the_same_weights():
    """Neither layer sees the other's new weights; a sequential update is the negative control."""
    D = np.random.default_rng(0).standard_normal((1, 4, N1))
    networks = LinearNetworks([student(0, (4,))], "cpu", "float64")
    W21, W32 = networks.trunk[0].numpy().copy(), networks.heads.numpy().copy()
    networks.add(torch.from_numpy(D), 0.5)
    trunk = W21 + 0.5 * W32.transpose(0, 2, 1) @ D
    head = W32 + 0.5 * D @ W21.transpose(0, 2, 1)
    assert np.allclose(
        networks.trunk[0].numpy(), trunk, rtol=0, atol=1e-14
    )  # rounding of ten terms
    assert np.allclose(networks.heads.numpy(), head, rtol=0, atol=1e-14)
    sequential = W21 + 0.5 * head.transpose(0, 2, 1) @ D
    assert not np.allclose(networks.trunk[0].numpy(), sequential, rtol=0, atol=1e-3)


def test_the_force_of_all_points_is_the_mean_residual():
    """`FullBatch` splits D into drive and decay; `residual_gradient` takes the residuals."""
    data = one_set(0, N3[0], N_A)
    W = torch.from_numpy(np.stack([s.W(0) for s in STUDENTS]))
    alpha = np.array([1.0, 0.0, 0.3])
    X, Y = torch.from_numpy(data.X), torch.from_numpy(data.Y)
    expected = alpha[:, None, None] * residual_gradient(W, X, Y).numpy()
    seen = FullBatch(data, alpha, "cpu", "float64")(W).numpy()
    assert np.allclose(seen, expected, rtol=0, atol=1e-13)  # rounding of entries below one
    assert np.array_equal(seen[1], np.zeros_like(seen[1]))
    by_hand = np.zeros_like(expected[2])
    for x, y in zip(data.X[0].T, data.Y[2].T, strict=True):
        z = W[2].numpy() @ x
        by_hand += 0.3 * np.outer(y - np.exp(z) / np.exp(z).sum(), x) / N_A
    assert np.allclose(seen[2], by_hand, rtol=0, atol=1e-13)


@pytest.mark.parametrize("shared", [True, False])
def test_products_of_a_batch(shared):
    rng = np.random.default_rng(1)
    A, B = rng.standard_normal((3, 4, 5)), rng.standard_normal((1 if shared else 3, 5, 6))
    seen = product(torch.from_numpy(A), torch.from_numpy(B)).numpy()
    assert np.allclose(seen, np.einsum("nik,nkj->nij", A, np.broadcast_to(B, (3, 5, 6))))


# --------------------------------------------------------------------------- task without weight


def test_a_task_without_weight_is_not_there():
    together = descended(200)
    alone = descended(
        200,
        [Student(STUDENTS[0].W21, STUDENTS[0].W32[:1])],
        only(both_sets(), 0)[:1],
        ALPHAS[:1, :1],
    )
    # Zeros enter the sums of the trunk's step; what they add is nothing, but the library may then
    # add the others up in another order: 200 steps of rounding.
    assert np.allclose(weights(together)[0], weights(alone)[0], rtol=0, atol=1e-13)
    # Whatever task B has to say, the network does the same to the last bit.
    other = [both_sets()[0], one_set(7, N3[1], N_B)]
    assert np.array_equal(weights(descended(200, sets=other))[0], weights(together)[0])
    # Negative control: a network that does listen.
    assert not np.allclose(weights(descended(200, sets=other))[1], weights(together)[1], atol=1e-2)


def test_the_head_of_a_task_without_weight_stands_still():
    descent = descended(50)
    still = descent._networks.heads[0, descent._networks.rows[1]].numpy()
    assert np.array_equal(still, STUDENTS[0].W32[1])
    moved = descent._networks.heads[1, descent._networks.rows[1]].numpy()
    assert np.abs(moved - STUDENTS[1].W32[1]).max() > 1e-2


# --------------------------------------------------------------------------------- companions


def test_companions_change_nothing():
    together = descended(100)
    for net in range(3):
        alone = descended(100, [STUDENTS[net]], only(both_sets(), net), ALPHAS[[net]])
        for task in (0, 1):
            # Larger products may sum in another order: a hundred steps of rounding.
            seen = weights(together, task)[net]
            assert np.allclose(seen, weights(alone, task)[0], rtol=0, atol=1e-13)


@pytest.mark.parametrize("copies", [False, True])
@pytest.mark.parametrize("chosen", [(True, False, True), (False, True, False), (True, True, True)])
def test_networks_that_leave_do_not_disturb_those_that_stay(chosen, copies):
    """With inputs that all networks share, and with inputs of their own."""
    sets, chosen = both_sets(copies=copies), np.array(chosen)
    descent = descended(40, sets=sets)
    descent.keep(chosen)
    assert len(descent) == chosen.sum()
    whole = descended(40, sets=sets)
    assert np.array_equal(weights(descent), weights(whole)[chosen])
    for _ in range(60):
        descent.step()
        whole.step()
    for task in (0, 1):
        # Smaller products may sum in another order: 60 steps of rounding.
        assert np.allclose(weights(descent, task), weights(whole, task)[chosen], rtol=0, atol=1e-13)


@pytest.mark.parametrize("copies", [False, True])
@pytest.mark.parametrize("own", [False, True])
def test_networks_that_leave_do_not_change_the_batches_of_those_that_stay(own, copies):
    def descent() -> LinearDescent:
        orders = [
            own_orders(N, 3, 0, task) if own else shared_orders(N, np.random.default_rng(task))
            for task, N in enumerate((N_A, N_B))
        ]
        sets = both_sets(copies=copies)
        options = {"batch_size": 5, "orders": orders, "dtype": "float64"}
        return LinearDescent.on_sets(STUDENTS, sets, ALPHAS, RATE, **options)

    chosen = np.array([False, True, True])
    fewer, whole = descent(), descent()
    for step in range(30):
        if step == 7:  # in the middle of an epoch
            fewer.keep(chosen)
        fewer.step()
        whole.step()
    for task in (0, 1):
        # Smaller products may sum in another order: 30 steps of rounding.
        assert np.allclose(weights(fewer, task), weights(whole, task)[chosen], rtol=0, atol=1e-13)


def test_networks_may_leave_one_after_the_other():
    descent = descended(10)
    for left in (np.array([True, False, True]), np.array([False, True])):
        descent.keep(left)
        for _ in range(10):
            descent.step()
    expected = weights(descended(30))[2]
    assert np.allclose(weights(descent)[0], expected, rtol=0, atol=1e-13)  # rounding, as above


def test_shared_inputs_are_as_good_as_copies():
    for task in (0, 1):
        shared, own = (
            weights(descended(100, sets=both_sets(copies=copies)), task) for copies in (False, True)
        )
        assert np.allclose(shared, own, rtol=0, atol=1e-13)  # a hundred steps of rounding


def test_networks_may_have_inputs_of_their_own():
    """Not only copies: a mix-up of the networks' inputs would show."""
    rng = np.random.default_rng(8)
    sets = [
        TrainingSet(rng.standard_normal((3, *part.X.shape[1:])), part.Y) for part in both_sets()
    ]
    descent = descended(20, sets=sets)
    descent.keep(np.array([False, True, True]))
    for _ in range(5):
        descent.step()
    expected = by_autograd(STUDENTS[2], only(sets, 2), ALPHAS[2], 25)
    assert np.allclose(weights(descent)[1], expected[0], rtol=0, atol=1e-13)  # rounding


def test_a_descent_leaves_its_arguments_alone():
    """All networks of a unit start from one and the same student."""
    start, sets, alphas = student(0), both_sets(), ALPHAS.copy()
    arrays = [start.W21, *start.W32, alphas, *(a for part in sets for a in (part.X, part.Y))]
    before = [a.copy() for a in arrays]
    descended(10, [start] * 3, sets, alphas)
    for array, copy in zip(arrays, before, strict=True):
        assert np.array_equal(array, copy)


# ------------------------------------------------------------------------------ logits, precision


def test_logits_are_the_composite_weights_times_the_inputs():
    descent = descended(3)
    X = np.random.default_rng(3).standard_normal((N1, 11))
    for task in (0, 1):
        z = descent.logits(torch.from_numpy(X), task).numpy()
        assert z.shape == (3, N3[task], 11)
        assert np.allclose(z, weights(descent, task) @ X, rtol=0, atol=1e-14)  # rounding


def test_the_start_is_the_students():
    descent = descended(0)
    for task in (0, 1):
        expected = [s.W(task) for s in STUDENTS]
        assert np.allclose(weights(descent, task), expected, rtol=0, atol=1e-13)


def test_what_single_precision_costs():
    n_steps = 300
    double, single = (descended(n_steps, dtype=dtype) for dtype in ("float64", "float32"))
    assert single.W().dtype == torch.float32
    for task in (0, 1):
        distance = np.abs(weights(double, task) - weights(single, task)).max()
        # Each step rounds weights of order one at 6e-8: 1e-6 to 2e-5 after 300 of them, as the
        # roundings are of random or of one sign; drives of opposite sign cancel to one digit.
        assert 1e-9 < distance < 1e-4


# -------------------------------------------------------------------------------------- errors


def unchecked(X: np.ndarray, Y: np.ndarray) -> TrainingSet:
    """As outside of tests, where no one looks at the annotated shapes."""
    data = object.__new__(TrainingSet)
    object.__setattr__(data, "X", X)
    object.__setattr__(data, "Y", Y)
    return data


@pytest.mark.parametrize(
    ("students", "sets", "message"),
    [
        (STUDENTS, both_sets()[:1], "`sets` must be 2 training sets, one a head, got 1"),
        (STUDENTS[:2], both_sets(), "`sets` must be targets for 2 networks, got 3"),
        (
            STUDENTS,
            [both_sets()[0], unchecked(both_sets()[1].X[:, :, :39], both_sets()[1].Y)],
            r"`sets` must be as many inputs as targets, got \(39, 40\)",
        ),
        (
            STUDENTS,
            [TrainingSet(np.repeat(both_sets()[0].X, 2, axis=0), both_sets()[0].Y), both_sets()[1]],
            r"`sets` must be inputs for 1 or 3 networks, got \(2, 7, 24\)",
        ),
        (
            STUDENTS,
            [TrainingSet(both_sets()[0].X[:, 1:], both_sets()[0].Y), both_sets()[1]],
            r"`sets` must be of \(N1, N3\) = \(7, 4\) like the students, got \(6, 4\)",
        ),
        ([], both_sets(), "`students` must be at least one network, got 0"),
        (STUDENTS, both_sets()[::-1], r"`sets` must be of \(N1, N3\) = \(7, 4\) like the students"),
    ],
)
def test_what_does_not_fit_is_refused(students, sets, message):
    with pytest.raises(ValueError, match=message):
        descended(0, students, sets, ALPHAS[: len(students), : len(sets)])


@pytest.mark.parametrize("shape", [(2, 2), (3, 1), (3, 3)])
def test_loss_weights_have_to_be_one_a_network_and_task(shape):
    message = rf"`alphas` must be of shape \(3, 2\), got \({shape[0]}, {shape[1]}\)"
    with pytest.raises(ValueError, match=message):
        descended(0, alphas=np.ones(shape))


@pytest.mark.parametrize("rate", [0.0, -0.1, np.nan, np.inf])
def test_rates_that_are_not_positive_are_refused(rate):
    message = f"`learning_rate` must be a finite number > 0, got {rate}"
    with pytest.raises(ValueError, match=message):
        LinearDescent.on_sets(STUDENTS, both_sets(), ALPHAS, rate)
    with pytest.raises(ValueError, match=message):
        train(STUDENTS, both_sets(), np.array([1]), learning_rate=rate)
