"""Deep ReLU students: every step by automatic differentiation, and their limits."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from mtlpaper.students import Student
from mtlpaper.tasks import one_hot
from mtlpaper.training import (
    DeepStudent,
    LinearDescent,
    ReLUDescent,
    TrainingSet,
    deep_student,
)

N1, N2, N3 = 6, 8, 4
#: Points of the two tasks, unequal on purpose.
POINTS = (20, 33)
RATE = 0.1
ALPHAS = np.array([[1.0, 0.0], [1.0, 1.0], [0.7, 0.3]])
ACTIVATIONS = ("every", "between")


def students(depth: int, nets: int = 3, **options) -> list[DeepStudent]:
    return [
        deep_student(N1, N2, N3, depth, 0.9, np.random.default_rng(net), n_tasks=2, **options)
        for net in range(nets)
    ]


def sets(nets: int = 3, seed: int = 0) -> list[TrainingSet]:
    rng = np.random.default_rng(50 + seed)
    return [
        TrainingSet(
            rng.standard_normal((1, N1, N)),
            np.stack([one_hot(rng.integers(0, N3, N), N3) for _ in range(nets)]),
        )
        for N in POINTS
    ]


def only(parts: list[TrainingSet], net: int) -> list[TrainingSet]:
    return [TrainingSet(part.X, part.Y[[net]]) for part in parts]


def descended(n_steps: int, starts, data=None, alphas=ALPHAS, **options) -> ReLUDescent:
    options = {"dtype": "float64"} | options
    data = sets() if data is None else data
    descent = ReLUDescent(starts, data, alphas, RATE, **options)
    for _ in range(n_steps):
        descent.step()
    return descent


def weights(descent: ReLUDescent, net: int) -> list[np.ndarray]:
    return [part[net].numpy() for part in (*descent._trunk, *descent._heads)]


def assert_equal_weights(one: list[np.ndarray], other: list[np.ndarray], atol: float) -> None:
    for a, b in zip(one, other, strict=True):
        assert np.allclose(a, b, rtol=0, atol=atol)


def forward(trunk, head, X, activation: str):
    h = X
    for layer, W in enumerate(trunk):
        h = W @ h
        if activation == "every" or layer < len(trunk) - 1:
            h = torch.relu(h)
    return head @ h


def by_autograd(
    start: DeepStudent, data: list[TrainingSet], alphas: np.ndarray, n_steps: int, activation: str
) -> list[np.ndarray]:
    """Trunk and heads of one network after steps of torch's own SGD on its own cross-entropy."""
    trunk = [torch.tensor(W, requires_grad=True) for W in start.trunk]
    heads = [torch.tensor(W, requires_grad=True) for W in start.heads]
    optimiser = torch.optim.SGD([*trunk, *heads], lr=RATE)
    for _ in range(n_steps):
        optimiser.zero_grad()
        loss = sum(
            alpha
            * functional.cross_entropy(
                forward(trunk, head, torch.tensor(part.X[0]), activation).T,
                torch.tensor(part.Y[0]).T,
            )
            for alpha, head, part in zip(alphas, heads, data, strict=True)
        )
        loss.backward()
        optimiser.step()
    return [W.detach().numpy() for W in (*trunk, *heads)]


# ----------------------------------------------------------------- against automatic gradients


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_steps_are_those_of_automatic_differentiation(depth, activation):
    starts = students(depth)
    descent = descended(25, starts, activation=activation)
    for net in range(3):
        data = only(sets(), net)
        expected = by_autograd(starts[net], data, ALPHAS[net], 25, activation)
        # The same sums in another order: 25 steps of rounding, no unit near its kink.
        assert_equal_weights(weights(descent, net), expected, 1e-13)
    # Negative control: the other activation is another network.
    other = ACTIVATIONS[activation == "every"]
    wrong = by_autograd(starts[1], only(sets(), 1), ALPHAS[1], 25, other)
    assert not np.allclose(weights(descent, 1)[0], wrong[0], rtol=0, atol=1e-4)


