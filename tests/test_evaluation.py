"""Quadrature of the generalisation loss against simulated inputs, exact values and symmetries."""

import numpy as np
import pytest
import torch
from scipy.special import log_softmax

from mtlpaper.randomness import Streams, haar_frame
from mtlpaper.tasks import Teacher, gaussian_inputs, make_teacher, test_labels
from mtlpaper.training import GaussianTest, LabelledPoints, Score
from mtlpaper.training.evaluation import _points

N1, N3 = 12, 5


def teacher(rank: int = 3, S: float = 2.0, seed: int = 0) -> Teacher:
    return make_teacher(N1, N3, np.full(rank, S), 0.5, Streams(seed))


def rank_deficient(hidden: int, seed: int, scale: float = 0.5) -> np.ndarray:
    """Composite weight of a student with few hidden units."""
    rng = np.random.default_rng(seed)
    return scale * rng.standard_normal((N3, hidden)) @ rng.standard_normal((hidden, N1))


def students(A: Teacher) -> np.ndarray:
    """Networks of all sorts: ignorant, narrow, well trained, inside the teacher's span, mixed."""
    return np.stack(
        [
            rank_deficient(N1, 1, 0.2),
            rank_deficient(2, 2),
            A.Sigma_hat,
            0.7 * A.W_bar,
            0.5 * A.W_bar + rank_deficient(1, 3),
        ]
    )


def score(A: Teacher, W: np.ndarray, n_points: int = 2048, **options) -> Score:
    options = {"dtype": "float64"} | options
    dtype = getattr(torch, options["dtype"])
    return GaussianTest(A, n_points, **options)(torch.tensor(W, dtype=dtype))


def simulated(A: Teacher, W: np.ndarray, N: int = 200_000) -> tuple[np.ndarray, ...]:
    """Loss and accuracy of every network on random inputs, each with its standard error."""
    X = gaussian_inputs(N1, N, np.random.default_rng(7))
    y = test_labels(A, X)
    z = [w @ X for w in W]
    losses = np.stack([-log_softmax(part, axis=0)[y, np.arange(N)] for part in z])
    right = np.stack([part.argmax(axis=0) == y for part in z])
    root = np.sqrt(N)
    return (losses.mean(1), losses.std(1) / root, right.mean(1), right.std(1) / root)


#: Five dependent deviates within four standard errors: chance of a false alarm 3e-4.
WITHIN = 4.0


# ------------------------------------------------------------------------- simulated test points


@pytest.mark.parametrize("rank", [1, 3, 5])
def test_the_quadrature_is_the_mean_over_random_inputs(rank):
    A = teacher(rank)
    W = students(A)
    loss, loss_error, accuracy, accuracy_error = simulated(A, W)
    seen = score(A, W, n_points=2**14)
    # The Sobol points' own error, about 5e-4 for logits of size two, besides the simulation's.
    error = np.hypot(loss_error, 5e-4)
    assert (np.abs(seen.loss.mean(axis=1) - loss) < WITHIN * error).all()
    # Shares of 65 536 evenly spread points are good to 1e-3.
    assert (np.abs(seen.accuracy - accuracy) < WITHIN * np.hypot(accuracy_error, 1e-3)).all()


@pytest.mark.parametrize("scale", [10.0, 1000.0])
def test_large_logits_keep_the_error_in_proportion_to_the_loss(scale):
    """Terms of hundreds of nats differ by a few; an error in proportion to them hides minima."""
    A = teacher(5)
    W = scale * (A.W_bar + 0.05 * rank_deficient(N1, 1))[None]
    (loss,), (error,), *_ = simulated(A, W)
    for seed in range(4):
        seen = score(A, W, n_points=256, seed=1000 * seed).loss[0]
        # Four groups tell their own error to a factor of two.
        own = seen.std(ddof=1) / 2
        assert own < 0.2 * loss
        assert abs(seen.mean() - loss) < WITHIN * np.hypot(error, 2 * own)


