"""Drives of the label rules: closed forms, limits, and Monte Carlo over the teacher's labels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlpaper import theory
from mtlpaper.gibbs import G_rank_one, GaussianField, argmax_slope, g
from mtlpaper.randomness import Streams, centred_frame, haar_frame
from mtlpaper.tasks import Teacher, gaussian_inputs, make_teacher, training_targets

#: Largest of some forty dependent normal deviates; a score of 4.5 has probability below 1e-3.
WITHIN = 4.5


def teacher_of(noise: str = "weight", sigma: float = 0.7, N1: int = 10) -> Teacher:
    return make_teacher(N1, 4, np.array([2.5, 1.0]), sigma, Streams(3), noise=noise)


def z_scores(Y: np.ndarray, X: np.ndarray, drive: np.ndarray) -> np.ndarray:
    """Distance of the simulated moment E[y x^T] from a drive, in standard errors."""
    N = X.shape[1]
    moment = Y @ X.T / N
    error = np.sqrt((Y**2 @ (X**2).T / N - moment**2) / N)
    return np.abs(moment - drive) / error


@pytest.mark.parametrize("label_rule", ["argmax", "soft", "sample"])
def test_drive_agrees_with_the_teachers_labels(label_rule):
    teacher, streams = teacher_of(), Streams(8)
    X = gaussian_inputs(10, 100_000, streams.rng("inputs A"))
    Y = training_targets(teacher, X, label_rule, streams.rng("labels A"))
    field = GaussianField(4, 2**15)
    assert z_scores(Y, X, theory.population_drive(teacher, label_rule, field)).max() < WITHIN
    # Negative controls: the other rule's drive, and the noise-free teacher's.
    other = "soft" if label_rule == "argmax" else "argmax"
    assert z_scores(Y, X, theory.population_drive(teacher, other, field)).max() > WITHIN
    clean = Teacher(teacher.U_bar, teacher.S_bar, teacher.V_bar, 0.0, 0 * teacher.xi)
    assert z_scores(Y, X, theory.population_drive(clean, label_rule, field)).max() > WITHIN


@pytest.mark.parametrize("label_rule", ["argmax", "soft", "sample"])
def test_drive_agrees_with_labels_of_freshly_noisy_logits(label_rule):
    """Leading order in 1/N1: with 100 inputs the correction is 1 % of the drive."""
    teacher, streams = teacher_of("sample", 1.5, N1=100), Streams(8)
    X = gaussian_inputs(100, 20_000, streams.rng("inputs A"))
    Y = training_targets(teacher, X, label_rule, streams.rng("labels A"))
    field = GaussianField(4, 2**15)
    drive = theory.population_drive(teacher, label_rule, field)
    # 400 dependent deviates: a score of 5 has probability below 1e-3. Projected on the teacher's
    # own directions the test is far sharper.
    directions = X.T @ teacher.V_bar
    assert z_scores(Y, X, drive).max() < 5
    assert z_scores(Y, directions.T, drive @ teacher.V_bar).max() < WITHIN
    # Negative control: without the noise on the logits.
    quiet = Teacher(teacher.U_bar, teacher.S_bar, teacher.V_bar, 0.0, teacher.xi, "sample")
    wrong = theory.population_drive(quiet, label_rule, field)
    assert z_scores(Y, directions.T, wrong @ teacher.V_bar).max() > WITHIN


def test_argmax_drive_is_the_limit_of_soft_drives():
    """(T 5): G(beta Sigma_hat) beta Sigma_hat as beta grows; the rest falls as 1 / beta^2."""
    teacher, field = teacher_of(), GaussianField(4, 2**18)
    limit = theory.argmax_drive(teacher.Sigma_hat, field)
    distance = [
        np.abs(theory.soft_drive(beta * teacher.Sigma_hat, field) - limit).max()
        for beta in (1.0, 4.0, 16.0)
    ]
    # Sixteen-fold each time once logits are well apart; the points' own error is about 3e-4.
    assert distance[1] < distance[0] / 5
    assert distance[2] < distance[1] / 10
    # Negative control: the limit of another teacher.
    other = theory.argmax_drive(teacher.W_bar, field)
    assert np.abs(theory.soft_drive(16 * teacher.Sigma_hat, field) - other).max() > distance[1]


def test_argmax_drive_of_a_rank_one_teacher():
    """Against the exact drive; the scatter of 32 scramblings gives the standard error."""
    u = centred_frame(5, 1, np.random.default_rng(1))[:, 0]
    v = haar_frame(7, 1, np.random.default_rng(2))[:, 0]
    W = 3.0 * np.outer(u, v)
    samples = np.stack([theory.argmax_drive(W, GaussianField(5, 1024, k)) for k in range(32)])
    drive, error = samples.mean(axis=0), samples.std(axis=0, ddof=1) / np.sqrt(32)
    top, bottom = u.argmax(), u.argmin()
    exact = np.zeros((5, 7))
    exact[top], exact[bottom] = v / np.sqrt(2 * np.pi), -v / np.sqrt(2 * np.pi)
    moved = [top, bottom]
    assert (np.abs(drive - exact)[moved] / error[moved]).max() < WITHIN
    # Classes in between never win; their rows are exactly zero but for the square root's rounding.
    assert np.abs(np.delete(drive, moved, axis=0)).max() < 1e-7
    assert u @ drive @ v == pytest.approx(argmax_slope(u), rel=1e-3)
    # Negative control: one per cent off is noticed.
    assert (np.abs(drive - 1.01 * exact)[moved] / error[moved]).max() > 5


@given(N3=st.integers(2, 6), s=st.floats(0.1, 5), seed=st.integers(0, 99))
def test_soft_drive_of_rank_one_teachers(N3, s, seed):
    rng = np.random.default_rng(seed)
    u, v = centred_frame(N3, 1, rng)[:, 0], haar_frame(5, 1, rng)[:, 0]
    W = s * np.outer(u, v)
    drive = theory.soft_drive(W, GaussianField(N3, 2**14))
    # With 2^12 points the worst of all these cases is off by 2.1e-3; four times as many leave room.
    assert np.allclose(drive, G_rank_one(s, u) @ W, rtol=0, atol=2e-3)
    assert u @ drive @ v == pytest.approx(theory.rank_one_drive(s, u, "soft"), abs=2e-3)


def test_finite_data_enter_through_the_second_moment():
    """(T 7a)'s drive against the labels of a training set whose inputs are not white."""
    teacher = teacher_of(sigma=0.0)
    root = np.diag(np.linspace(0.3, 2.0, 10))
    X = root @ gaussian_inputs(10, 100_000, Streams(8).rng("inputs A"))
    Y = training_targets(teacher, X, "soft", Streams(8).rng("labels A"))
    field, S = GaussianField(4, 2**13), X @ X.T / X.shape[1]
    assert z_scores(Y, X, theory.soft_drive(teacher.Sigma_hat, field, S=S)).max() < WITHIN
    assert z_scores(Y, X, theory.soft_drive(teacher.Sigma_hat, field)).max() > WITHIN