def test_one_linear_hidden_layer_is_a_linear_student():
    """Two implementations of one network: by layers here, by composite weights there."""
    starts = students(1)
    twins = [Student(start.trunk[0], start.heads) for start in starts]
    linear = LinearDescent.on_sets(twins, sets(), ALPHAS, RATE, dtype="float64")
    relu = descended(0, starts, activation="between")
    X = torch.from_numpy(np.random.default_rng(2).standard_normal((N1, 9)))
    for n_steps in (0, 1, 99):
        for _ in range(n_steps):
            linear.step()
            relu.step()
        for task in (0, 1):
            # Products in another order: a hundred steps of rounding.
            seen, expected = (d.logits(X, task).numpy() for d in (relu, linear))
            assert np.allclose(seen, expected, rtol=0, atol=1e-12)
    # Negative control: with a ReLU behind the layer it is not linear.
    assert not np.allclose(
        descended(100, starts, activation="every").logits(X).numpy(),
        linear.logits(X).numpy(),
        rtol=0,
        atol=1e-2,
    )


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_logits_pass_every_layer(activation):
    start = students(3, 1)[0]
    X = np.random.default_rng(2).standard_normal((N1, 9))
    descent = descended(0, [start], sets(1), ALPHAS[:1], activation=activation)
    h = X
    for layer, W in enumerate(start.trunk):
        h = W @ h
        h = np.maximum(h, 0) if activation == "every" or layer < 2 else h
    for task in (0, 1):
        seen = descent.logits(torch.from_numpy(X), task).numpy()
        assert np.allclose(seen[0], start.heads[task] @ h, rtol=0, atol=1e-13)  # rounding


def test_logits_grow_with_the_inputs():
    """ReLUs without biases are homogeneous: twice the input, twice the logits."""
    descent = descended(10, students(3))
    X = torch.from_numpy(np.random.default_rng(2).standard_normal((N1, 9)))
    assert np.allclose(descent.logits(2 * X), 2 * descent.logits(X), rtol=0, atol=1e-13)
    assert not np.allclose(descent.logits(-X), -descent.logits(X), rtol=0, atol=1e-2)


def test_looking_at_logits_changes_nothing():
    starts, X = students(3), torch.from_numpy(np.random.default_rng(2).standard_normal((N1, 9)))
    before, copy = descended(10, starts), X.clone()
    before.logits(X)
    for _ in range(5):
        before.step()
    assert torch.equal(X, copy)
    assert_equal_weights(weights(before, 1), weights(descended(15, starts), 1), 0)


# ------------------------------------------------------------------------------------- biases


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("depth", [1, 3])
def test_biases_are_those_of_torch_layers(depth, activation):
    """Torch's own layers with the same weights and biases, trained by its own SGD."""
    start = students(depth, 1, biases=True)[0]
    fans = [N1, *[N2] * (depth - 1)]
    trunk = [layer_of(W[:-1]) for W in start.trunk]
    heads = [layer_of(W) for W in start.heads]
    assert [layer.in_features for layer in trunk] == fans
    for layer in (*trunk, *heads):  # drawn within 1 / sqrt(fan-in), as torch does
        assert 0 < layer.bias.abs().max() <= layer.in_features**-0.5
    data, alphas = sets(1), ALPHAS[1:2]
    optimiser = torch.optim.SGD([p for one in (*trunk, *heads) for p in one.parameters()], lr=RATE)

    def through(head, X):
        for i, layer in enumerate(trunk):
            X = layer(X)
            X = torch.relu(X) if activation == "every" or i < depth - 1 else X
        return head(X)

    for _ in range(25):
        optimiser.zero_grad()
        sum(
            functional.cross_entropy(through(head, torch.tensor(part.X[0].T)), torch.tensor(Y.T))
            for head, part, Y in zip(heads, data, (data[0].Y[0], data[1].Y[0]), strict=True)
        ).backward()
        optimiser.step()
    X = np.random.default_rng(2).standard_normal((N1, 9))
    descent = descended(25, [start], data, alphas, activation=activation)
    with torch.no_grad():
        for task, head in enumerate(heads):
            expected = through(head, torch.tensor(X.T)).T
            seen = descent.logits(torch.from_numpy(X), task)[0]
            assert torch.allclose(seen, expected, rtol=0, atol=1e-13)  # rounding
    # Negative control: a student of the same weights without biases is another.
    plain = descended(25, students(depth, 1), data, alphas, activation=activation)
    assert not torch.allclose(plain.logits(torch.from_numpy(X), 1)[0], expected, atol=1e-3)


def layer_of(W: np.ndarray) -> torch.nn.Linear:
    """A torch layer whose weights and biases are the columns of W."""
    layer = torch.nn.Linear(W.shape[1] - 1, W.shape[0], dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(W[:, :-1]))
        layer.bias.copy_(torch.tensor(W[:, -1]))
    return layer


