"""Weight decay on linear students: a formula, the optimum by a solver, what couples tasks."""

import pickle
from collections.abc import Sequence

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlpaper.benefit import Problem, Training, Unit
from mtlpaper.errors import NotConvergedError
from mtlpaper.randomness import Streams
from mtlpaper.students import Student, gaussian
from mtlpaper.tasks import gaussian_inputs, make_teacher_pair, training_targets
from mtlpaper.training import TrainingSet
from mtlpaper.wide import decayed
from mtlpaper.wide.decayed import (
    Coupling,
    Norms,
    Tuned,
    Width,
    coupling,
    norms,
    tuned,
    width,
)
from mtlpaper.wide.trace_norm import certify, teachers_trace_norm, train_decayed

N1, N3, N = 6, 3, 14
unit_interval = st.floats(0, 1)
sizes = st.lists(st.floats(0.1, 10), min_size=2, max_size=2).map(np.array)


def stacked(student: Student) -> np.ndarray:
    return np.concatenate([student.W(0), student.W(1)])


def sets_of(seed: int, label_rule: str = "argmax", r_AB: float = 0.5) -> list[TrainingSet]:
    """Both tasks of one network."""
    streams = Streams(seed)
    S = np.array([3.0, 2.0])
    pair = make_teacher_pair(N1, N3, S, S, r_AB, 0.5, streams)
    found = []
    for teacher, name in zip(pair, "AB", strict=True):
        X = gaussian_inputs(N1, N, streams.rng(f"inputs {name}"))
        Y = training_targets(teacher, X, label_rule, streams.rng(f"labels {name}"))
        found.append(TrainingSet(X[None], Y[None]))
    return found


def start(N2: int = N1, seed: int = 0) -> Student:
    return gaussian(N1, N2, N3, 0.7, np.random.default_rng(seed), n_tasks=2)


def trained(sets: Sequence[TrainingSet], decay: float, N2: int = N1, alphas=(1.0, 1.0), **options):
    alphas, decays = np.array([alphas]), np.array([decay])
    students = train_decayed([start(N2)], sets, alphas, decays, **options)
    return students[0], certify(students, sets, alphas, decays)


def solved(sets: Sequence[TrainingSet], decay: float, alphas=(1.0, 1.0)) -> float:
    """The convex optimum, by another solver."""
    W = cp.Variable((2 * N3, N1))
    parts = []
    for task, (data, alpha) in enumerate(zip(sets, alphas, strict=True)):
        z = W[task * N3 : (task + 1) * N3] @ data.X[0]
        right = cp.sum(cp.multiply(data.Y[0], z))
        parts.append(alpha / N * (cp.sum(cp.log_sum_exp(z, axis=0)) - right))
    problem = cp.Problem(cp.Minimize(sum(parts) + 2 * decay * cp.normNuc(W)))
    return float(problem.solve(solver="CLARABEL"))


# ------------------------------------------------------------------------------------ the formula


@given(sizes, sizes, unit_interval)
def test_the_formula_is_the_trace_norm_of_drawn_teachers(S_A, S_B, r_AB):
    A, B = make_teacher_pair(8, 4, S_A, S_B, r_AB, 0.0, Streams(3))
    singular = np.linalg.svd(np.concatenate([A.W_bar, B.W_bar]), compute_uv=False)
    # A singular value that should be zero is known to the square root of the rounding.
    assert teachers_trace_norm(S_A, S_B, r_AB) == pytest.approx(singular.sum(), rel=1e-7)


def test_the_ends_of_the_formula():
    S_A, S_B = np.array([3.0, 1.0]), np.array([4.0, 2.0])
    assert teachers_trace_norm(S_A, S_B, 0.0) == pytest.approx(10.0)
    assert teachers_trace_norm(S_A, S_B, 1.0) == pytest.approx(5.0 + 5**0.5)
    with pytest.raises(ValueError, match=r"`r_AB` must be a number in \[0, 1\], got 1.1"):
        teachers_trace_norm(S_A, S_B, 1.1)
    with pytest.raises(ValueError, match=r"`S_B` must be of shape \(2,\), like S_A, got \(1,\)"):
        teachers_trace_norm(S_A, S_B[:1], 0.5)


