"""Results of other papers on networks of several tasks: by hand, from the limit, from networks.

[N] Nakhleh, Shenouda & Nowak (2025), The effects of multi-task learning on ReLU neural network
    functions, arXiv:2410.21696.
[S] Shenouda, Parhi, Lee & Nowak (2024), Variation spaces for multi-output neural networks,
    Journal of Machine Learning Research 25.
[L] Lippl & Lindsey (2024), Inductive biases of multi-task learning and finetuning,
    arXiv:2310.02396.
"""

import numpy as np
import pytest
from scipy.optimize import minimize

from mtlpaper.randomness import Streams
from mtlpaper.wide.limit import minimiser
from mtlpaper.wide.networks import train
from mtlpaper.wide.problem import Regression, broken_lines, draw, random_labels

#: Kinks are rounded off over a millionth of the inputs, which moves objectives by about as much.
ROUNDED = 1e-6
#: Predictions differ from the minimum's by at most the root of the gap.
CLOSE = 1e-4


def labelled(x, Y):
    """Every task has a label at every input; x is (point, dim), Y is (task, point)."""
    task = np.repeat(np.arange(len(Y)), len(x))
    return Regression(np.tile(x, (len(Y), 1)), np.ravel(Y), task, len(Y))


def trained(problems, width, decay, *, biases=False):
    rng = np.random.default_rng(1)
    return train(problems, width, decay, biases=biases, starts=3, rng=rng)


def neurons(net, problem, start):
    """Neurons (v, b) of unit v, and their output weights; without those that training gave up."""
    v, b, w = net.v[problem, start], net.b[problem, start], net.w[problem, start].T
    size = np.linalg.norm(v, axis=1)
    used = size * np.linalg.norm(w, axis=1) > 1e-6
    size = size[used, None]
    return np.column_stack([v, b])[used] / size, w[used] * size


def hidden(kinks, x):
    """Hidden units max(0, <v, x> + b) of neurons (v, b)."""
    return np.maximum(x @ kinks[:, :-1].T + kinks[:, -1], 0)


def prices(problem, outputs, decay, kinks):
    """Of kinks, over the decay: (W 7) with the residuals of these outputs."""
    rho = problem.residuals(outputs)[:, None] * np.eye(problem.n_tasks)[problem.task]
    return np.linalg.norm(hidden(kinks, problem.x).T @ rho, axis=1) / decay


# ------------------------------------------------------------------ one input: connecting the dots

#: Five points of one task, between which its slope rises from -2 to -1/2, 1 and 3/2.
X = np.array([[-1.0], [-0.5], [0.1], [0.4], [1.0]])
FIRST = np.array([1.0, 0.0, -0.3, 0.0, 0.9])
BETWEEN = np.linspace(-1, 1, 401)[:, None]
DOTS = np.interp(BETWEEN[:, 0], X[:, 0], FIRST)


def with_another(seed):
    return labelled(X, np.stack([FIRST, Streams(seed).rng("labels B").standard_normal(5)]))


def test_alone_a_task_has_several_minimisers():
    """[N], Fig. 6: networks of minimal norm through five points differ.

    Between the second point and the third the slope may jump once, from -2 to 1, instead of at
    both of them: a network made by hand.
    """
    kinks = np.array([[-1.0, -0.2], [1.0, 0.2], [1.0, -0.4]])
    a, c = np.array([2.0, 1.0, 0.5]), -0.6
    np.testing.assert_allclose(hidden(kinks, X) @ a + c, FIRST, atol=1e-12)
    assert np.abs(hidden(kinks, BETWEEN) @ a + c - DOTS).max() > 0.4
    # No interpolation has a smaller penalty: its product with the decay is at least the minimum.
    decay = 1e-5
    found = minimiser(labelled(X, FIRST[None]), decay, biases=False)
    assert 2 * a.sum() == pytest.approx((found.objective - found.gap) / decay, rel=1e-4)


