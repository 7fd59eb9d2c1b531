"""Bounds on the benefit: convexity, Eq. (5), and where the wrong constant breaks it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtlpaper import theory
from mtlpaper.gibbs import GaussianField, argmax_slope, g, rank_one_log_partition, softmax
from mtlpaper.randomness import centred_frame, haar_frame

N3, N1 = 4, 3
U = centred_frame(N3, 1, np.random.default_rng(2))[:, 0]
V = haar_frame(N1, 1, np.random.default_rng(3))[:, 0]
FIELD = GaussianField(N3, 2**14)
S_BAR = 2.0


def matrix_loss(label_rule: str = "soft", field: GaussianField = FIELD) -> theory.MatrixLoss:
    return theory.MatrixLoss(np.outer(theory.label_moment(S_BAR, U, label_rule), V), field)


@pytest.mark.parametrize("label_rule", ["soft", "argmax"])
def test_the_moment_of_the_labels_by_monte_carlo(label_rule):
    X = np.random.default_rng(4).standard_normal((N1, 200_000))
    z = S_BAR * np.outer(U, V @ X)
    y = softmax(z) if label_rule == "soft" else np.eye(N3)[:, z.argmax(axis=0)]
    M = np.outer(theory.label_moment(S_BAR, U, label_rule), V)
    # Entries of y x^T are at most about one: 4 / sqrt(200 000).
    assert np.allclose(y @ X.T / X.shape[1], M, atol=0.009)
    other = "argmax" if label_rule == "soft" else "soft"
    wrong = np.outer(theory.label_moment(S_BAR, U, other), V)
    assert not np.allclose(y @ X.T / X.shape[1], wrong, atol=0.03)


@pytest.mark.parametrize("label_rule", ["soft", "argmax"])
def test_the_constant_is_the_moment_along_the_teacher(label_rule):
    q = theory.bound_constant(S_BAR, U, label_rule)
    assert q == pytest.approx(U @ theory.label_moment(S_BAR, U, label_rule), rel=1e-9)


def test_the_matrix_loss_of_a_rank_one_student_is_that_of_the_quadrature():
    s = 1.7
    expected = rank_one_log_partition(s, U) - s * theory.bound_constant(S_BAR, U, "soft")
    # 2^14 Sobol points.
    assert matrix_loss()(s * np.outer(U, V)) == pytest.approx(expected, abs=1e-4)


def test_the_descent_is_minus_the_slope_of_the_loss():
    rng = np.random.default_rng(7)
    W, step = rng.standard_normal((2, N3, N1))
    loss, h = matrix_loss(), 1e-4
    slope = (loss(W + h * step) - loss(W - h * step)) / (2 * h)
    # Two different averages over the same points: good to the points' own error.
    assert slope == pytest.approx(-np.sum(step * loss.descent(W)), abs=2e-3)


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6), scale=st.floats(0.1, 3), far=st.floats(0.05, 2))
def test_the_general_bound_holds_for_any_two_students(seed, scale, far):
    rng = np.random.default_rng(seed)
    W = scale * rng.standard_normal((N3, N1))
    W_tilde = W + far * rng.standard_normal((N3, N1))
    for label_rule in ("soft", "argmax"):
        loss = matrix_loss(label_rule)
        bound = loss.bound(W, W_tilde)
        difference = np.asarray(loss(W_tilde) - loss(W))
        # The points' error of the averages, 1e-4 times the size of the step.
        assert bound.margin(difference, np.array(2e-3)) > 0
        assert bound.upper > bound.lower
        # Negative control: with its sides turned round no benefit lies between them.
        turned = theory.Bound(bound.upper, bound.lower)
        assert turned.margin(difference, np.array(0.0)) < 0


def aligned_losses(s: np.ndarray, label_rule: str) -> np.ndarray:
    q = theory.bound_constant(S_BAR, U, label_rule)
    return np.array([rank_one_log_partition(float(x), U) - q * x for x in s])


@settings(max_examples=40)
@given(s=st.floats(0, 12), s_tilde=st.floats(0, 12))
def test_eq5_holds_for_students_aligned_with_the_noise_free_teacher(s, s_tilde):
    """The case that Eq. (5) is for; with argmax labels only with their own constant."""
    for label_rule in ("soft", "argmax"):
        L, L_tilde = aligned_losses(np.array([s, s_tilde]), label_rule)
        q = theory.bound_constant(S_BAR, U, label_rule)
        bound = theory.scalar_bound(np.array(s), np.array(s_tilde), q, U)
        assert bound.margin(np.array(L_tilde - L), np.array(1e-9)) > 0  # rounding


@pytest.mark.parametrize("s_tilde", [1.0, 2.0, 4.0])
def test_eq5_as_printed_fails_for_argmax_labels(s_tilde):
    """s_bar g(s_bar) is too small a constant: beyond s_bar growing seems to harm, and helps."""
    s = s_tilde + 0.5
    L, L_tilde = aligned_losses(np.array([s, s_tilde]), "argmax")
    printed = theory.bound_constant(S_BAR, U, "soft")
    assert printed < argmax_slope(U)
    bound = theory.scalar_bound(np.array(s), np.array(s_tilde), printed, U)
    assert bound.margin(np.array(L_tilde - L), np.array(1e-9)) < 0


def test_two_equal_students_differ_by_nothing():
    bound = theory.scalar_bound(np.array(1.3), np.array(1.3), 0.2, U)
    assert (bound.lower, bound.upper) == (0, 0)


def test_a_projection_may_be_negative():
    bound = theory.scalar_bound(np.array(-0.5), np.array(0.0), 0.2, U)
    assert bound.upper == pytest.approx(-0.1)
    assert bound.lower == pytest.approx(-0.5 * (0.2 + 0.5 * g(0.5, U)))


def plane_loss(v_bar: np.ndarray) -> theory.AlignedLoss:
    task = theory.AlignedTask(2.5, U, "soft")
    return theory.AlignedLoss(task, theory.label_moment(S_BAR, U, "soft"), v_bar)


def test_the_plane_loss_is_the_matrix_loss():
    v_bar = np.array([[0.8, 0.3]])
    w = np.array([[1.2, 0.4]])
    frame = haar_frame(N1, 2, np.random.default_rng(6))
    rest = haar_frame(N1, 1, np.random.default_rng(9), orthogonal_to=frame)[:, 0]
    whole = frame @ v_bar[0] + np.sqrt(1 - v_bar[0] @ v_bar[0]) * rest
    loss = theory.MatrixLoss(np.outer(theory.label_moment(S_BAR, U, "soft"), whole), FIELD)
    W, W_tilde = (np.outer(U, frame @ x) for x in (w[0], [1.0, 0.0]))
    plane = plane_loss(v_bar)
    # 2^14 Sobol points in the matrix case.
    assert plane(w)[0] == pytest.approx(loss(W), abs=2e-4)
    sides, expected = plane.bound(w, np.array([[1.0, 0.0]])), loss.bound(W, W_tilde)
    assert sides.lower[0] == pytest.approx(expected.lower, abs=1e-3)
    assert sides.upper[0] == pytest.approx(expected.upper, abs=1e-3)
    assert sides.upper[0] - sides.lower[0] > 1e-3


def test_least_loss_between_the_times_asked_for():
    """A straight path through the minimum of a convex loss; the parabola finds it."""
    loss = plane_loss(np.array([[0.8, 0.0], [0.5, 0.0]]))

    def path(t: np.ndarray) -> np.ndarray:
        return np.repeat(np.stack([t, 0 * t], axis=-1)[:, None, :], 2, axis=1)

    best = theory.least_loss(path, loss, np.linspace(0, 4, 41))
    kappa = U @ theory.label_moment(S_BAR, U, "soft")
    for i, cos in enumerate((0.8, 0.5)):
        s = best.w[i, 0]
        # Parabolas through points 0.1 apart are good to 0.1^3 times the third derivative.
        assert s * g(float(s), U) == pytest.approx(cos * kappa, rel=1e-3)
        assert best.t[i] == s
    assert (best.loss <= loss(path(np.linspace(0, 4, 41))).min(axis=0) + 1e-12).all()


def test_least_loss_at_the_ends():
    path = theory.eq3_path(theory.AlignedTask(2.5, U, "soft"), 0.1)
    t = np.linspace(0, 3, 7)
    worse, better = plane_loss(np.array([[0.0, 0.0]])), plane_loss(np.array([[1.0, 0.0]]))
    assert theory.least_loss(path, worse, t).t == 0
    assert theory.least_loss(path, better, t).t == 3


def test_what_a_benefit_can_be_at_an_interior_minimum():
    """The upper side keeps kappa (w . v_perp)(v_bar . v_perp) alone, :eq:`eq-T16`."""
    task, other = (theory.AlignedTask(s, U, "soft") for s in (2.5, 6.0))
    v_bar = np.array([[0.8, 0.3], [0.8, -0.3], [0.8, 0.0]])
    r_hat = np.full(3, 0.4)
    flow = theory.solve_aligned_pair(task, other, r_hat, r_hat, 0.1, 60.0)
    loss, t = plane_loss(v_bar), np.append(0, np.geomspace(0.03, 60, 200))
    together = theory.least_loss(flow.w, loss, t)
    alone = theory.least_loss(theory.eq3_path(task, 0.1), plane_loss(v_bar[:1]), t)
    upper = loss.bound(together.w, alone.w).upper
    kappa = U @ theory.label_moment(S_BAR, U, "soft")
    # The single-task minimum is found to 1e-3 of its singular value.
    assert upper == pytest.approx(kappa * together.w[:, 1] * v_bar[:, 1], abs=1e-3)
    benefit = alone.loss[0] - together.loss
    assert benefit[0] > 0.001
    # A direction that shows nothing of v_bar, or the wrong side of it, cannot help.
    assert (benefit[1:] < 1e-6).all()


def test_inadmissible_arguments_are_refused():
    with pytest.raises((ValueError, TypeError), match="label_rule"):
        theory.label_moment(1.0, U, "hard")
    with pytest.raises(ValueError, match="`M` must be of 4 rows"):
        theory.MatrixLoss(np.zeros((3, 2)), FIELD)
