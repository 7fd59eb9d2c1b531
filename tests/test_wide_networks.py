"""Networks of one stack, trained to optimality: exact answers, and the convex limit."""

import numpy as np
import pytest

from mtlpaper.errors import NotConvergedError
from mtlpaper.randomness import Streams
from mtlpaper.wide.limit import minimiser
from mtlpaper.wide.networks import train
from mtlpaper.wide.problem import Regression, broken_lines, draw

#: Kinks are rounded off over a millionth of the inputs, which moves objectives by about as much.
ROUNDED = 1e-6


def penalty(net, biases):
    parts = [net.v, net.w, *([net.b, net.c] if biases else [])]
    return sum(np.square(part).sum(axis=tuple(range(2, part.ndim))) for part in parts)


def trained(problems, width, decay, *, biases, starts=4, seed=1, **options):
    rng = np.random.default_rng(seed)
    return train(problems, width, decay, biases=biases, starts=starts, rng=rng, **options)


def two_points(*differences):
    """Labels of every task at -1 and 1, so that only their differences cost anything."""
    n = len(differences)
    y = np.outer(differences, [-0.5, 0.5]).ravel() + np.repeat(np.arange(n), 2)
    return Regression(np.tile([[-1.0], [1.0]], (n, 1)), y, np.repeat(np.arange(n), 2), n)


@pytest.fixture(scope="module")
def data():
    streams = Streams(3)
    return draw(broken_lines(1, "shared", streams), (6, 5), 0.1, streams)


@pytest.fixture(scope="module", params=[False, True], ids=["free", "penalised"])
def fitted(request, data):
    """Narrow and wide networks of both tasks and of one, in one batch."""
    problems = [data, data, data.only(0), data]
    decays = [0.1, 0.1, 0.1, 0.3]
    found = trained(problems, [1, 16, 16, 16], decays, biases=request.param)
    return request.param, problems, decays, found


def test_two_points_share_one_slope():
    """With D the labels' differences: 1/2 (|D| - 2 m)² + 2 lambda m at m = (|D| - lambda) / 2."""
    decay = 0.4
    found = trained([two_points(3.0, 4.0), two_points(3.0, 0.0)], 3, decay, biases=False)
    for net, size in zip(found.best().objective[:, 0], (5.0, 3.0), strict=True):
        assert net == pytest.approx(decay * size - decay**2 / 2, rel=ROUNDED)
    # The second task shrinks with the first: each loses lambda D / |D| of its difference.
    outputs = found.best()(np.array([[-1.0], [1.0]]))[0, 0]
    np.testing.assert_allclose(np.diff(outputs, axis=0)[0], [3 * 0.92, 4 * 0.92], rtol=1e-5)


def test_objective_is_that_of_the_parameters(fitted):
    biases, problems, decays, found = fitted
    x = problems[0].x
    for i, (problem, decay) in enumerate(zip(problems, decays, strict=True)):
        for j, outputs in enumerate(found(x)[i]):
            mine = outputs[np.isin(x[:, 0], problem.x[:, 0])]
            value = problem.loss(mine) + decay * penalty(found, biases)[i, j]
            assert value == pytest.approx(found.objective[i, j], rel=1e-9)
    assert (found.w[0, :, :, 1:] == 0).all()  # of one neuron


def test_wide_networks_reach_the_limit_and_narrow_ones_do_not(fitted):
    biases, problems, decays, found = fitted
    limits = [
        minimiser(problem, decay, biases=biases).objective
        for problem, decay in zip(problems, decays, strict=True)
    ]
    gaps = found.best().objective[:, 0] / limits - 1
    assert gaps.min() > -1e-9  # the limit is a lower bound
    assert gaps[1:].max() < 10 * ROUNDED
    assert gaps[0] > 0.01


def test_best_networks_are_converged_and_balanced(fitted):
    biases, *_, found = fitted
    best = found.best()
    assert best.residual.max() < 1e-2
    below = np.square(best.v).sum(axis=-1) + biases * np.square(best.b)
    # A neuron's two sides weigh the same, or else rescaling it would help.
    np.testing.assert_allclose(np.square(best.w).sum(axis=2), below, atol=1e-3)


def test_a_network_does_not_depend_on_the_others_of_the_batch(data):
    alone = trained([data.only(1)], 4, 0.3, biases=True)
    together = trained([data, data.only(1)], 4, [0.1, 0.3], biases=True)
    np.testing.assert_allclose(together.best().objective[1], alone.best().objective[0], rtol=1e-6)


def test_inputs_along_a_line_are_one_input(data):
    turned = Regression(data.x * [[0.6, 0.8]], data.y, data.task, 2)
    found = trained([turned], 16, 0.1, biases=True)
    limit = minimiser(data, 0.1, biases=True).objective
    assert found.best().objective[0, 0] == pytest.approx(limit, rel=100 * ROUNDED)


def test_no_convergence_is_an_error_that_carries_the_residual(data):
    with pytest.raises(NotConvergedError, match="residual of networks, above 1e-16") as error:
        trained([data], 4, 0.1, biases=True, starts=2, tolerance=1e-16)
    assert 1e-16 < error.value.residual < np.inf


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"width": 0}, "`width` must be at least 1, got 0"),
        ({"width": [4, 4]}, "`width, decay` must be one number, or 1, one for every problem"),
        ({"decay": 0.0}, "`decay` must be a number above 0, got 0.0"),
        ({"starts": 0}, "`starts` must be at least 1, got 0"),
        ({"problems": []}, "`problems` must be at least one"),
    ],
)
def test_bad_arguments_are_refused_by_name(data, changes, words):
    given = {"problems": [data], "width": 4, "decay": 0.1, "biases": True, "starts": 2}
    with pytest.raises(ValueError, match=words):
        train(**(given | changes), rng=np.random.default_rng(0))