def test_students_of_soft_labels_pay_the_formula_as_the_decay_vanishes():
    decays = (4e-3, 2e-3, 1e-3)
    unit = Norms(N1, N1, N3, 30, 1.0, 1.5, (0.0, 0.6, 1.0), decays, 1, 0)
    found = norms(unit)
    assert np.allclose(found["squares"], found["norm"], rtol=1e-6)  # balanced at the optimum
    off = 1 - found["squares"] / found["formula"]
    assert np.allclose(off[1:] / off[:-1], 0.5, atol=0.05)  # in proportion to the decay
    assert (off[-1] < 0.05).all()
    # Negative control: the norms of the tasks apart are not what related students pay.
    assert found["squares"][-1, -1] < 0.8 * found["formula"][0]


# ------------------------------------------------------------------------------------ the optimum


@pytest.mark.parametrize("alphas", [(1.0, 1.0), (1.0, 0.0)])
@pytest.mark.parametrize("label_rule", ["argmax", "soft"])
@pytest.mark.parametrize("decay", [0.01, 0.05])
def test_wide_students_reach_the_convex_optimum(decay, label_rule, alphas):
    sets = sets_of(1, label_rule)
    optimum = solved(sets, decay, alphas)
    _, found = trained(sets, decay, alphas=alphas)
    # Clarabel's own tolerance is 1e-8.
    assert found.objective == pytest.approx(optimum, rel=1e-6)
    assert found.bound <= found.objective
    assert 0 <= found.gap < 1e-6
    assert found.squares == pytest.approx(found.trace_norm, rel=1e-6)
    assert found.force == pytest.approx(1, abs=1e-6)


def test_the_bound_holds_for_students_that_are_not_optimal():
    sets = sets_of(2)
    optimum = solved(sets, 0.02)
    students = [start(seed=seed) for seed in range(5)]
    many = [TrainingSet(data.X, np.repeat(data.Y, 5, axis=0)) for data in sets]
    found = certify(students, many, np.ones((5, 2)), np.full(5, 0.02))
    assert (found.bound <= optimum).all()
    assert (found.objective > optimum).all()
    assert (found.squares >= found.trace_norm).all()


def test_a_trunk_narrower_than_the_rank_does_not_reach_it():
    sets = sets_of(1)
    optimum = solved(sets, 0.01)
    excess = [trained(sets, 0.01, N2)[1].objective / optimum - 1 for N2 in (1, 2, 2 * N3)]
    assert excess[0] > excess[1] > 1e-3
    assert excess[2] < 1e-6


def test_a_strong_decay_leaves_nothing():
    student, found = trained(sets_of(1), 1.0)
    assert np.abs(stacked(student)).max() < 1e-8
    assert found.objective == pytest.approx(2 * np.log(N3))
    assert found.force < 1


def test_a_network_does_not_depend_on_its_companions():
    sets = [[one[task] for one in map(sets_of, range(3))] for task in (0, 1)]
    both = [
        TrainingSet(np.concatenate([s.X for s in task]), np.concatenate([s.Y for s in task]))
        for task in sets
    ]
    decays = np.array([0.01, 0.02, 0.05])
    many = train_decayed([start()] * 3, both, np.ones((3, 2)), decays)
    for net in range(3):
        alone, _ = trained(sets_of(net), decays[net])
        assert np.allclose(stacked(many[net]), stacked(alone), rtol=0, atol=1e-6)
    assert not np.allclose(stacked(many[0]), stacked(many[1]), rtol=0, atol=1e-2)