@pytest.mark.parametrize("flaw", ["V_bar", "U_bar", "noise"])
def test_another_teacher_would_be_noticed(flaw):
    """Negative controls: wrong input directions, wrong output directions, noisy labels."""
    A, rng = teacher(), np.random.default_rng(3)
    U_bar, S_bar, V_bar = A.U_bar, A.S_bar, A.V_bar
    if flaw == "V_bar":
        V_bar = haar_frame(N1, 3, rng)
    elif flaw == "U_bar":
        U_bar = haar_frame(N3, 3, rng)
    else:
        U_bar, S_bar, Vt = np.linalg.svd(A.Sigma_hat, full_matrices=False)
        V_bar = Vt.T
    wrong = Teacher(U_bar, S_bar, V_bar, A.sigma, A.xi)
    W = students(A)[2:4]
    loss, error, *_ = simulated(A, W)
    seen = score(wrong, W, n_points=2**14).loss.mean(axis=1)
    assert (np.abs(seen - loss) > WITHIN * np.hypot(error, 5e-4)).all()


# ------------------------------------------------------------------------------- exact answers


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_student_without_weights_loses_the_logarithm_of_the_classes(dtype):
    seen = score(teacher(), np.zeros((2, N3, N1)), dtype=dtype)
    # Rounding of a mean of equal numbers.
    assert np.allclose(seen.loss, np.log(N3), rtol=0, atol=1e-14 if dtype == "float64" else 1e-5)


def test_a_student_that_cannot_decide_is_not_right():
    """All logits equal: a guess is right once in N3 times."""
    assert score(teacher(), np.zeros((1, N3, N1))).accuracy[0] == pytest.approx(1 / N3, abs=0.1)


@pytest.mark.parametrize("scale", [0.01, 1.0, 30.0])
@pytest.mark.parametrize("rank", [2, 5])
def test_the_teacher_itself_is_always_right(rank, scale):
    A = teacher(rank)
    W = scale * A.W_bar[None]
    assert score(A, W).accuracy[0] == 1
    # In single precision logits that nearly tie may swap: a few of 8192 points.
    assert score(A, W, dtype="float32").accuracy[0] > 0.999


def test_what_lies_outside_the_teachers_span_is_a_mere_guess():
    """Logits that are independent of the labels: loss E[log Z] and accuracy by chance."""
    V_perp = haar_frame(N1, N3, np.random.default_rng(1), orthogonal_to=teacher(3).V_bar)
    W = 2.0 * haar_frame(N3, N3, np.random.default_rng(2)) @ V_perp.T
    seen = score(teacher(3), W[None], n_points=2**14)
    # Logits are independent, N(0, 4) each; a million draws of log Z have an error of 1e-3.
    z = 2 * np.random.default_rng(3).standard_normal((N3, 1_000_000))
    log_Z = np.log(np.exp(z).sum(axis=0)).mean()
    assert seen.loss.mean() == pytest.approx(log_Z, abs=5e-3)
    # All classes are equally likely to be largest: sqrt(0.2 0.8 / 65536) = 1.6e-3 at most.
    assert seen.accuracy[0] == pytest.approx(1 / N3, abs=6e-3)


@pytest.mark.parametrize("s", [0.01, 0.5, 3.0])
def test_two_classes_and_rank_one_by_a_single_integral(s):
    """Labels are sign(h), the logits differ by sqrt 2 s h: E[log(1 + e^(-sqrt 2 s |h|))]."""
    U_bar, V_bar = np.array([[1.0], [-1.0]]) / np.sqrt(2), np.eye(4)[:, :1]
    A = Teacher(U_bar, np.ones(1), V_bar, 0.0, np.zeros((2, 4)))
    h = np.linspace(0, 12, 200_001)
    density = np.sqrt(2 / np.pi) * np.exp(-(h**2) / 2)
    exact = np.trapezoid(density * np.log1p(np.exp(-np.sqrt(2) * s * h)), h)
    seen = GaussianTest(A, 4096, dtype="float64")(torch.tensor(s * (U_bar @ V_bar.T)[None]))
    # 16 384 points in one dimension that matters: 1e-4 s.
    assert seen.loss.mean() == pytest.approx(exact, abs=1e-3 * max(s, 0.1))
    assert seen.accuracy[0] == 1