def test_weights_are_the_same_with_biases():
    plain, biased = (students(2, 1, biases=biases)[0] for biases in (False, True))
    for one, other in zip(plain.trunk, biased.trunk, strict=True):
        assert np.array_equal(one, other[:-1, :-1])
    for one, other in zip(plain.heads, biased.heads, strict=True):
        assert np.array_equal(one, other[:, :-1])


# --------------------------------------------------------------------------------- companions


@pytest.mark.parametrize("depth", [1, 3])
def test_a_task_without_weight_is_not_there(depth):
    starts = students(depth)
    together = descended(100, starts)
    alone = descended(
        100,
        [DeepStudent(starts[0].trunk, starts[0].heads[:1])],
        only(sets(), 0)[:1],
        ALPHAS[:1, :1],
    )
    # The silent task's points add zeros to sums, whose order may change: rounding.
    expected = weights(alone, 0)
    assert_equal_weights(weights(together, 0)[: depth + 1], expected, 1e-12)
    assert np.array_equal(weights(together, 0)[-1], starts[0].heads[1])
    # Negative control: where task B has weight, the trunk hears it.
    assert not np.allclose(
        weights(together, 1)[0],
        weights(descended(100, starts, alphas=ALPHAS[[0, 0, 0]]), 1)[0],
        rtol=0,
        atol=1e-2,
    )


def test_companions_change_nothing():
    starts = students(3)
    together = descended(50, starts)
    for net in range(3):
        alone = descended(50, [starts[net]], only(sets(), net), ALPHAS[[net]])
        assert_equal_weights(weights(together, net), weights(alone, 0), 1e-12)  # rounding


def test_networks_that_leave_do_not_disturb_those_that_stay():
    starts, chosen = students(3), np.array([True, False, True])
    descent, whole = descended(20, starts), descended(20, starts)
    descent.keep(chosen)
    assert len(descent) == 2
    for _ in range(30):
        descent.step()
        whole.step()
    for kept, net in enumerate(np.flatnonzero(chosen)):
        assert_equal_weights(weights(descent, kept), weights(whole, net), 1e-12)  # rounding


def test_a_descent_leaves_its_arguments_alone():
    start, data = students(2, 1)[0], sets(1)
    arrays = [*start.trunk, *start.heads, *(a for part in data for a in (part.X, part.Y))]
    before = [a.copy() for a in arrays]
    descended(5, [start], data, ALPHAS[[1]])
    for array, copy in zip(arrays, before, strict=True):
        assert np.array_equal(array, copy)


def relu_inputs(descent: ReLUDescent) -> np.ndarray:
    """What enters the ReLUs of students of two hidden layers, for all networks and points."""
    first, second = (W.double() for W in descent._trunk)
    below = first @ descent._X.double()
    return torch.cat([below, second @ torch.relu(below)], dim=1).numpy()


def nudged(starts: list[DeepStudent], relative: float) -> list[DeepStudent]:
    """The same weights, each moved up or down by this share of it."""
    rng = np.random.default_rng(9)
    return [
        DeepStudent(
            *(
                tuple(W * (1 + relative * rng.choice([-1, 1], W.shape)) for W in part)
                for part in (start.trunk, start.heads)
            )
        )
        for start in starts
    ]


def distances(one: ReLUDescent, other: ReLUDescent) -> np.ndarray:
    """Largest difference of any weight, by network."""
    pairs = [zip(weights(one, net), weights(other, net), strict=True) for net in range(len(one))]
    return np.array([max(np.abs(a - b).max() for a, b in pair) for pair in pairs])


def test_what_single_precision_costs():
    """Every step rounds once more; what becomes of a rounding is measured in double precision.

    That holds while no rounding can flip a ReLU: a single flip moves weights by up to 1e-2, and
    whether it comes depends on the order of sums, so on the processor.
    """
    starts, n_steps = students(2), 20
    data = sets(seed=4)  # of 40 draws the one whose points keep farthest from the kinks
    double, single = (descended(0, starts, data, dtype=d) for d in ("float64", "float32"))
    # A weight is rounded by half an ulp at most. The other half is for the sums of the gradient,
    # which a step counts with the learning rate only.
    ulp = float(np.finfo(np.float32).eps)
    other, far = (descended(0, nudged(starts, size), data) for size in (ulp, 1e-3))
    clearance, reach = np.inf, 0.0
    for _ in range(n_steps):
        for descent in (double, single, other, far):
            descent.step()
        z = relu_inputs(double)
        # Exactly zero is what enters the second layer where the first lets nothing pass.
        clearance = min(clearance, np.abs(z[z != 0]).min())
        reach = max(reach, n_steps * np.abs(relu_inputs(other) - z).max())
    assert reach < clearance
    bound = n_steps * distances(double, other)
    seen = distances(double, single)
    assert (seen > 1e-9).all()
    assert (seen < bound).all()
    # Negative control: weights with three digits only.
    assert (distances(double, far) > bound).all()


