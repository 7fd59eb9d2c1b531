"""The benchmarks' competitors take the same steps, and their table judges as it says."""

import dataclasses
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the benchmarks are no part of the package

from benchmarks.problems import RATE, Shape, draw  # noqa: E402
from benchmarks.report import Line  # noqa: E402
from benchmarks.timing import COMPETITORS, make  # noqa: E402

SMALL = Shape(3, 12, N1=7, N2=5, N3=4)
PEERS = [name for name in COMPETITORS if name != "engine"]


def weights(name, shape, steps):
    if name.startswith("jax"):
        pytest.importorskip("jax")
    competitor = make(name, shape)
    competitor.run(steps)
    return competitor.weights()


def gap(a, b):
    return np.abs(a - b).max() / np.abs(b).max()


@pytest.mark.parametrize("name", PEERS)
def test_peer_takes_the_engines_steps(name):
    # Single precision over twenty steps.
    assert gap(weights(name, SMALL, 20), weights("engine", SMALL, 20)) < 1e-5


@pytest.mark.parametrize("name", PEERS)
def test_one_step_more_would_be_noticed(name):
    assert gap(weights(name, SMALL, 21), weights("engine", SMALL, 20)) > 1e-3


def test_loop_takes_the_engines_steps_on_inputs_of_their_own_in_double_precision():
    shape = dataclasses.replace(SMALL, tasks=1, own_inputs=True, dtype="float64")
    assert gap(weights("plain loop", shape, 20), weights("engine", shape, 20)) < 1e-13


def test_a_step_is_that_of_the_written_formula():
    shape = dataclasses.replace(SMALL, nets=1, dtype="float64")
    problem = draw(shape)
    W21, heads = problem.W21[0], problem.W32[:, 0]
    trunk, stepped = W21.copy(), []
    for W32, X, y in zip(heads, problem.X[:, 0], problem.classes[:, 0], strict=True):
        p = np.exp(W32 @ W21 @ X)
        D = (np.eye(shape.N3)[y].T - p / p.sum(axis=0)) @ X.T / shape.N
        stepped.append(W32 + RATE * D @ W21.T)
        trunk += RATE * W32.T @ D
    exact = np.concatenate(stepped) @ trunk
    np.testing.assert_allclose(weights("engine", shape, 1)[0], exact, rtol=1e-12, atol=1e-14)


def test_operations_are_those_of_the_products():
    # Two tasks of 4 N3 N1 N for logits and gradient, and of 6 N3 N1 N2 for composite and steps.
    assert Shape(50, 800).flops == 8 * 10 * 100 * 800 + 12 * 10 * 100 * 100


@pytest.mark.parametrize(
    ("samples", "at_most", "met"),
    [((1, 3, 9), False, True), ((1, 1.9, 9), False, False), ((1, 1.9, 9), True, True)],
)
def test_target_is_held_against_the_median(samples, at_most, met):
    line = Line("section", "what", "setting", "x", samples, 2.0, at_most)
    assert line.met is met
    assert line.as_dict()["met"] is met


def test_no_verdict_without_samples():
    assert Line("section", "what", "setting", "x", (), 2.0).met is None