# ------------------------------------------------------------------------------- invariances


def test_rotated_inputs_change_nothing():
    A = teacher()
    R, W = haar_frame(N1, N1, np.random.default_rng(1)), students(A)
    turned = Teacher(A.U_bar, A.S_bar, R @ A.V_bar, A.sigma, A.xi @ R.T)
    here, there = score(A, W), score(turned, W @ R.T)
    # W's products are the same up to rounding, whose square root enters where they vanish.
    assert np.allclose(here.loss, there.loss, rtol=0, atol=1e-6)
    assert np.allclose(here.accuracy, there.accuracy, rtol=0, atol=1e-3)
    # Negative control: only the student is turned.
    assert not np.allclose(here.loss, score(A, W @ R.T).loss, rtol=0, atol=1e-2)


def test_permuted_classes_change_nothing():
    A, order = teacher(), np.array([3, 0, 4, 1, 2])
    permuted = Teacher(A.U_bar[order], A.S_bar, A.V_bar, A.sigma, A.xi[order])
    # Signs and order of the student's own dimensions change its points: the points' error.
    here, there = score(A, students(A), 2**13), score(permuted, students(A)[:, order], 2**13)
    assert np.allclose(here.loss.mean(axis=1), there.loss.mean(axis=1), rtol=0, atol=5e-3)


def test_the_size_of_the_teachers_singular_value_does_not_matter():
    """Noise-free labels are argmax: with equal singular values only directions count."""
    W = students(teacher())
    here, there = score(teacher(S=0.01), W), score(teacher(S=10.0), W)
    assert np.allclose(here.loss, there.loss, rtol=0, atol=1e-9)  # rounding; no label changes
    assert np.array_equal(here.accuracy, there.accuracy)


def test_companions_and_their_number_change_nothing():
    A = teacher()
    together = score(A, students(A))
    for net, W in enumerate(students(A)):
        alone = score(A, W[None])
        assert np.allclose(together.loss[net], alone.loss[0], rtol=0, atol=1e-9)  # rounding
        assert together.accuracy[net] == alone.accuracy[0]


def test_what_single_precision_costs():
    A = teacher()
    double, single = (score(A, students(A), dtype=dtype) for dtype in ("float64", "float32"))
    # Rounding of 6e-8 in W W^T becomes 2e-4 in its root where it vanishes, and enters the loss
    # by its square; means over 2048 points of order one add a few 1e-7.
    assert np.abs(double.loss - single.loss).max() < 2e-5


# ---------------------------------------------------------------------------------- the error


def _errors_over_seeds(A: Teacher, W: np.ndarray, n_points: int) -> tuple[float, float]:
    """Scatter of the loss over the seeds of the points, and what one test says about it."""
    seen = [score(A, W[None], n_points, seed=1000 * seed).loss[0] for seed in range(24)]
    means = np.array([groups.mean() for groups in seen])
    claimed = np.sqrt(np.mean([groups.var(ddof=1) / groups.size for groups in seen]))
    return float(means.std(ddof=1)), float(claimed)


def test_the_scatter_of_groups_is_the_error_of_their_mean():
    """For students of small logits, whose error is that of the average of log Z."""
    scatter, claimed = _errors_over_seeds(teacher(5), rank_deficient(N1, 1), n_points=256)
    # A scatter of 24 seeds is known to 15 %, that of 72 differences of groups to 8 %.
    assert scatter / claimed == pytest.approx(1, abs=0.5)


def test_the_scatter_of_groups_includes_the_error_of_the_labels_moment():
    """For small logits log Z is nearly constant, and the moment's error is all there is."""
    A = teacher(5, seed=1)
    scatter, claimed = _errors_over_seeds(A, 0.05 * A.W_bar, n_points=2048)
    assert scatter / claimed == pytest.approx(1, abs=0.5)  # as above


