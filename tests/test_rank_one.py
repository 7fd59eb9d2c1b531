"""Eq. (3): the training-aligned flow of one singular value."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from mtlpaper import theory
from mtlpaper.gibbs import G_rank_one, argmax_slope, g
from mtlpaper.randomness import centred_frame, haar_frame
from mtlpaper.students import training_aligned

TWO = np.array([1.0, -1.0]) / np.sqrt(2)
TIMES = np.linspace(0, 5, 11)


def direction(N3: int) -> np.ndarray:
    return centred_frame(N3, 1, np.random.default_rng(3))[:, 0]


@settings(max_examples=40)
@given(N3=st.integers(2, 20), s0=st.floats(0.01, 3), s_hat=st.floats(0.1, 5))
def test_starts_at_s0_and_moves_towards_the_teacher(N3, s0, s_hat):
    u = direction(N3)
    s = theory.solve_rank_one(s0, u, theory.rank_one_drive(s_hat, u, "soft"), TIMES)
    assert s[0] == pytest.approx(s0, rel=1e-12)
    # Monotonic and never beyond the fixed point, up to the integrator's tolerance of 1e-9.
    between = np.sort([s0, s_hat])
    assert (s > between[0] * (1 - 1e-7)).all()
    assert (s < between[1] * (1 + 1e-7)).all()
    assert (np.diff(s) * np.sign(s_hat - s0) > -1e-7 * s_hat).all()


@pytest.mark.parametrize(("N3", "s_hat"), [(2, 0.5), (2, 2.0), (20, 2.0)])
def test_soft_labels_end_at_the_teachers_singular_value(N3, s_hat):
    u = direction(N3)
    drive = theory.rank_one_drive(s_hat, u, "soft")
    # The rate at the fixed point is 2 s (s g)': above 0.05 here; e^(-0.05 * 600) = 1e-13.
    end = theory.solve_rank_one(1.0, u, drive, np.array([0.0, 600.0]))[-1]
    assert end == pytest.approx(s_hat, rel=1e-7)


def test_time_as_an_integral_over_s():
    """t(s) = int ds / (2 s (drive - s g(s))), by quadrature: no integrator of equations."""
    u = direction(5)
    drive = theory.rank_one_drive(2.0, u, "soft")
    end = theory.solve_rank_one(0.3, u, drive, np.array([0.0, 7.0]))[-1]
    t, _ = quad(lambda s: 1 / (2 * s * (drive - s * g(s, u))), 0.3, end, epsrel=1e-10)
    assert t == pytest.approx(7.0, rel=1e-6)  # tolerance of the integrator, amplified near s_hat


def test_argmax_labels_have_no_fixed_point():
    """At large s two classes obey ds/dt = 2 s (slope - s g) -> slope pi^2 / (6 s): s ~ sqrt(t)."""
    drive = theory.rank_one_drive(1.7, TWO, "argmax")
    t = np.array([0.0, 500.0, 1000.0])
    s = theory.solve_rank_one(1.0, TWO, drive, t)
    rate = (s[2] ** 2 - s[1] ** 2) / 500
    # Corrections to the square-root law are of relative order 1 / s^2 = 0.1 %.
    assert rate == pytest.approx(argmax_slope(TWO) * np.pi**2 / 3, rel=0.01)
    # Negative control: soft labels of a strong teacher have stopped.
    soft = theory.solve_rank_one(1.0, TWO, theory.rank_one_drive(1.7, TWO, "soft"), t)
    assert soft[2] ** 2 - soft[1] ** 2 < 1e-6


def matrix_flow(u: np.ndarray, drive: float, imbalance: float) -> np.ndarray:
    """Full matrix flow of a rank-one student with the exact rank-one average, at TIMES."""
    v = haar_frame(4, 1, np.random.default_rng(5))[:, 0]
    rng = np.random.default_rng(6)
    student = training_aligned(u[:, None], v[:, None], np.ones(1), 3, rng, imbalance=imbalance)

    def force(W: np.ndarray) -> np.ndarray:
        s = float(np.linalg.norm(W))
        return drive * np.outer(u, v) - G_rank_one(s, W @ v / s) @ W

    flow = theory.solve_flow(student, [force], TIMES, rtol=1e-10, atol=1e-12)
    return flow.singular_values()[:, 0]


@pytest.mark.parametrize("imbalance", [0.0, 1.5, -1.5])
@pytest.mark.parametrize("label_rule", ["soft", "argmax"])
def test_two_classes_follow_the_matrix_flow_exactly(label_rule, imbalance):
    drive = theory.rank_one_drive(2.0, TWO, label_rule)
    s = theory.solve_rank_one(1.0, TWO, drive, TIMES, imbalance=imbalance)
    # Two integrators with tolerances of 1e-9 and 1e-10, over five units of time.
    assert np.allclose(s, matrix_flow(TWO, drive, imbalance), rtol=1e-7)
    # Negative control: forgetting the imbalance is noticed, and so is a wrong drive.
    other = theory.solve_rank_one(1.0, TWO, drive, TIMES, imbalance=0.0 if imbalance else 1.5)
    assert not np.allclose(s, other, rtol=1e-3)


def test_more_classes_rotate_away_from_the_singular_vector():
    """Twenty classes under argmax labels: the projection is an approximation, low by much."""
    u = direction(20)
    v = haar_frame(4, 1, np.random.default_rng(5))[:, 0]
    T = np.zeros((20, 4))
    T[u.argmax()], T[u.argmin()] = v / np.sqrt(2 * np.pi), -v / np.sqrt(2 * np.pi)
    student = training_aligned(u[:, None], v[:, None], np.ones(1), 3, np.random.default_rng(6))

    def force(W: np.ndarray) -> np.ndarray:
        s = float(np.linalg.norm(W))
        return T - G_rank_one(s, W @ v / s) @ W

    exact = theory.solve_flow(student, [force], TIMES).singular_values()[:, 0]
    s = theory.solve_rank_one(1.0, u, theory.rank_one_drive(2.0, u, "argmax"), TIMES)
    gap = s / exact - 1
    assert gap[0] == pytest.approx(0, abs=1e-9)
    assert (gap[1:] < 0).all()
    assert gap.min() < -0.1  # the theory page reports 23 % midway for its teachers


def test_zero_stays_zero():
    drive = theory.rank_one_drive(2.0, TWO, "soft")
    assert np.array_equal(theory.solve_rank_one(0.0, TWO, drive, TIMES), np.zeros(11))
    # Negative control: with unequal layers zero is no fixed point.
    assert theory.solve_rank_one(0.0, TWO, drive, TIMES, imbalance=0.5)[-1] > 0.1


@pytest.mark.parametrize(
    ("s0", "t", "message"),
    [
        (-1.0, TIMES, "`s0` must be a finite number >= 0, got -1.0"),
        (np.nan, TIMES, "`s0` must be a finite number >= 0"),
        (1.0, np.zeros(1), "`t` must be at least two increasing times"),
        (1.0, np.array([0.0, 2.0, 1.0]), "`t` must be at least two increasing times"),
    ],
)
def test_inadmissible_arguments_are_refused(s0, t, message):
    with pytest.raises(ValueError, match=message):
        theory.solve_rank_one(s0, TWO, 0.3, t)


def test_an_unknown_label_rule_is_refused():
    # The annotation stops it first where types are checked at run time, as they are here.
    with pytest.raises((ValueError, TypeError), match="label_rule"):
        theory.rank_one_drive(1.0, TWO, "hard")
