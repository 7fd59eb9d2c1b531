"""Two training-aligned tasks: the plane flow against Eq. (3), the matrix flow, and its limits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtlpaper import theory
from mtlpaper.gibbs import G_rank_one, g, rank_one_log_partition
from mtlpaper.randomness import centred_frame, haar_frame
from mtlpaper.students import Student
from mtlpaper.theory.aligned_pair import in_plane

TWO = np.array([1.0, -1.0]) / np.sqrt(2)
T = np.linspace(0, 20, 11)
S0 = 0.1


def task(s_hat: float = 2.0, label_rule: str = "soft", u: np.ndarray = TWO) -> theory.AlignedTask:
    return theory.AlignedTask(s_hat, u, label_rule)


def direction(N3: int, seed: int = 3) -> np.ndarray:
    return centred_frame(N3, 1, np.random.default_rng(seed))[:, 0]


def solve(A, B, r_hat, heads=None, **options) -> theory.PairFlow:
    r = np.atleast_1d(np.asarray(r_hat, float))
    heads = r if heads is None else np.atleast_1d(np.asarray(heads, float))
    return theory.solve_aligned_pair(A, B, r, heads, S0, float(T[-1]), **options)


@pytest.mark.parametrize("label_rule", ["soft", "argmax"])
@pytest.mark.parametrize("N3", [2, 10])
def test_the_tables_are_those_of_the_quadrature(label_rule, N3):
    one = task(3.0, label_rule, direction(N3))
    s = np.concatenate([[0.0], np.geomspace(1e-3, one.s_max, 60)])
    # A cubic spline, 0.022 between knots: h^4 / 384 = 6e-10 times a fourth derivative of some tens.
    assert np.allclose(one.g(s), [g(float(x), one.u_hat) for x in s], rtol=1e-6)
    exact = [rank_one_log_partition(float(x), one.u_hat) for x in s]
    assert np.allclose(one.log_partition(s), exact, rtol=0, atol=1e-6)
    with pytest.raises(ValueError, match="the tables' end"):
        one.g(np.array([1.01 * one.s_max]))


@pytest.mark.parametrize("label_rule", ["soft", "argmax"])
@pytest.mark.parametrize("s_hat_B", [0.3, 8.0])
def test_unrelated_tasks_with_aligned_heads_decouple(label_rule, s_hat_B):
    """Row (a) of Table 1: s_A = s_tilde_A at all times, whatever task B is."""
    u = direction(10)
    A, B = task(2.0, label_rule, u), task(s_hat_B, label_rule, direction(10, 4))
    w = solve(A, B, 0.0, rtol=1e-9).w(T)[:, 0]
    s_tilde = theory.solve_rank_one(S0, u, A.drive, T)
    # Dense output of an integrator with a tolerance of 1e-9, tables good to 1e-6.
    assert np.allclose(w[:, 0], s_tilde, rtol=1e-5)
    assert np.abs(w[:, 1]).max() == 0  # nothing ever turns it
    # Negative controls: overlapping heads couple the tasks, and so does a common direction.
    for r_hat, heads in ((0.0, 0.3), (0.2, 0.2)):
        coupled = solve(A, B, r_hat, heads).w(T)[:, 0]
        assert np.abs(coupled[:, 1]).max() > 1e-3


@pytest.mark.parametrize("r_hat", [-0.6, 0.0, 0.3, 1.0])
@pytest.mark.parametrize("heads", [0.0, 0.8])
def test_without_the_other_task_only_eq3_is_left(r_hat, heads):
    A, B = task(), task(5.0)
    w = solve(A, B, r_hat, heads, alpha_B=0.0, rtol=1e-9).w(T)[:, 0]
    assert np.allclose(w, theory.eq3_path(A, S0)(T)[:, 0], rtol=1e-5, atol=1e-12)
    assert not np.allclose(w, solve(A, B, 0.5, 0.5).w(T)[:, 0], rtol=1e-2)


@settings(max_examples=15)
@given(r=st.floats(-1, 1), s_hat=st.floats(0.5, 3), s_hat_B=st.floats(0.5, 3))
def test_aligned_heads_start_both_tasks_on_their_teachers(r, s_hat, s_hat_B):
    flow = solve(task(s_hat), task(s_hat_B), r)
    start = np.zeros(1)
    assert np.allclose(flow.w(start, 0)[0, 0], [S0, 0], atol=1e-14)
    # Twice a square root of 1 - r^2: half the digits are lost where r is close to one.
    assert np.allclose(flow.w(start, 1)[0, 0], S0 * in_plane(np.array([r]))[0], atol=1e-9)


def full_flow(r_hat: float, heads: float, A, B, N1: int = 5, N2: int = 4) -> np.ndarray:
    """Task A's composite weight by the matrix flow of two whole networks, at T."""
    rng = np.random.default_rng(8)
    v_A, v_perp = haar_frame(N1, 2, rng).T
    hidden = haar_frame(N2, 2, rng)
    v_B = np.stack([v_A, v_perp], axis=1) @ in_plane(np.array([r_hat]))[0]
    h_B = hidden @ in_plane(np.array([heads]))[0]
    root = np.sqrt(S0)
    W32 = (root * np.outer(A.u_hat, hidden[:, 0]), root * np.outer(B.u_hat, h_B))
    student = Student(root * hidden @ np.stack([v_A, v_perp]), W32)

    def force(one: theory.AlignedTask, v: np.ndarray):
        def D(W: np.ndarray) -> np.ndarray:
            s = float(np.linalg.norm(W))
            u = np.linalg.svd(W)[0][:, 0]
            return one.drive * np.outer(one.u_hat, v) - G_rank_one(s, u) @ W

        return D

    flow = theory.solve_flow(student, [force(A, v_A), force(B, v_B)], T, rtol=1e-9)
    return np.stack([A.u_hat @ flow.W() @ v_A, A.u_hat @ flow.W() @ v_perp], axis=-1)