# ------------------------------------------------------------------------------------- weights


def test_initial_weights_have_the_variances_they_are_said_to_have():
    start = deep_student(300, 200, 50, 3, 0.7, np.random.default_rng(0), n_tasks=2)
    assert [W.shape for W in start.trunk] == [(200, 300), (200, 200), (200, 200)]
    assert [W.shape for W in start.heads] == [(50, 200)] * 2
    for W in start.trunk:
        # Variances of 40 000 entries and more: 0.7 % each; five standard errors.
        assert W.var() == pytest.approx(0.49 * 2 / W.shape[1], rel=0.036)
    for W in start.heads:
        assert W.var() == pytest.approx(0.49 / 200, rel=0.07)  # of 10 000 entries
    assert not np.array_equal(*start.heads)


def test_signals_keep_their_size_through_relus():
    """He's rule: with scale 1 the mean square of a layer's output is twice that before its ReLU."""
    start = deep_student(400, 400, 10, 3, 1.0, np.random.default_rng(1))
    h = np.random.default_rng(2).standard_normal((400, 200))
    for W in start.trunk:
        h = np.maximum(W @ h, 0)
        # Fluctuations of a layer of 400 units: sqrt(5 / 400) = 11 % a point, some of it common.
        assert np.mean(h**2) == pytest.approx(1, rel=0.2)


# -------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 4, 3, 1, 1.0), r"`N1, N2, N3` must be integers >= 1, got \(0, 4, 3\)"),
        ((5, 4, 3, 0, 1.0), "`depth` must be an integer >= 1, got 0"),
        ((5, 4, 3, 1, 0.0), "`scale` must be a finite number > 0, got 0.0"),
        ((5, 4, 3, 1, np.inf), "`scale` must be a finite number > 0, got inf"),
    ],
)
def test_inadmissible_students_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        deep_student(*arguments, np.random.default_rng(0))


def test_inputs_of_a_network_of_its_own_are_refused():
    copies = [TrainingSet(np.repeat(part.X, 3, axis=0), part.Y) for part in sets()]
    with pytest.raises(ValueError, match="`sets` must be inputs shared by all networks"):
        descended(0, students(1), copies)
    with pytest.raises(ValueError, match="`sets` must be 2 training sets, one a head, got 1"):
        descended(0, students(1), sets()[:1], ALPHAS[:, :1])
    with pytest.raises(ValueError, match="`students` must be at least one network, got 0"):
        ReLUDescent([], sets(), ALPHAS, RATE)


def unchecked(X: np.ndarray, Y: np.ndarray) -> TrainingSet:
    """As outside of tests, where no one looks at the annotated shapes."""
    data = object.__new__(TrainingSet)
    object.__setattr__(data, "X", X)
    object.__setattr__(data, "Y", Y)
    return data


def test_points_without_targets_are_refused():
    A, B = sets()
    message = r"`sets` must be as many inputs as targets, got \(32, 33\)"
    with pytest.raises(ValueError, match=message):
        descended(0, students(1), [A, unchecked(B.X[:, :, :32], B.Y)])
    with pytest.raises(ValueError, match="`sets` must be targets for 2 networks, got 3"):
        descended(0, students(1, 2), sets(), ALPHAS[:2])


@pytest.mark.parametrize("shape", [(2, 2), (3, 1)])
def test_loss_weights_have_to_be_one_a_network_and_task(shape):
    with pytest.raises(ValueError, match=r"`alphas` must be of shape \(3, 2\), got"):
        descended(0, students(1), alphas=np.ones(shape))


@pytest.mark.parametrize("rate", [0.0, -0.1, np.nan, np.inf])
def test_rates_that_are_not_positive_are_refused(rate):
    message = f"`learning_rate` must be a finite number > 0, got {rate}"
    with pytest.raises(ValueError, match=message):
        ReLUDescent(students(1), sets(), ALPHAS, rate)
