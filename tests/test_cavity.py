"""The cavity force: exact limits, and against students trained on their points."""

import numpy as np
import pytest

from mtlpaper.gibbs import GaussianField
from mtlpaper.randomness import Streams, haar_frame
from mtlpaper.students import Student, orthogonal
from mtlpaper.tasks import gaussian_inputs, make_teacher, training_targets
from mtlpaper.theory import (
    CavityForce,
    Force,
    empirical_drive,
    finite_sample_force,
    training_set_force,
)

N3 = 4


def fresh_inputs(N1: int, n: int, seed: int = 0) -> np.ndarray:
    return np.sqrt(n) * haar_frame(n, N1, np.random.default_rng(seed)).T


def setting(N1: int, N: int, n: int, seed: int = 0):
    """A force, and the training set (X, Y) that it describes."""
    streams = Streams(seed)
    teacher = make_teacher(N1, N3, np.full(3, 4.0), 0.5, streams)
    X = gaussian_inputs(N1, N, streams.rng("inputs A"))
    Y = training_targets(teacher, X, "argmax", streams.rng("labels A"))
    fresh = fresh_inputs(N1, n)
    Y_fresh = training_targets(teacher, fresh, "argmax", streams.rng("labels B"))

    def force() -> CavityForce:
        drive = empirical_drive(Y, X)
        return CavityForce(drive[None], X @ X.T / N, teacher.Sigma_hat[None], fresh, Y_fresh[None])

    return force, X, Y


def test_at_small_logits_the_force_is_the_gaussian_one() -> None:
    force, X, Y = setting(N1=12, N=60, n=4096)
    W = 1e-4 * np.random.default_rng(1).standard_normal((1, N3, 12))
    S, drive = X @ X.T / X.shape[1], empirical_drive(Y, X)
    gaussian = finite_sample_force(drive, S, GaussianField(N3, 1024))(W)
    np.testing.assert_allclose(force()(W) - drive, gaussian - drive, rtol=1e-3, atol=1e-9)


def test_where_the_logits_span_the_inputs_the_force_is_exact() -> None:
    """A training set that is the fresh one: no response, and no remainder of the fit."""
    N1, n = 3, 256
    teacher = make_teacher(N1, N3, np.full(3, 2.0), 0.0, Streams(2))
    X = fresh_inputs(N1, n)
    Y = training_targets(teacher, X, "argmax", np.random.default_rng(0))
    force = CavityForce(
        empirical_drive(Y, X)[None], np.eye(N1), teacher.Sigma_hat[None], X, Y[None]
    )
    for scale in (0.1, 3.0):  # the second call has a past
        W = scale * np.random.default_rng(3).standard_normal((1, N3, N1))
        exact = training_set_force(X, Y)(W[0])
        np.testing.assert_allclose(force(W)[0], exact, atol=1e-6)


def descend(student: Student, force: Force, steps: int, rate: float) -> np.ndarray:
    W21, W32 = student.W21.copy(), student.W32[0].copy()
    for _ in range(steps):
        D = force(W32 @ W21)
        W32, W21 = W32 + rate * D @ W21.T, W21 + rate * W32.T @ D
    return W32 @ W21


def test_students_fit_their_points_as_trained_ones_do() -> None:
    """At saturated logits the Gaussian force makes students grow too much; this one does not."""
    N1, N = 40, 240
    student = orthogonal(N1, 20, N3, 1.0, np.random.default_rng(0))
    force, X, Y = setting(N1, N, n=1024)
    cavity, S, drive = force(), X @ X.T / N, empirical_drive(Y, X)
    forces = {
        "trained": training_set_force(X, Y),
        "cavity": lambda W: cavity(W[None])[0],
        "Gaussian": finite_sample_force(drive, S, GaussianField(N3, 1024)),
    }
    W = {name: descend(student, one, 120, 0.1) for name, one in forces.items()}
    error = {
        name: np.linalg.norm(W[name] - W["trained"]) / np.linalg.norm(W["trained"])
        for name in ("cavity", "Gaussian")
    }
    assert error["cavity"] < 0.25 < 0.5 < error["Gaussian"]


def test_kept_students_go_on_as_if_alone() -> None:
    rng = np.random.default_rng(4)
    X, Y = fresh_inputs(6, 64), np.eye(N3)[rng.integers(N3, size=(3, 64))].swapaxes(1, 2)
    drive, teachers, W = rng.standard_normal((3, 3, N3, 6))

    def force(chosen: list[int]) -> CavityForce:
        return CavityForce(drive[chosen], np.eye(6), teachers[chosen], X, Y[chosen])

    together, alone = force([0, 1, 2]), force([0, 2])
    first = together(W)
    np.testing.assert_allclose(first[[0, 2]], alone(W[[0, 2]]))
    together.keep(np.array([True, False, True]))
    later = together(W[[0, 2]])
    np.testing.assert_allclose(later, alone(W[[0, 2]]))
    assert np.abs(later - first[[0, 2]]).max() > 1e-3  # what was learned has moved the logits


def test_fresh_inputs_must_be_white() -> None:
    X = gaussian_inputs(3, 50, np.random.default_rng(0))
    Y = np.full((1, N3, 50), 1 / N3)
    zero = np.zeros((1, N3, 3))
    with pytest.raises(ValueError, match=r"X X\^T / n = I"):
        CavityForce(zero, np.eye(3), zero, X, Y)
