"""Softmax averages for any covariance: Sobol points against exact values, with their error bars."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlpaper.gibbs import G_rank_one, GaussianField, argmax_slope, gamma, softmax
from mtlpaper.randomness import centred_frame, haar_frame
from mtlpaper.tasks import gaussian_inputs


def random_weight(N3: int, N1: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((N3, N1))


def scramblings(average, N3: int, n_points: int, n: int = 32) -> np.ndarray:
    """An average by `n` independently scrambled fields."""
    return np.stack([average(GaussianField(N3, n_points, seed)) for seed in range(n)])


def standard_error(samples: np.ndarray) -> np.ndarray:
    return samples.std(axis=0, ddof=1) / np.sqrt(len(samples))


def largest_z_score(samples: np.ndarray, exact: np.ndarray) -> float:
    return float(np.max(np.abs(samples.mean(axis=0) - exact) / standard_error(samples)))


#: Of 32 scramblings, whose scatter follows Student's t with 31 degrees of freedom: for a hundred
#: dependent entries a score of 5 has probability 2e-3.
WITHIN = 5.0


def isotropic(s: float, N3: int) -> np.ndarray:
    return gamma(s, N3) * (np.eye(N3) - 1 / N3)


@pytest.mark.parametrize("N3", [2, 10])
@pytest.mark.parametrize("s", [0.1, 2.0, 20.0])
def test_scramblings_scatter_around_the_exact_isotropic_average(s, N3):
    exact, C = isotropic(s, N3), s**2 * np.eye(N3)
    assert largest_z_score(scramblings(lambda field: field.G(C), N3, 256), exact) < WITHIN
    # Negative control: a covariance half as large again.
    assert largest_z_score(scramblings(lambda field: field.G(1.5 * C), N3, 256), exact) > WITHIN


@pytest.mark.parametrize("N3", [3, 20])
@pytest.mark.parametrize("s", [0.1, 2.0, 20.0])
def test_scramblings_scatter_around_the_exact_rank_one_average(s, N3):
    """A covariance that is singular but for one direction."""
    u = centred_frame(N3, 1, np.random.default_rng(0))[:, 0]
    exact, C = G_rank_one(s, u), s**2 * np.outer(u, u)
    assert largest_z_score(scramblings(lambda field: field.G(C), N3, 256), exact) < WITHIN
    assert largest_z_score(scramblings(lambda field: field.G(1.5 * C), N3, 256), exact) > WITHIN


def test_more_points_mean_smaller_errors_at_the_quasi_monte_carlo_rate():
    errors = [
        standard_error(scramblings(lambda field: field.G(np.eye(5)), 5, n, 16)).mean()
        for n in (64, 4096)
    ]
    # Monte Carlo would gain a factor 8 from 64 times the points; Sobol points gain far more.
    assert errors[0] / errors[1] > 16


@given(N3=st.integers(2, 8), N1=st.integers(1, 8), scale=st.floats(0, 10), seed=st.integers(0, 99))
def test_the_matrix_is_a_centred_positive_matrix(N3, N1, scale, seed):
    W = scale * random_weight(N3, N1, seed)
    G = GaussianField(N3, 64).G(W @ W.T)
    # Sums of 64 terms of at most one, in any order: 64 roundings of 1e-16 at worst.
    assert np.allclose(G, G.T, rtol=0, atol=1e-13)
    assert np.allclose(G.sum(axis=0), 0, rtol=0, atol=1e-13)
    assert np.linalg.eigvalsh(G)[0] > -1e-13


@given(seed=st.integers(0, 99))
def test_the_matrix_follows_the_classes_and_ignores_rotated_inputs(seed):
    rng = np.random.default_rng(seed)
    W, field = random_weight(4, 6, seed), GaussianField(4, 8192)
    R = haar_frame(6, 6, rng)
    G = field.G(W @ W.T)
    # G depends on W W^T alone, which rounding of the rotation changes by 1e-15.
    assert np.allclose(field.G((W @ R) @ (W @ R).T), G, rtol=0, atol=1e-12)
    order = rng.permutation(4)
    P = W[order]
    # Permuted classes meet other points: equal up to the error of 8192 points, about 1e-4.
    assert np.allclose(field.G(P @ P.T), G[np.ix_(order, order)], rtol=0, atol=2e-3)


def test_a_shift_common_to_all_logits_does_not_matter():
    W, field = random_weight(4, 6, 0), GaussianField(4, 8192)
    shifted = W + np.ones((4, 1)) @ random_weight(1, 6, 1)
    # Both have the error of 8192 points, about 1e-4.
    assert np.allclose(field.G(W @ W.T), field.G(shifted @ shifted.T), rtol=0, atol=2e-3)
    # Negative control: a shift of one class alone does.
    one = W + np.eye(4)[:, :1] @ random_weight(1, 6, 1)
    assert not np.allclose(field.G(W @ W.T), field.G(one @ one.T), rtol=0, atol=2e-3)


def test_no_logits_share_the_probability_evenly():
    G = GaussianField(5, 64).G(np.zeros((5, 5)))
    assert np.allclose(G, (np.eye(5) - 1 / 5) / 5, rtol=1e-14)


@pytest.mark.parametrize("label", ["G", "argmax"])
def test_moments_agree_with_simulated_inputs(label):
    """(T 1), and the moment behind (T 5)."""
    N, W = 100_000, random_weight(4, 6, 0) * 0.8
    X = gaussian_inputs(6, N, np.random.default_rng(1))
    z = W @ X
    field = GaussianField(4, 2**15)
    if label == "G":
        y, theory = softmax(z), field.G(W @ W.T) @ W
        wrong, moments = field.G(1.2 * W @ W.T) @ W, X
    else:
        y = np.eye(4)[:, z.argmax(axis=0)]
        theory, moments = field.argmax_moment(W @ W.T), z
        wrong = field.G(W @ W.T) @ (W @ W.T)
    moment = y @ moments.T / N
    error = np.sqrt((y**2 @ (moments**2).T / N - moment**2) / N)
    # 24 dependent deviates, with the Sobol points' much smaller error on top.
    assert np.abs((moment - theory) / error).max() < 4.5
    # Negative controls: logits ten per cent larger in the average; soft labels for argmax.
    assert np.abs((moment - wrong) / error).max() > 4.5


@pytest.mark.parametrize("leading", [(), (1,), (3,), (2, 3)])
def test_many_covariances_at_once(leading):
    """Leading axes are networks; singular, large and vanishing covariances beside each other."""
    field = GaussianField(4, 256)
    W = np.random.default_rng(0).standard_normal((*leading, 4, 2))
    scales = np.array([1.0, 0.0, 30.0, 0.1, 5.0, 1e-8])
    W *= np.resize(scales, leading)[..., None, None]
    C = W @ W.swapaxes(-1, -2)
    G = field.G(C)
    assert G.shape == (*leading, 4, 4)
    for index in np.ndindex(leading):
        # The same sums, perhaps in another order.
        assert np.allclose(G[index], field.G(C[index]), rtol=0, atol=1e-13)
    # Negative control: another network's covariance.
    if leading == (3,):
        assert not np.allclose(G[0], field.G(C[2]), rtol=0, atol=1e-2)


def test_averages_leave_the_covariances_alone():
    C, field = np.stack([np.eye(3), 4 * np.eye(3)]), GaussianField(3, 64)
    points, before = field.eps.copy(), C.copy()
    first = field.G(C)
    assert np.array_equal(C, before)
    assert np.array_equal(field.eps, points)
    assert np.array_equal(field.G(C), first)


def test_no_covariances_have_no_averages():
    assert GaussianField(3, 64).G(np.empty((0, 3, 3))).shape == (0, 3, 3)


def test_argmax_moment_of_two_classes():
    u = np.array([1.0, -1.0]) / np.sqrt(2)
    C = 9.0 * np.outer(u, u)
    moment = scramblings(lambda field: field.argmax_moment(C), 2, 4096)
    exact = 3.0 / 2 * argmax_slope(u) * np.array([[1.0, -1.0], [-1.0, 1.0]])
    assert largest_z_score(moment, exact) < WITHIN
    assert largest_z_score(moment, 1.01 * exact) > WITHIN


def test_the_seed_decides():
    C = np.eye(3)
    assert np.array_equal(GaussianField(3, 64, seed=4).G(C), GaussianField(3, 64, seed=4).G(C))
    assert not np.array_equal(GaussianField(3, 64, seed=4).G(C), GaussianField(3, 64, seed=5).G(C))


def test_points_are_finite_whatever_the_scrambling():
    """Scrambled Sobol points lie in [0, 1) and now and then on zero: with this seed they do."""
    assert np.isfinite(GaussianField(1000, 4096, seed=671).eps).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1,), "`N3` must be an integer >= 2, got 1"),
        ((3, 100), "`n_points` must be a power of two, got 100"),
        ((3, 0), "`n_points` must be a power of two, got 0"),
    ],
)
def test_inadmissible_fields_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        GaussianField(*arguments)


def test_a_covariance_of_the_wrong_size_is_refused():
    with pytest.raises(ValueError, match=r"`C` must be a \(3, 3\) array, got \(2, 2\)"):
        GaussianField(3, 64).G(np.eye(2))
    with pytest.raises(ValueError, match=r"`C` must be a \(3, 3\) array, got \(3, 2, 2\)"):
        GaussianField(3, 64).G(np.stack([np.eye(2)] * 3))


def test_softmax_of_large_logits():
    p = softmax(np.array([[1000.0, -1000.0], [999.0, -1000.0]]))
    assert np.allclose(p[:, 0], [1 / (1 + np.exp(-1)), 1 / (1 + np.exp(1))], rtol=1e-15)
    assert np.array_equal(p[:, 1], [0.5, 0.5])