def test_what_does_not_arrive_is_an_error_with_its_residual():
    with pytest.raises(NotConvergedError, match="after 20 steps, largest gradient") as caught:
        trained(sets_of(1), 0.01, max_steps=20)
    assert caught.value.residual > 1e-3
    again = pickle.loads(pickle.dumps(caught.value))  # from a worker of the sweep
    assert (str(again), again.residual) == (str(caught.value), caught.value.residual)
    first, second = sets_of(1)
    with pytest.raises(NotConvergedError, match="after 50 steps") as caught:  # at the first look
        trained([TrainingSet(first.X, first.Y * np.nan), second], 0.01)
    assert np.isnan(caught.value.residual)


def test_a_saddle_is_no_optimum(monkeypatch):
    """Weights of zero have no gradient; the certificate knows that they are not the best."""
    zeros = Student(np.zeros((8, 8)), (np.zeros((3, 8)),) * 2)
    monkeypatch.setattr(decayed, "_starts", lambda *_: [zeros])
    with pytest.raises(NotConvergedError, match="above the optimum") as caught:
        coupling(Coupling(problem(40, 0.0), 8, 0.02, False))
    assert caught.value.residual > 0.1


def test_a_decay_that_is_not_positive_is_refused():
    with pytest.raises(ValueError, match="`decay` must be 1 numbers > 0, one a network"):
        trained(sets_of(1), 0.0)


# ------------------------------------------------------------------------------- what couples tasks


def problem(n: int, *r_AB: float, sigma: float = 0.0) -> Problem:
    sizes = {"N1": 8, "N3": 3, "rank": 3, "n_train": n, "n_aux": n}
    tasks = {"S_A": 5.0, "S_B": (5.0,), "r_AB": r_AB, "sigma": sigma}
    rules = {"noise": "weight", "label_rule": "argmax", "inputs": "separate"}
    return Problem(**sizes, **tasks, **rules, seed=1, replicate=0)


def test_tasks_with_orthogonal_inputs_are_learned_as_if_alone():
    found = coupling(Coupling(problem(40, 0.0, 1.0), 8, 0.02, True))
    assert (found["distance"] < 1e-6).all()
    assert np.allclose(found["force"], 1, atol=1e-6)
    # Negative control: with all components even unrelated tasks move each other.
    found = coupling(Coupling(problem(40, 0.0, 1.0), 8, 0.02, False))
    assert (found["distance"] > 5e-3).all()
    assert (found["force"] > 1 + 1e-3).all()


def test_the_coupling_of_unrelated_tasks_fades_with_more_points():
    few, many = (
        coupling(Coupling(problem(n, 0.0, 1.0), 8, 0.02, False))["distance"] for n in (40, 4000)
    )
    # A hundred times the points: a tenth where the distance falls as one over their root.
    assert many[0] < 0.2 * few[0]
    assert many[1] > 0.2 * few[1]


def test_optima_are_tested_in_the_precision_of_the_test_points():
    double, single = (
        tuned(Tuned(Unit(problem(40, 0.0, 1.0), one, 8, 0.3, "orthogonal"), (0.02, 0.05)))
        for one in (
            Training(0.1, 10.0, 1.0, 64, 2, 50, "cpu", dtype) for dtype in ("float64", "float32")
        )
    )
    assert np.array_equal(single["gap"], double["gap"])  # always trained in float64
    for name in ("loss", "chosen"):
        assert double[name].shape[:2] == (2, 3)
        assert np.allclose(single[name], double[name], rtol=0, atol=1e-5)
        assert not np.array_equal(single[name], double[name])


def test_the_certificate_tells_how_many_units_are_needed():
    unit = problem(40, 0.0, 1.0)
    wide = width(Width(unit, 8, 0.02, 2))
    assert (wide["objective"] / wide["bound"] - 1 < 1e-6).all()
    modes = wide["modes"].max(axis=1)
    for net, n in enumerate(modes):
        enough, less = (
            width(Width(unit, N2, 0.02, 3))["objective"][net].min() for N2 in (n, n - 1)
        )
        best = wide["bound"][net].max()
        assert enough / best - 1 < 1e-6
        assert less / best - 1 > 1e-5