def test_the_first_of_several_tasks_connects_its_dots():
    """[N]: for almost all labels of a second task the minimiser is the broken line, and no other.

    Another minimiser would need a kink of price 1 between the points.
    """
    decay = 1e-5
    places = np.linspace(-1, 1, 401)
    kinks = np.array([[sign, -sign * place] for sign in (1, -1) for place in places])
    between = np.tile(np.abs(places - X).min(axis=0) > 0.05, 2)
    for seed in range(3):
        problem = with_another(seed)
        found = minimiser(problem, decay, biases=False)
        assert np.abs(found(BETWEEN)[:, 0] - DOTS).max() < 1e-3  # labels are missed by that much
        assert prices(problem, found(problem.x), decay, kinks)[between].max() < 1 - 1e-3
    # Negative control: alone, or if the other task bends alike, kinks between the three inner
    # points are as good as those at them.
    inner = kinks[:401][(X[1] <= places) & (places <= X[3])]
    for Y in (FIRST[None], np.stack([FIRST, 2 * FIRST])):
        problem = labelled(X, Y)
        found = minimiser(problem, decay, biases=False)
        assert prices(problem, found(problem.x), decay, inner).min() > 1 - 1e-6


def test_three_networks_of_two_tasks_coincide_and_those_of_one_do_not():
    """[N], Fig. 6: with labels of a second task, all networks bend at the points only."""
    problem, decay = with_another(0), 1e-3
    net = trained([problem, problem.only(0)], 20, decay)
    both, alone = (net(BETWEEN)[i, ..., 0] for i in (0, 1))
    limit = minimiser(problem, decay, biases=False)
    np.testing.assert_allclose(both, np.tile(limit(BETWEEN)[:, 0], (3, 1)), atol=CLOSE)
    # Negative control: alone, networks differ, though none is better than the others.
    assert np.ptp(alone, axis=0).max() > 100 * CLOSE
    np.testing.assert_allclose(net.objective[1], net.objective[1].min(), rtol=ROUNDED)

    def off(i):
        kinks = [neurons(net, i, start)[0] for start in range(3)]
        places = -np.concatenate([of[:, 1] * of[:, 0] for of in kinks])
        return np.abs(places[np.abs(places) < 0.999] - X).min(axis=0).max()

    assert off(0) < CLOSE < 0.05 < off(1)


# ------------------------------------------------------------------------- two inputs: two squares
#
# Points and labels are those of Fig. 4 of [N]. That biases are not regularised, the decay, and that
# tasks are rotated into few are ours.

#: Corners of a square of side 2, with the label 0, and of one of side 1, with the label 1.
CORNERS = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
SQUARES = np.concatenate([CORNERS, CORNERS / 2])
LEVELS = np.repeat([0.0, 1.0], 4)
INSIDE = np.stack(np.meshgrid(*[np.linspace(-1, 1, 41)] * 2), axis=-1).reshape(-1, 2)
DECAY = 1e-3


def fine_kinks():
    """Neurons of many directions with kinks at the points: between these prices are lower."""
    angles = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    v = np.column_stack([np.cos(angles), np.sin(angles)]).repeat(len(SQUARES), axis=0)
    return np.column_stack([v, -np.sum(v * np.tile(SQUARES, (len(angles), 1)), axis=1)])


