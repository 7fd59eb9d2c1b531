"""Networks of two stacks, trained to optimality, against a solver without networks."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from scipy.optimize import minimize_scalar

from mtlpaper.chapters.wide_stacks import experiment
from mtlpaper.chapters.wide_stacks.parameters import WideStacks
from mtlpaper.wide.limit import minimiser
from mtlpaper.wide.problem import Regression
from mtlpaper.wide.stacks import interpolation_cost, least_objective, train_stacks


def labels(*rows):
    """Labels of every task at the same evenly spaced inputs."""
    y = np.array(rows)
    x = np.tile(np.linspace(-1, 1, y.shape[1])[:, None], (len(y), 1))
    return Regression(x, y.ravel(), np.repeat(np.arange(len(y)), y.shape[1]), len(y))


BENT = labels([1.0, -1.0, 0.5], [0.3, 1.2, -0.8])


def two_points(size, decay):
    """(W 17) at labels whose differences have this norm, two units of length apart."""
    return minimize_scalar(
        lambda q: (size - 2 * q**2) ** 2 / 2 + 4 * decay * q, (0.5, 1.0, 2.0), tol=1e-12
    ).fun


@pytest.mark.parametrize("seed", range(5))
def test_cost_of_interpolation_is_that_of_the_convex_problem(seed):
    rng = np.random.default_rng(seed)
    x, z = np.linspace(-1, 1, 5) + rng.uniform(-0.2, 0.2, 5), rng.standard_normal(5)
    decay = 1e-6  # labels are missed by so little that the penalty is that of interpolation
    one = Regression(x[:, None], z, np.zeros(5, int), 1)
    found = minimiser(one, decay, biases=False).objective / decay
    assert interpolation_cost(x, z) == pytest.approx(found, rel=1e-3)
    assert interpolation_cost(x, z[::-1]) != pytest.approx(found, rel=1e-3)


def test_a_straight_line_pays_its_slope_and_a_wedge_both_sides():
    x = np.array([-1.0, 0.0, 1.0])
    assert interpolation_cost(x, 3 * x) == 6
    assert interpolation_cost(x, np.abs(x)) == 4  # two neurons, one to either side
    assert interpolation_cost(x, np.maximum(x, 0)) == 2


def test_two_points_have_a_closed_form():
    problem, decay = labels([-1.5, 1.5], [-2.0, 2.0]), 0.2  # differences 3 and 4
    for of, size in ((problem, 5.0), (problem.only(0), 3.0)):
        exact = two_points(size, decay)
        least = least_objective(of, decay, shared="both stacks", between="identity")
        assert least == pytest.approx(exact, rel=1e-6)
    found = train_stacks(
        [problem, problem.only(0)],
        4,
        decay,
        np.array([[-1.0], [1.0]]),
        shared=["both stacks"] * 2,
        between="identity",
        starts=6,
        rng=np.random.default_rng(0),
        tolerance=1e-3,
    ).best()
    exact = [two_points(size, decay) for size in (5.0, 3.0)]
    np.testing.assert_allclose(found.objective[:, 0], exact, rtol=1e-5)
    # The second task's labels change what is learned of the first.
    slopes = np.diff(found.outputs[:, 0, :, 0], axis=1)
    assert abs(slopes[0] - slopes[1]).item() > 0.01


def test_wide_networks_of_every_kind_reach_the_least_objective_and_narrow_ones_do_not():
    params = WideStacks(width=(2, 6), n_seeds=2, n_starts=6)
    least, networks = experiment.measure(params, xr.Dataset())
    exact = np.array([least.run(c.unit)["least"] for c in least.cells() if c.labels["seed"] == 0])
    assert exact[0] < exact[1]  # an l1 norm is at least the Euclidean one
    units = [cell.unit for cell in networks.cells()]
    narrow, wide = (
        networks.run(replace(unit, labelled=unit.labelled[:1]))["objective"][:, 0, 0] / exact - 1
        for unit in units
    )
    assert min(narrow.min(), wide.min()) > -1e-6
    assert wide.max() < 1e-5 < 1e-3 < narrow.max()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"shared": []}, "`shared` must be 1 of both stacks, first stack, nothing"),
        ({"width": 1}, "`width` must be at least 2, one for each task, got 1"),
        ({"starts": 0}, "`starts` must be at least 1, got 0"),
    ],
)
def test_bad_arguments_are_refused_by_name(changes, words):
    given = {"width": 4, "shared": ["both stacks"], "between": "tanh", "starts": 2} | changes
    with pytest.raises(ValueError, match=words):
        train_stacks([BENT], decay=0.1, at=BENT.x, rng=np.random.default_rng(0), **given)


def test_a_solver_for_few_places_refuses_many():
    with pytest.raises(ValueError, match="`problem` must be of 2 to 5 places"):
        least_objective(labels(np.arange(6.0)), 0.1, shared="both stacks", between="tanh")