@pytest.mark.parametrize(("r_hat", "heads"), [(0.5, 0.5), (0.2, -0.4), (-0.7, 0.1), (1.0, 1.0)])
@pytest.mark.parametrize("label_rule", ["soft", "argmax"])
def test_two_classes_follow_the_matrix_flow_of_whole_networks(r_hat, heads, label_rule):
    """Independent method: networks of five inputs and four hidden units, no plane, no tables."""
    A, B = task(1.5, label_rule), task(4.0, label_rule)
    plane = solve(A, B, r_hat, heads, rtol=1e-9).w(T)[:, 0]
    exact = full_flow(r_hat, heads, A, B)
    # Tables good to 1e-6, amplified in the exponential rise.
    assert np.allclose(plane, exact, rtol=1e-4, atol=1e-6)
    # Negative control: another angle of the heads is noticed.
    other = solve(A, B, r_hat, heads - 0.3).w(T)[:, 0]
    assert not np.allclose(other, exact, rtol=1e-2, atol=1e-3)


def test_soft_labels_end_at_the_noisy_teachers_however_related():
    r = np.array([0.0, 0.4, 0.9])
    flow = theory.solve_aligned_pair(task(1.5), task(4.0), r, r, S0, 200.0)
    end = np.array([200.0])
    # The slowest rate at the fixed point is about 0.05 (T = 200: e^-10); tables good to 1e-6.
    assert np.allclose(flow.w(end, 0)[0], 1.5 * in_plane(np.ones(3)), atol=1e-3)
    assert np.allclose(flow.w(end, 1)[0], 4.0 * in_plane(r), atol=1e-2)


def test_what_the_trunk_and_the_heads_conserve():
    """h_A h_A^T + h_B h_B^T - W21 W21^T stays, as in the full flow."""
    states = solve(task(1.5), task(4.0), 0.3, 0.6, rtol=1e-9).state_at(T)[:, 0]
    h, trunk = states[:, :4].reshape(-1, 2, 2), states[:, 4:].reshape(-1, 2, 2)
    kept = np.einsum("tki,tkj->tij", h, h) - trunk @ trunk.swapaxes(1, 2)
    assert np.allclose(kept, kept[0], atol=1e-7)


def test_pairs_do_not_depend_on_each_other():
    """Up to the steps of the integrator, which they share."""
    r = np.array([0.1, 0.5, 0.9])
    together = solve(task(), task(4.0), r, rtol=1e-9).w(T)
    for i, one in enumerate(r):
        assert np.allclose(
            together[:, i],
            solve(task(), task(4.0), one, rtol=1e-9).w(T)[:, 0],
            rtol=1e-6,
            atol=1e-8,
        )


@pytest.mark.parametrize("r", [-1.0, -0.3, 0.0, 0.6, 1.0])
def test_turned_heads(r):
    values = np.array([r])
    assert theory.head_overlap(values, 0.0) == pytest.approx(r, abs=1e-12)
    assert theory.head_overlap(np.zeros(1), 0.3) == pytest.approx(0.3)
    assert theory.head_overlap(-values, -0.3) == pytest.approx(-theory.head_overlap(values, 0.3))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"r_hat": np.array([1.1])}, "`r_hat` must be numbers in"),
        ({"heads": np.array([-1.1])}, "`heads` must be numbers in"),
        # The annotation stops it first where types are checked at run time, as they are here.
        ({"heads": np.zeros(2)}, "heads"),
        ({"s0": 0.0}, "`s0` must be a finite number > 0"),
        ({"t_end": np.inf}, "`t_end` must be a finite number > 0"),
    ],
)
def test_inadmissible_arguments_are_refused(change, message):
    arguments = {"r_hat": np.zeros(1), "heads": np.zeros(1), "s0": S0, "t_end": 1.0} | change
    with pytest.raises(Exception, match=message):
        theory.solve_aligned_pair(task(), task(), **arguments)


def test_no_singular_value_and_too_large_an_overlap_are_refused():
    with pytest.raises(ValueError, match="`s_hat` must be a finite number > 0"):
        task(0.0)
    with pytest.raises(ValueError, match="`rho` must be a number in"):
        theory.head_overlap(np.zeros(1), 1.5)