def test_more_points_are_more_exact():
    A = teacher(5)
    W = rank_deficient(N1, 1)[None]
    spread = [score(A, W, n).loss.std(ddof=1) for n in (64, 4096)]
    # Independent points would gain a factor 8; 10 dimensions of smooth dependence gain more.
    assert spread[0] / spread[1] > 8


# ------------------------------------------------------------------------------------- points


def test_sobol_points_are_standard_normal_and_groups_independent():
    points = _points(6, 1024, 4, 0)
    assert points.shape == (6, 4096)
    assert np.isfinite(points).all()
    groups = points.reshape(6, 4, 1024)
    # Evenly spread points: moments far better than the 3e-2 of random ones.
    assert np.abs(groups.mean(axis=2)).max() < 5e-3
    assert np.abs(groups.var(axis=2) - 1).max() < 3e-2
    assert np.abs(np.cov(points) - np.eye(6)).max() < 2e-2
    # Independent scramblings have no point in common.
    assert np.unique(points[0]).size == 4096
    assert np.array_equal(points, _points(6, 1024, 4, 0))
    assert not np.array_equal(points, _points(6, 1024, 4, 1))


@pytest.mark.parametrize("n_points", [0, 100])
def test_numbers_that_are_no_power_of_two_are_refused(n_points):
    with pytest.raises(ValueError, match=f"`n_points` must be a power of two, got {n_points}"):
        GaussianTest(teacher(), n_points)


def test_at_least_one_group_of_points_is_needed():
    with pytest.raises(ValueError, match="`n_groups` must be an integer >= 1, got 0"):
        GaussianTest(teacher(), 64, n_groups=0)


# ----------------------------------------------------------------------------- labelled points


def points(n_groups: int = 3) -> tuple[np.ndarray, list[np.ndarray], LabelledPoints]:
    rng = np.random.default_rng(0)
    X, labels = rng.standard_normal((N1, 60)), [rng.integers(0, N3, 60) for _ in range(2)]
    return X, labels, LabelledPoints(X, labels, n_groups=n_groups, dtype="float64")


def test_labelled_points_by_the_formula():
    X, labels, test = points()
    W = students(teacher())
    seen = test(lambda x: torch.tensor(W) @ x)
    losses = test.losses(lambda x: torch.tensor(W) @ x)
    assert losses.shape == (5, 2, 3)
    for net, w in enumerate(W):
        log_p = log_softmax(w @ X, axis=0)
        for labelling, y in enumerate(labels):
            by_group = -log_p[y, np.arange(60)].reshape(3, 20).mean(axis=1)
            assert np.allclose(losses[net, labelling], by_group, rtol=0, atol=1e-13)  # rounding
        assert seen.accuracy[net] == pytest.approx(np.mean((w @ X).argmax(axis=0) == labels[0]))
    assert np.array_equal(seen.loss, losses[:, 0])


def test_labelled_points_agree_with_the_quadrature():
    """Two ways to one loss, within the error of 40 000 points."""
    A = teacher()
    W = students(A)
    X = gaussian_inputs(N1, 40_000, np.random.default_rng(5))
    test = LabelledPoints(X, [test_labels(A, X)], n_groups=40, dtype="float64")
    seen = test(lambda x: torch.tensor(W) @ x)
    error = seen.loss.std(axis=1, ddof=1) / np.sqrt(40)
    distance = np.abs(seen.loss.mean(axis=1) - score(A, W).loss.mean(axis=1))
    # Of 40 groups: Student's t with 39 degrees of freedom; 2e-3 for the quadrature's own error.
    assert (distance < WITHIN * np.hypot(error, 2e-3)).all()


def test_groups_have_to_be_equal():
    with pytest.raises(ValueError, match="`n_groups` must be a divisor of the number of points"):
        points(n_groups=7)