def test_white_second_moments_change_nothing():
    teacher, field = teacher_of(), GaussianField(4, 256)
    drive = theory.soft_drive(teacher.Sigma_hat, field)
    assert np.array_equal(theory.soft_drive(teacher.Sigma_hat, field, S=np.eye(10)), drive)


def test_empirical_drive():
    """Centred over the classes, so that inputs whose mean is not zero push no class alike."""
    Y, X = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[1.0, 2.0], [3.0, 5.0], [0.0, 4.0]])
    assert np.array_equal(theory.empirical_drive(Y, X), [[-0.25, -0.5, -1.0], [0.25, 0.5, 1.0]])


@given(N3=st.integers(2, 6), N=st.integers(1, 20), seed=st.integers(0, 99))
def test_the_empirical_drive_is_the_labels_moment_less_its_mean_over_classes(N3, N, seed):
    rng = np.random.default_rng(seed)
    Y, X = rng.dirichlet(np.ones(N3), N).T, 2 + rng.standard_normal((5, N))
    drive, moment = theory.empirical_drive(Y, X), Y @ X.T / N
    # Rounding of sums of some tens of numbers of order one.
    assert np.allclose(drive.sum(axis=0), 0, rtol=0, atol=1e-13)
    assert np.allclose(drive, moment - X.mean(axis=1) / N3, rtol=0, atol=1e-13)
    # It is the exact gradient of a student without weights, whose p is uniform.
    exact = theory.training_set_force(X, Y)(np.zeros((N3, 5)))
    assert np.allclose(drive, exact, rtol=0, atol=1e-13)


@given(seed=st.integers(0, 99), label_rule=st.sampled_from(["argmax", "soft", "sample"]))
def test_rotated_inputs_rotate_the_drive_and_classes_sum_to_zero(seed, label_rule):
    teacher, field = teacher_of(), GaussianField(4, 256)
    R = haar_frame(10, 10, np.random.default_rng(seed))
    rotated = Teacher(teacher.U_bar, teacher.S_bar, R @ teacher.V_bar, 0.7, teacher.xi @ R.T)
    drive = theory.population_drive(teacher, label_rule, field)
    # The points stay the same; rounding may move one of 256 points across a jump of argmax.
    turned = theory.population_drive(rotated, label_rule, field)
    assert np.allclose(turned, drive @ R.T, rtol=0, atol=1e-10)
    if label_rule != "argmax":  # G 1 = 0 point by point; argmax needs a mean logit of zero
        assert np.allclose(drive.sum(axis=0), 0, rtol=0, atol=1e-14)


@pytest.mark.parametrize("s_hat", [0.1, 2.0, 30.0])
def test_rank_one_drive(s_hat):
    u = np.array([0.6, 0.1, -0.7])
    for rule in ("soft", "sample"):
        assert theory.rank_one_drive(s_hat, u, rule) == s_hat * g(s_hat, u)
    assert theory.rank_one_drive(s_hat, u, "argmax") == pytest.approx(1.3 / np.sqrt(2 * np.pi))


@pytest.mark.parametrize("label_rule", ["argmax", "soft", "sample"])
def test_a_negative_singular_value_is_refused_under_every_rule(label_rule):
    with pytest.raises(ValueError, match=r"`(s_hat|s)` must be"):
        theory.rank_one_drive(-1.0, np.array([0.6, 0.1, -0.7]), label_rule)