def random_tasks(n_tasks, seed):
    """Labels 0 and 1 with equal probability, (task, point)."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 2, (n_tasks, len(SQUARES))).astype(float)


def rotated(Y):
    """Return Q and R with Y = Q R, and as many rows of R as there are points.

    Neither squared errors nor weight decay change if outputs are rotated, so that tasks with the
    labels R have the same minimisers as those with Y, but for Q. Missing tasks get labels of 0,
    which cost nothing.
    """
    n = Y.shape[1]
    return np.linalg.qr(np.concatenate([Y, np.zeros((max(n - len(Y), 0), n))]))


@pytest.fixture(scope="module")
def squares():
    """Networks of several problems, and for each its rotation Q, the problem and its number."""
    tasks = {
        "first": LEVELS[None],
        "first and 100": np.concatenate([LEVELS[None], random_tasks(100, 0)]),
        "first and 100 more": np.concatenate([LEVELS[None], random_tasks(100, 1)]),
        "100": random_tasks(100, 0),
        "first and 1": np.concatenate([LEVELS[None], random_tasks(1, 0)]),
        "1": random_tasks(1, 0),
    }
    Q, R = zip(*[rotated(Y) for Y in tasks.values()], strict=True)
    problems = [labelled(SQUARES, labels) for labels in R]
    net = trained(problems, 32, DECAY)
    return dict(zip(tasks, zip(Q, problems, range(len(Q)), strict=True), strict=True)), net


def ridge(kinks, a, at):
    """Fit `LEVELS` by neurons of sizes |a_u|, with the penalty DECAY sum_u α_u² / |a_u|."""
    on = hidden(kinks, SQUARES) * np.linalg.norm(a, axis=1)
    A = on @ hidden(kinks, SQUARES).T + DECAY * np.eye(len(SQUARES))
    of_y, of_c = np.linalg.solve(A, np.column_stack([LEVELS, np.ones(len(SQUARES))])).T
    c = of_y.sum() / of_c.sum()
    return hidden(kinks, at) @ on.T @ (of_y - c * of_c) + c


def test_two_squares_alone_have_several_minimisers(squares):
    """[N], Fig. 4, top row: three minimisers, here made by hand, of equal penalty.

    With residuals of 1 at the inner corners and -1 at the outer ones no kink has a price above 1,
    so that no interpolation has a sum of |a| below 4, and the minimum at a small decay is
    8 decay - 8 decay².
    """
    by_hand = {
        "a roof along x": ([[1, 0, 0], [-1, 0, 0]], 2),
        "a flat roof along x": ([[1, 0, -0.5], [-1, 0, -0.5]], 1),
        "a flat roof along y": ([[0, 1, -0.5], [0, -1, -0.5]], 1),
    }
    outputs = []
    for kinks, c in by_hand.values():
        kinks, a = np.array(kinks, dtype=float), np.full((2, 1), -2.0)
        np.testing.assert_allclose((hidden(kinks, SQUARES) @ a + c)[:, 0], LEVELS, atol=1e-12)
        assert np.abs(a).sum() == 4
        outputs.append(hidden(kinks, INSIDE) @ a + c)
    assert min(np.abs(outputs[i] - outputs[j]).max() for i, j in [(0, 1), (0, 2), (1, 2)]) > 0.5
    problem = labelled(SQUARES, LEVELS[None])
    certificate = (LEVELS - np.where(LEVELS == 1, 1, -1))[:, None]
    assert prices(problem, certificate, 1.0, fine_kinks()).max() == pytest.approx(1)

    cases, net = squares
    Q, _, which = cases["first"]
    np.testing.assert_allclose(net.objective[which], 8 * DECAY * (1 - DECAY), rtol=ROUNDED)
    assert np.ptp(net(INSIDE)[which] @ Q[0], axis=0).max() > 0.1


def test_two_squares_among_101_tasks_have_one_minimiser(squares):
    """[N], Fig. 4, bottom row: beside 100 tasks of random labels, all networks agree."""
    cases, net = squares
    Q, problem, which = cases["first and 100"]
    several = net(INSIDE)[which] @ Q[0]
    assert np.ptp(several, axis=0).max() < CLOSE
    # It is the global minimum: residuals, scaled until no price is above 1, bound it from below.
    outputs = net(problem.x)[which, 0]
    errors = problem.residuals(outputs)
    scale = 1 / max(1.0, prices(problem, outputs, DECAY, fine_kinks()).max())
    bound = 2 * scale * errors @ problem.y - scale**2 * errors @ errors
    np.testing.assert_allclose(net.objective[which], bound, rtol=1e-4)  # directions are a grid
    # Other random labels hardly matter: of the order of one part in a hundred.
    Q, _, which = cases["first and 100 more"]
    assert np.abs(net(INSIDE)[which, 0] @ Q[0] - several[0]).max() < 0.1


def test_many_tasks_make_a_kernel_of_their_neurons(squares):
    """[N], Fig. 4e: ridge regression on neurons of 100 random tasks, which never saw the first.

    Among many tasks one more changes a neuron's penalty 2 |a| by α² / |a| to first order in α², so
    that it is fitted by a kernel whose features are the neurons, weighted by their sizes |a|. This
    penalty is derived here; we do not know that the paper's Eq. (23) has the same factors. With
    the sizes of all tasks together, the first included, the fit is exact: the conditions of an
    optimum are the same.
    """
    cases, net = squares
    Q, _, which = cases["first and 100"]
    multitask = net(INSIDE)[which, 0] @ Q[0]
    itself = ridge(*neurons(net, which, 0), INSIDE)
    assert np.abs(itself - multitask).max() < CLOSE
    others = ridge(*neurons(net, cases["100"][2], 0), INSIDE)
    assert np.abs(others - multitask).max() < 1e-3
    # Negative controls: one other task is not enough, and its kernel is another one.
    Q, _, which = cases["first and 1"]
    pair = net(INSIDE)[which, 0] @ Q[0]
    one = ridge(*neurons(net, cases["1"][2], 0), INSIDE)
    assert np.abs(one - pair).max() > 0.1
    assert np.abs(pair - multitask).max() > 0.1


# ------------------------------------------------------------------------------ sharing of neurons


@pytest.mark.parametrize("biases", [True, False])
def test_twenty_tasks_need_no_more_neurons_than_their_points_do(biases):
    """[S]: as many neurons as the square of the number of points are enough for any tasks.

    Rotated outputs (see `rotated`) show why: only as many tasks as points have labels.
    """
    n, n_tasks, decay = 5, 20, 0.1
    problem = random_labels(n, n_tasks, Streams(0))
    x = problem.x[:n]
    Q, R = rotated(problem.y.reshape(n_tasks, n))
    few = labelled(x, R)
    many, of_few = (minimiser(one, decay, biases=biases) for one in (problem, few))
    assert many.objective == pytest.approx(of_few.objective, rel=1e-6)
    np.testing.assert_allclose(many(x), of_few(x) @ Q.T, atol=CLOSE)
    net = trained([few, few], [n**2, 2], decay, biases=biases).best()
    assert net.objective[0, 0] == pytest.approx(many.objective, rel=10 * ROUNDED)
    assert net.objective[1, 0] > 1.1 * many.objective
    # Negative control: an l1 norm depends on which combinations of outputs are called tasks.
    many, of_few = (minimiser(one, decay, biases=biases, norm="l1") for one in (problem, few))
    assert abs(many.objective / of_few.objective - 1) > 0.1


@pytest.mark.parametrize("biases", [True, False])
def test_a_neuron_serves_all_tasks_or_none(biases):
    """[S]: weight decay shares neurons; an l1 norm keeps most of them for one task."""
    problem, decay = random_labels(6, 4, Streams(0)), 0.1

    def shares(a):
        size = np.linalg.norm(a, axis=1)
        used = size > 1e-3 * size.max()
        return np.abs(a[used]) / size[used, None]

    net = trained([problem], 24, decay, biases=biases).best()
    for a in (minimiser(problem, decay, biases=biases).a, neurons(net, 0, 0)[1]):
        assert shares(a).min() > 1e-3
    assert np.mean(shares(minimiser(problem, decay, biases=biases, norm="l1").a) < 1e-6) > 0.5


@pytest.mark.parametrize("biases", [True, False])
def test_tasks_that_bend_alike_cost_their_root_of_squares(biases):
    """[S]: tasks that are 3 h and -4 h use the neurons of 5 h, not each its own."""
    x, h, decay = X, FIRST, 0.1
    both = minimiser(labelled(x, np.stack([3 * h, -4 * h])), decay, biases=biases)
    alone = [minimiser(labelled(x, k * h[None]), decay, biases=biases) for k in (3, -4, 5)]
    assert both.objective == pytest.approx(alone[2].objective, rel=1e-6)
    np.testing.assert_allclose(both(x), alone[2](x) * [0.6, -0.8], atol=CLOSE)
    assert both.objective < 0.8 * (alone[0].objective + alone[1].objective)


def test_tasks_share_kinks_where_they_bend_alike():
    """[S]: tasks of noisy labels use fewer kinks together than apart, if they bend alike."""

    def places(*networks):
        """How many different kinks there are, as angles of (v, b)."""
        angles = []
        for one in networks:
            size = np.linalg.norm(one.a, axis=1)
            angles.extend(np.arctan2(*one.kinks[size > 1e-3 * size.max()].T))
        angles = np.sort(angles)
        return np.sum(np.diff(angles, append=angles[0] + 2 * np.pi) > 0.02)

    def share(relation):
        counts = []
        for seed in range(24):
            streams = Streams(seed)
            problem = draw(broken_lines(1, relation, streams), (12, 12), 0.1, streams)
            parts = problem, problem.only(0), problem.only(1)
            both, *alone = (minimiser(one, 0.3, biases=True) for one in parts)
            counts.append((places(both), places(*alone)))
        together, apart = np.sum(counts, axis=0)
        return together / apart

    assert share("shared") < 0.8 < 0.85 < share("disjoint") < 1


# ------------------------------------------------------------------------------- factors of weights


def test_penalty_of_a_function_is_that_of_its_best_weights():
    """[L]: over all factors of the layers, weight decay is 2 sum_u |a_u|, an l_{1,2} norm."""
    problem, decay = random_labels(6, 3, Streams(0)), 0.1
    x = problem.x[:6]
    found = minimiser(problem, decay, biases=True)
    sizes = np.linalg.norm(found.a, axis=1)

    def weights(logarithms):
        rho = np.exp(logarithms)[:, None]
        first, last = rho * found.kinks, found.a / rho
        slope = 2 * np.sum(first**2, axis=1) - 2 * np.sum(last**2, axis=1)
        return np.sum(first**2) + np.sum(last**2), slope

    start = np.random.default_rng(0).standard_normal(len(sizes))
    best = minimize(weights, start, jac=True, options={"gtol": 1e-10, "maxiter": 1000})
    assert weights(start)[0] > 1.5 * best.fun
    assert best.fun == pytest.approx(2 * sizes.sum(), rel=1e-6)
    # No other network has these outputs at the points for less, and so none with this function.
    same = labelled(x, found(x).T)
    least = minimiser(same, decay=1e-6, biases=True).objective / 1e-6
    penalty = 2 * sizes.sum() + found.c @ found.c
    assert least == pytest.approx(penalty, rel=1e-4)
    assert 2 * np.abs(found.a).sum() > 1.2 * penalty  # the l1 norm is another


def test_a_diagonal_network_selects_features_for_all_tasks():
    """[L]: f_k(x) = sum_u w_uk v_u x_u with weight decay on v and w is a group lasso.

    Here the inputs x_u are hidden units with their kinks at points.
    """
    n, n_tasks, decay = 6, 3, 0.3
    problem = random_labels(n, n_tasks, Streams(0))
    found = minimiser(problem, decay, biases=False)
    Y = problem.y.reshape(n_tasks, n).T

    def trained_on(columns):
        units, labels = hidden(found.kinks, problem.x[:n]), Y[:, columns]
        shape = (len(found.kinks), len(columns))
        units, labels = units - units.mean(axis=0), labels - labels.mean(axis=0)  # c is free

        def objective(theta):
            v, w = theta[: shape[0], None], theta[shape[0] :].reshape(shape)
            errors = units @ (v * w) - labels
            by_product = 2 * units.T @ errors
            of_v, of_w = np.sum(by_product * w, axis=1) + 2 * decay * v[:, 0], by_product * v
            value = np.sum(errors**2) + decay * theta @ theta
            return value, np.concatenate([of_v, (of_w + 2 * decay * w).ravel()])

        start = np.random.default_rng(0).standard_normal(shape[0] + np.prod(shape))
        end = minimize(objective, start, jac=True, options={"gtol": 1e-9, "maxiter": 10**4})
        return end.fun, end.x[: shape[0], None] * end.x[shape[0] :].reshape(shape)

    value, a = trained_on([0, 1, 2])
    assert value == pytest.approx(found.objective, rel=1e-6)
    sizes = np.linalg.norm(a, axis=1)
    np.testing.assert_allclose(sizes, np.linalg.norm(found.a, axis=1), atol=1e-3)
    used = sizes > 1e-3
    assert 0 < used.sum() < len(used)
    assert np.abs(a[used]).min() > 1e-3
    # Negative control: alone, each task selects features of its own.
    alone = [np.abs(trained_on([k])[1][:, 0]) > 1e-3 for k in range(n_tasks)]
    assert any((alone[0] != one).any() for one in alone[1:])
