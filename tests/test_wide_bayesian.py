"""Posterior means of Bayesian networks, against quadrature and against the Gaussian process."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from mtlpaper.errors import NotConvergedError
from mtlpaper.randomness import Streams
from mtlpaper.wide import bayesian
from mtlpaper.wide.bayesian import posterior
from mtlpaper.wide.kernels import arc_cosine, gaussian_process
from mtlpaper.wide.problem import broken_lines, draw

X = np.linspace(-1, 1, 5)[:, None]
STREAMS = Streams(3)
PROBLEM = draw(broken_lines(1, "shared", STREAMS), (3, 4), 0.1, STREAMS)
DECAY, NOISE = 0.2, 0.5
VARIANCE = NOISE**2 / DECAY


def sampled(problem, width, n_draws=20_000, seed=0, **options):
    options = {"decay": DECAY, "noise": NOISE} | options
    return posterior(problem, X, width, n_draws=n_draws, rng=np.random.default_rng(seed), **options)


def by_quadrature(problem):
    """One neuron: both of its first weights on a grid."""
    axis = np.linspace(-5, 5, 49) * np.sqrt(VARIANCE)
    total, mean = 0.0, np.zeros((len(X), 2))
    for v in axis:
        for b in axis:
            phi, at_x = (np.maximum(v * x[:, 0] + b, 0) for x in (problem.x, X))
            weight = np.exp(-(v**2 + b**2) / (2 * VARIANCE))
            means = np.zeros_like(mean)
            for task in np.unique(problem.task):
                mine = problem.task == task
                K = VARIANCE * (np.outer(phi[mine], phi[mine]) + 1)
                C = K + NOISE**2 * np.eye(mine.sum())
                weight *= multivariate_normal.pdf(problem.y[mine], cov=C)
                to_x = VARIANCE * (np.outer(at_x, phi[mine]) + 1)
                means[:, task] = to_x @ np.linalg.solve(C, problem.y[mine])
            total, mean = total + weight, mean + weight * means
    return mean / total


def errors(found):
    n_blocks = len(found.without)
    return np.sqrt((n_blocks - 1) * found.without.var(axis=0))


def test_one_neuron_agrees_with_quadrature_and_a_task_alone_does_not():
    expected, alone = by_quadrature(PROBLEM), by_quadrature(PROBLEM.only(0))
    found = sampled(PROBLEM, 1)
    # Ten numbers within four standard errors; the grid's own error is 1.4e-3.
    assert (np.abs(found.mean - expected) < 4 * errors(found) + 2e-3).all()
    # Negative control: another task's labels move the mean, by more than that.
    assert (np.abs(found.mean - alone)[:, 0] > 4 * errors(found)[:, 0] + 2e-3).any()
    assert np.array_equal(sampled(PROBLEM.only(0), 1).mean[:, 1], np.zeros(len(X)))


def test_blocks_tell_the_error():
    means = np.array([sampled(PROBLEM, 4, 1000, seed).mean[:, 0] for seed in range(40)])
    told = np.mean([errors(sampled(PROBLEM, 4, 1000, seed))[:, 0] for seed in range(10)], axis=0)
    ratio = told / means.std(axis=0, ddof=1)
    # 40 repetitions know a deviation to 11 %, ten blocks of ten draws to 8 %.
    assert ((ratio > 0.65) & (ratio < 1.5)).all()


def test_wide_networks_are_a_gaussian_process():
    def off(width):
        def kernel(x, other):
            return VARIANCE**2 * width * arc_cosine(x, other) + VARIANCE

        found = sampled(PROBLEM, width, 4000)
        return np.abs(found.mean - gaussian_process(PROBLEM, X, kernel, NOISE)).max()

    narrow, wide = off(4), off(400)
    assert wide < 0.02  # a few times 1/400, and the error of 4000 draws
    assert narrow > 3 * wide


def test_draws_in_parts_are_the_same_draws(monkeypatch):
    whole = sampled(PROBLEM, 4, 1000)
    monkeypatch.setattr(bayesian, "_AT_ONCE", 1000)
    parts = sampled(PROBLEM, 4, 1000)
    # Sums over the same draws, in another order.
    assert np.allclose(parts.mean, whole.mean, rtol=1e-10)


def test_too_few_draws_are_an_error_that_tells_how_many():
    with pytest.raises(NotConvergedError, match="must be effective") as error:
        sampled(PROBLEM, 4, 100, noise=0.01, decay=1e-4)
    assert 1 <= error.value.residual < 50
    for arguments, name in (({"decay": 0.0}, "decay"), ({"n_draws": 15}, "n_draws")):
        with pytest.raises(ValueError, match=f"`{name}` must be"):
            sampled(PROBLEM, 4, **arguments)
