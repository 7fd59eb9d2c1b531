"""The infinitely wide network: closed forms, optimality, another solver."""

import numpy as np
import pytest
from sklearn.linear_model import MultiTaskLasso

from mtlpaper.errors import NotConvergedError
from mtlpaper.randomness import Streams
from mtlpaper.wide import limit
from mtlpaper.wide.limit import GAP, features, minimiser
from mtlpaper.wide.problem import Regression, broken_lines, draw, random_labels

#: Predictions differ from the minimum's by at most the root of the gap.
CLOSE = 1e-4


def labelled(x, Y):
    """Every task has a label at every input; Y is (task, point)."""
    task = np.repeat(np.arange(len(Y)), len(x))
    return Regression(np.tile(x, len(Y)).astype(float)[:, None], np.ravel(Y), task, len(Y))


def two_tasks(seed=0, relation="shared", n_points=(7, 9)):
    streams = Streams(seed)
    return draw(broken_lines(2, relation, streams), n_points, 0.1, streams)


def violation(problem, found, decay, *, biases, norm="l2"):
    """How far a network is from optimal by the conditions of (W 6), on a grid of kinks."""
    x = problem.x
    rho = np.zeros((len(x), problem.n_tasks))
    rho[np.arange(len(x)), problem.task] = problem.residuals(found(x))
    if biases:
        angles = np.linspace(0, 2 * np.pi, 20001)
        kinks = np.column_stack([np.cos(angles), np.sin(angles)])
        of_c = np.abs(rho.sum(axis=0) - decay * found.c).max()
    else:
        places = np.linspace(-1.5, 1.5, 10001)
        ones = np.ones_like(places)
        kinks = np.concatenate([np.column_stack([s * ones, -s * places]) for s in (1, -1)])
        of_c = np.abs(rho.sum(axis=0)).max()
    order = 2 if norm == "l2" else np.inf
    excess = np.linalg.norm(features(kinks, x).T @ rho, axis=1, ord=order).max() - decay
    # The prices of the network's own kinks point along its weights: what they pay is all they gain.
    paid = np.sum(found.a * (features(found.kinks, x).T @ rho))
    sizes = np.linalg.norm(found.a, axis=1, ord=2 if norm == "l2" else 1).sum()
    return max(excess, of_c, abs(paid - decay * sizes)) / decay


@pytest.mark.parametrize("biases", [True, False])
@pytest.mark.parametrize("norm", ["l2", "l1"])
@pytest.mark.parametrize("decay", [1e-3, 0.1, 3.0])
def test_is_optimal_among_the_kinks_of_a_fine_grid(biases, norm, decay):
    problem = two_tasks()
    found = minimiser(problem, decay, biases=biases, norm=norm)
    assert found.gap <= GAP * found.objective
    assert violation(problem, found, decay, biases=biases, norm=norm) < CLOSE
    # Negative control: output weights one per cent too large.
    larger = limit.Limit(found.kinks, 1.01 * found.a, found.c, found.objective, 0.0)
    assert violation(problem, larger, decay, biases=biases, norm=norm) > 10 * CLOSE


@pytest.mark.parametrize("x", [0.0, -2.0])
@pytest.mark.parametrize("size", [0.5, 1.2, 5.0])
def test_one_point_has_a_closed_form(x, size):
    """The best neuron is active at the point alone; its bias c is used up first."""
    decay, along = 0.3, np.array([0.6, -0.8])
    most = np.sqrt(1 + x**2)
    residual = min(size * decay / (1 + decay), decay / most)
    found = minimiser(labelled([x], size * along[:, None]), decay, biases=True)
    at_x = found(np.array([[x]]))[0]
    assert np.allclose(at_x, (size - residual) * along, atol=CLOSE)
    assert np.allclose(found.c, residual / decay * along, atol=CLOSE)


def test_two_points_share_their_shrinkage_among_the_tasks():
    """Slopes Y of several tasks shrink as one vector, to Y (1 - decay / (2 |Y|))."""
    Y, decay, x = np.array([3.0, -4.0]), 2.0, np.array([[-1.0], [1.0]])
    found = minimiser(labelled(x.ravel(), Y[:, None] * x.ravel()), decay, biases=False)
    assert np.allclose(found(x)[1], Y * (1 - decay / 10), atol=CLOSE)
    # An l1 norm takes as much from each of them.
    apart = minimiser(labelled(x.ravel(), Y[:, None] * x.ravel()), decay, biases=False, norm="l1")
    assert np.allclose(apart(x)[1], Y - np.sign(Y) * decay / 2, atol=CLOSE)


