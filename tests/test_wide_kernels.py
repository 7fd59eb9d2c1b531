"""Models of fixed features: kernels against integrals, wide networks against their limits."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad

from mtlpaper.errors import NotConvergedError
from mtlpaper.randomness import Streams
from mtlpaper.wide import kernels, tangent
from mtlpaper.wide.kernels import arc_cosine, descended, gaussian_process, random_features
from mtlpaper.wide.problem import Regression, broken_lines, draw

X = np.linspace(-1, 1, 9)[:, None]
STREAMS = Streams(0)
PROBLEM = draw(broken_lines(2, "shared", STREAMS), (5, 8), 0.1, STREAMS)


def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("dim", [1, 3])
def test_kernels_are_their_integrals(dim):
    """In the plane of z and z' directions are uniform, and squared radii have the mean 2."""
    x = rng().standard_normal((4, dim))
    z = np.column_stack([x, np.ones(4)])
    for i, j in np.ndindex(4, 4):
        sizes = np.linalg.norm(z[i]) * np.linalg.norm(z[j])
        angle = np.arccos(min(z[i] @ z[j] / sizes, 1.0))
        # Where both neurons are active.
        low, high = angle - np.pi / 2, np.pi / 2
        both = quad(lambda p, a=angle: np.cos(p) * np.cos(p - a), low, high)[0]
        last, first = sizes * both / np.pi, z[i] @ z[j] * (high - low) / (2 * np.pi)
        # arccos loses half of the digits at small angles.
        at = x[i : i + 1], x[j : j + 1]
        assert np.isclose(arc_cosine(*at).item(), last, rtol=1e-7)
        assert np.isclose(kernels.tangent(*at).item(), last + first, rtol=1e-7)


def test_random_features_are_ridge_regression_of_every_task():
    found = random_features(PROBLEM, X, 0.3, width=20, rng=rng())
    first = rng().standard_normal((2, 20))

    def features(x):
        return np.maximum(x * first[0] + first[1], 0) / np.sqrt(20)

    for task in range(2):
        mine = PROBLEM.only(task)
        K = features(mine.x) @ features(mine.x).T + 0.3 * np.eye(len(mine.y))
        expected = features(X) @ features(mine.x).T @ np.linalg.solve(K, mine.y)
        # A dual and a primal solution of the same problem, of condition 1e3 or so.
        assert np.allclose(found[:, task], expected, rtol=1e-9, atol=1e-11)


def test_many_random_features_are_a_gaussian_process():
    process = gaussian_process(PROBLEM, X, arc_cosine, 0.5)
    off = [
        np.abs(random_features(PROBLEM, X, 0.25, width=n, rng=rng()) - process).max()
        for n in (10, 1000)
    ]
    assert off[1] < 0.1  # a few times 1000^(-1/2), of functions of size one
    assert off[0] > 2 * off[1]


def test_only_outputs_that_depend_on_each_other_share():
    alone = PROBLEM.only(0)

    def change(outputs):
        both = (
            gaussian_process(one, X, arc_cosine, 0.1, outputs=outputs) for one in (PROBLEM, alone)
        )
        return np.abs(np.subtract(*both))[:, 0].max()

    assert change(None) < 1e-12
    assert change(np.array([[1.0, 0.5], [0.5, 1.0]])) > 0.01
    # Outputs that are one: all labels are of one function.
    same = Regression(PROBLEM.x, PROBLEM.y, np.zeros_like(PROBLEM.task), 1)
    joint = gaussian_process(PROBLEM, X, arc_cosine, 0.1, outputs=np.ones((2, 2)))
    assert np.allclose(joint, gaussian_process(same, X, arc_cosine, 0.1), rtol=1e-9)


def test_descent_in_a_kernel_is_descent_step_by_step_and_ends_at_the_labels():
    rate, n_steps = 0.01, 25
    f = {"train": np.zeros((len(PROBLEM.y), 2)), "x": np.zeros((len(X), 2))}
    own = np.eye(2)[PROBLEM.task]
    for _ in range(n_steps):
        pull = 2 * rate * PROBLEM.residuals(f["train"])[:, None] * own
        f = {
            "train": f["train"] + arc_cosine(PROBLEM.x, PROBLEM.x) @ pull,
            "x": f["x"] + arc_cosine(X, PROBLEM.x) @ pull,
        }
    found = descended(PROBLEM, X, arc_cosine, rate=rate, n_steps=n_steps)
    assert np.allclose(found, f["x"], rtol=1e-9, atol=1e-12)
    end = descended(PROBLEM, PROBLEM.x, arc_cosine, rate=rate, n_steps=10**9)
    assert PROBLEM.loss(end) < 1e-6 * PROBLEM.loss(0 * end)


def test_networks_follow_the_gradient_of_the_loss():
    networks = tangent.start(PROBLEM, 5, 2, rng())
    rate, step = 1e-3, 1e-6
    after = tangent.train(PROBLEM, networks, rate=rate, n_steps=1)
    for name in ("u", "w"):
        before, moved = getattr(networks, name), getattr(after, name)
        for at in [(0, 1, 0), (1, 4, 1)]:
            shift = np.zeros_like(before)
            shift[at] = step
            above, below = (
                replace(networks, **{name: before + by})(PROBLEM.x)[at[0]] for by in (shift, -shift)
            )
            slope = (PROBLEM.loss(above) - PROBLEM.loss(below)) / (2 * step)
            # Central differences of a function of size ten: about 1e-15 * 10 / step.
            assert np.isclose((moved - before)[at], -rate * slope, rtol=1e-5, atol=1e-10)


def test_a_small_step_of_a_wide_network_moves_it_by_the_tangent_kernel():
    networks = tangent.start(PROBLEM, 2**14, 1, rng())
    rate = 1e-5
    moved = tangent.train(PROBLEM, networks, rate=rate, n_steps=1)(X)[0] - networks(X)[0]
    pull = 2 * rate * PROBLEM.residuals(networks(PROBLEM.x)[0])[:, None] * np.eye(2)[PROBLEM.task]

    def off(kernel):
        return np.abs(kernel(X, PROBLEM.x) @ pull - moved).max() / np.abs(moved).max()

    assert off(kernels.tangent) < 0.03  # a few times 2^-7
    assert off(arc_cosine) > 0.2  # negative control: the last layer alone


def test_what_is_impossible_is_refused():
    with pytest.raises(ValueError, match="`rate` must be above 0 and below"):
        descended(PROBLEM, X, arc_cosine, rate=1.0, n_steps=1)
    with pytest.raises(NotConvergedError, match="rate 1 multiplied a loss by") as error:
        tangent.train(PROBLEM, tangent.start(PROBLEM, 8, 1, rng()), rate=1.0, n_steps=3)
    assert error.value.residual > 1
    for arguments, name in (({"decay": 0.0}, "decay"), ({"width": 0}, "width")):
        with pytest.raises(ValueError, match=f"`{name}` must be"):
            random_features(PROBLEM, X, **{"decay": 1.0, "width": 3, "rng": rng()} | arguments)
    with pytest.raises(ValueError, match="`noise` must be above 0, got 0"):
        gaussian_process(PROBLEM, X, arc_cosine, 0.0)
