"""Initial weights of students."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlpaper import students
from mtlpaper.randomness import haar_frame

#: Products of a few matrices of up to 20 rows with entries of order one, in double precision.
ROUNDING = 1e-12


def rng() -> np.random.Generator:
    return np.random.default_rng(11)


@given(
    k=st.integers(1, 4),
    extra=st.integers(0, 5),
    imbalance=st.floats(-3, 3),
    seed=st.integers(0, 2**32),
)
def test_training_aligned_start(k, extra, imbalance, seed):
    draw = np.random.default_rng(seed)
    U, V = haar_frame(5, k, draw), haar_frame(7, k, draw)
    S0 = np.linspace(1.5, 0.5, k)
    student = students.training_aligned(U, V, S0, k + extra, draw, imbalance=imbalance)
    assert np.allclose(student.W(), (U * S0) @ V.T, atol=ROUNDING)
    trunk = np.linalg.svd(student.W21)[1][:k] ** 2
    head = np.linalg.svd(student.W32[0])[1][:k] ** 2
    assert np.allclose(trunk - head, imbalance, atol=ROUNDING)


def test_a_balanced_start_conserves_nothing_but_zero():
    student = students.training_aligned(np.eye(3)[:, :2], np.eye(4)[:, :2], np.ones(2), 5, rng())
    conserved = student.W32[0].T @ student.W32[0] - student.W21 @ student.W21.T
    assert np.allclose(conserved, 0, atol=ROUNDING)


@pytest.mark.parametrize("s0", [1e-2, 1e-5, 1e-9])
@pytest.mark.parametrize("imbalance", [100.0, -100.0])
def test_a_small_singular_value_survives_a_large_imbalance(s0, imbalance):
    U, V = np.eye(3)[:, :1], np.eye(4)[:, :1]
    student = students.training_aligned(U, V, np.array([s0]), 2, rng(), imbalance=imbalance)
    # Three products and a square root: a few units in the last place.
    assert np.linalg.svd(student.W())[1][0] == pytest.approx(s0, rel=1e-14, abs=0)


@given(
    N1=st.integers(1, 8),
    N2=st.integers(1, 12),
    N3=st.integers(1, 10),
    s0=st.just(0.0) | st.floats(1e-6, 3),
    n_tasks=st.integers(1, 3),
    layers=st.integers(1, 3),
    seed=st.integers(0, 2**32),
)
def test_orthogonal_start_has_equal_singular_values(N1, N2, N3, s0, n_tasks, layers, seed):
    """Of the composite weight s0, of all layers its root: hidden layers may be wider, too."""
    draw = np.random.default_rng(seed)
    student = students.orthogonal(N1, N2, N3, s0, draw, n_tasks=n_tasks, layers=layers)
    root = s0 ** (1 / (layers + 1))
    assert [W.shape for W in student.further] == [(N2, N2)] * (layers - 1)
    for W in student.further:
        assert np.allclose(W @ W.T, root**2 * np.eye(N2), atol=ROUNDING)
    assert student.W21.shape == (N2, N1)
    assert [W32.shape for W32 in student.W32] == [(N3, N2)] * n_tasks
    k = min(N1, N2, N3)
    for task in range(n_tasks):
        assert np.allclose(np.linalg.svd(student.W(task))[1][:k], s0, atol=ROUNDING)
        assert np.linalg.matrix_rank(student.W(task), tol=1e-7) == (k if s0 > 0 else 0)
        assert np.allclose(np.linalg.svd(student.W32[task])[1][:k], root, atol=ROUNDING)
    assert np.allclose(np.linalg.svd(student.W21)[1], root, atol=ROUNDING)


@given(N1=st.integers(1, 8), N2=st.integers(1, 12), N3=st.integers(1, 10))
def test_orthogonal_start_is_balanced_where_heads_draw(N1, N2, N3):
    """W32^T W32 = W21 W21^T on the directions that a head reads, which the trunk reaches all."""
    student = students.orthogonal(N1, N2, N3, 0.7, rng(), n_tasks=2)
    trunk = student.W21 @ student.W21.T / 0.7  # projects on what the trunk reaches
    for W32 in student.W32:
        head = W32.T @ W32 / 0.7
        for projector in (trunk, head):
            assert np.allclose(projector @ projector, projector, atol=ROUNDING)
        assert np.allclose(trunk @ head, head, atol=ROUNDING)
        # With as many classes as the trunk has directions, both are the same.
        assert np.allclose(trunk, head, atol=ROUNDING) == (N3 >= min(N1, N2))


def test_a_narrow_orthogonal_start_is_what_it_was():
    """Published numbers hang on it: trunk first, then a left and a right frame for each head."""
    student, draw = students.orthogonal(6, 4, 3, 0.25, rng(), n_tasks=2), rng()
    assert np.array_equal(student.W21, 0.5 * haar_frame(6, 4, draw).T)
    for W32 in student.W32:
        left, right = haar_frame(3, 3, draw), haar_frame(4, 3, draw)
        assert np.allclose(W32, 0.5 * left @ right.T, rtol=0, atol=1e-13)


def test_heads_differ():
    student = students.orthogonal(8, 4, 3, 1.0, rng(), n_tasks=2)
    assert not np.allclose(student.W32[0], student.W32[1])
    student = students.gaussian(8, 4, 3, 1.0, rng(), n_tasks=2)
    assert not np.allclose(student.W32[0], student.W32[1])


def test_gaussian_start_has_the_stated_variances():
    student = students.gaussian(300, 200, 100, 0.7, rng(), layers=2)
    # Relative standard errors sqrt(2 / entries): 0.6 % and 1 %; 4 of them.
    assert 300 * student.W21.var() == pytest.approx(0.49, rel=0.025)
    assert 200 * student.W32[0].var() == pytest.approx(0.49, rel=0.04)
    assert 200 * student.further[0].var() == pytest.approx(0.49, rel=0.04)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: students.orthogonal(3, 0, 2, 1.0, rng()),
            r"`N1, N2, N3` must be integers >= 1, got \(3, 0, 2\)",
        ),
        (lambda: students.orthogonal(0, 2, 2, 1.0, rng()), "`N1, N2, N3` must be integers >= 1"),
        (lambda: students.orthogonal(3, 2, 2, -1.0, rng()), "`s0` must be a finite number >= 0"),
        (lambda: students.orthogonal(3, 2, 2, np.nan, rng()), "`s0` must be a finite number >= 0"),
        (lambda: students.orthogonal(3, 2, 2, 1.0, rng(), n_tasks=0), "`n_tasks` must be"),
        (lambda: students.orthogonal(3, 2, 2, 1.0, rng(), layers=0), "`layers` must be"),
        (lambda: students.gaussian(3, 0, 2, 1.0, rng()), "`N1, N2, N3` must be integers >= 1"),
        (lambda: students.gaussian(3, 2, 2, 0.0, rng()), "`scale` must be a finite number > 0"),
        (lambda: students.gaussian(3, 2, 2, 1.0, rng(), n_tasks=0), "`n_tasks` must be"),
        (
            lambda: students.training_aligned(np.eye(3), np.eye(3), np.ones(3), 2, rng()),
            "`N2` must be at least the number of initial singular values, 3, got 2",
        ),
        (
            lambda: students.training_aligned(np.eye(3), np.eye(3), -np.ones(3), 3, rng()),
            "`S0` must be >= 0",
        ),
    ],
)
def test_inadmissible_starts_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