def test_agrees_with_coordinate_descent():
    problem = random_labels(9, 3, Streams(1))
    x, Y, decay = problem.x[:9], problem.y.reshape(3, 9).T, 0.05
    found = minimiser(problem, decay, biases=False)
    lasso = MultiTaskLasso(alpha=decay / 9, tol=1e-12, max_iter=10**6)
    lasso.fit(features(found.kinks, x), Y)
    predicted = lasso.predict(features(found.kinks, x))
    assert np.allclose(found(x), predicted, atol=CLOSE)
    sizes = np.linalg.norm(lasso.coef_, axis=0).sum()
    objective = np.sum((predicted - Y) ** 2) + 2 * decay * sizes
    assert found.objective == pytest.approx(objective, rel=1e-6)


@pytest.mark.parametrize("biases", [True, False])
def test_an_l1_norm_separates_the_tasks_and_weight_decay_does_not(biases):
    problem, decay = two_tasks(), 0.1

    def apart(norm):
        alone = [minimiser(problem.only(k), decay, biases=biases, norm=norm) for k in (0, 1)]
        both = minimiser(problem, decay, biases=biases, norm=norm)
        # At a task's points: elsewhere, one task without regularised biases has many minimisers.
        x = [problem.only(k).x for k in (0, 1)]
        moved = max(np.abs(both(x[k]) - alone[k](x[k]))[:, k].max() for k in (0, 1))
        return moved, both.objective / sum(one.objective for one in alone) - 1

    moved, dearer = apart("l1")
    assert moved < CLOSE
    assert abs(dearer) < 2 * GAP
    moved, dearer = apart("l2")
    assert moved > 1e-2
    assert dearer < -1e-2  # a shared kink costs less than two


def test_kinks_lie_between_points_only_where_biases_are_regularised():
    problem = two_tasks()
    for biases in (True, False):
        found = minimiser(problem, 0.1, biases=biases)
        large = np.linalg.norm(found.a, axis=1) > 1e-3 * np.abs(found.a).max()
        v, b = found.kinks[large].T
        off = np.abs(v[:, None] * problem.x.T + b[:, None]).min(axis=1)
        assert (off.max() > 1e-2) == biases


def test_data_sets_come_in_two_relations():
    streams = Streams(3)
    shared, disjoint = broken_lines(3, "shared", streams), broken_lines(3, "disjoint", streams)
    for field in ("kinks", "jumps", "offset", "slope"):
        assert np.array_equal(getattr(shared[0], field), getattr(disjoint[0], field))
    assert np.array_equal(shared[0].kinks, shared[1].kinks)
    assert np.abs(disjoint[0].kinks[:, None] - disjoint[1].kinks).min() > 2 / 7 / 3
    x = np.linspace(-1, 1, 5)
    by_hand = [
        shared[0].offset
        + shared[0].slope * (at + 1)
        + sum(j * max(0.0, at - k) for k, j in zip(shared[0].kinks, shared[0].jumps, strict=True))
        for at in x
    ]
    assert np.allclose(shared[0](x), by_hand)
    # More points of A: the old ones and the other task stay.
    few, many = draw(shared, (3, 5), 0.1, streams), draw(shared, (4, 5), 0.1, streams)
    assert np.array_equal(few.only(0).y, many.only(0).y[:3])
    assert np.array_equal(few.only(1).y, many.only(1).y)


def test_what_cannot_be_solved_is_refused(monkeypatch):
    problem = two_tasks()
    with pytest.raises(ValueError, match="`decay` must be a number above 0, got 0"):
        minimiser(problem, 0.0, biases=True)
    flat = Regression(np.zeros((2, 2)), np.ones(2), np.array([0, 0]), 1)
    with pytest.raises(ValueError, match="`problem` must be of one input"):
        minimiser(flat, 1.0, biases=True)
    with pytest.raises(ValueError, match="`task` must be from 0 to 0, got"):
        Regression(np.zeros((2, 1)), np.ones(2), np.array([0, 1]), 1)
    with pytest.raises(ValueError, match="`y` must be finite"):
        Regression(np.zeros((1, 1)), np.array([np.nan]), np.array([0]), 1)
    monkeypatch.setattr(limit, "_ROUNDS", 1)
    with pytest.raises(NotConvergedError, match="duality gap") as caught:
        minimiser(problem, 1e-3, biases=True)
    assert caught.value.residual > GAP
