"""Softmax averages of rank-one students."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from mtlpaper.gibbs import G_rank_one, argmax_slope, g, rank_one_log_partition
from mtlpaper.randomness import Streams, centred_frame, haar_frame
from mtlpaper.tasks import gaussian_inputs

#: Relative accuracy promised for s in [1e-3, 1e2] and N3 in [2, 1000].
PROMISED = 1e-8

# g(s) and log-partition for u equally spaced and normalised, u_c ~ 2 c - (N3 - 1). Computed once
# with mpmath at 45 digits, of which 30 stand here: Gauss-Legendre panels of 40 nodes in h,
# 2 / (s range(u)) wide about the origin and growing outwards, up to |h| = 14.
REFERENCES = [
    (1e-3, 2, "0.499999750000249999645833979165", "0.693147430559882809458898743854"),
    (1.0, 2, "0.363161846031630545490859566098", "0.902661907720026927043160728076"),
    (10.0, 2, "0.055962744159852506970789571362", "5.688035484192023739980921671107"),
    (100.0, 2, "0.005641431888269558174034695236", "56.42359836099498523410107351740"),
    (1e-3, 3, "0.333333250000045138853298647515", "1.098612455334755524736101713955"),
    (1.0, 3, "0.276586419693101452007910076930", "1.249395964566614346124782162190"),
    (10.0, 3, "0.055246065589984421714844661237", "5.763409593702746272909074766198"),
    (100.0, 3, "0.005640659134194297566457845827", "56.43133006628386252158124724687"),
    (1e-3, 20, "0.049999998492481310957968979703", "2.995732298553990616555542319764"),
    (1.0, 20, "0.048590403837120435589855984059", "3.020372101938215450949481779976"),
    (10.0, 20, "0.022456887219029420223217227169", "4.502854944302148419076002716768"),
    (100.0, 20, "0.002910672248610847270250919047", "29.70246623703229961797495100178"),
]  # fmt: skip


def equally_spaced(N3: int) -> np.ndarray:
    u = np.linspace(-1.0, 1.0, N3)
    return u / np.linalg.norm(u)


def random_direction(N3: int, seed: int = 0) -> np.ndarray:
    return centred_frame(N3, 1, np.random.default_rng(seed))[:, 0]


@pytest.mark.parametrize(("s", "N3", "g_exact", "log_Z_exact"), REFERENCES)
def test_thirty_digit_references(s, N3, g_exact, log_Z_exact):
    u = equally_spaced(N3)
    assert g(s, u) == pytest.approx(float(g_exact), rel=PROMISED, abs=0)
    assert rank_one_log_partition(s, u) == pytest.approx(float(log_Z_exact), rel=PROMISED, abs=0)
    # The docstring promises 1e-10.
    assert g(s, u) == pytest.approx(float(g_exact), rel=1e-10, abs=0)


def adaptive(s: float, u: np.ndarray) -> float:
    """(T 2) by adaptive quadrature: s g(s) = E_h[h u.p(s h u)], break points at the kernel."""

    def integrand(h: float) -> float:
        w = np.exp(s * h * u - np.max(s * h * u))
        return h * float(u @ w) / w.sum() * np.exp(-h * h / 2) / np.sqrt(2 * np.pi)

    width = 1 / (s * np.ptp(u))
    inside = [k * width for k in (0.5, 2, 6, 20) if k * width < 5]
    edges = [-10.0, *(-x for x in reversed(inside)), 0.0, *inside, 10.0]
    pieces = [
        quad(integrand, a, b, epsabs=0, epsrel=1e-11, limit=200)[0] for a, b in pairwise(edges)
    ]
    return sum(pieces) / s


@pytest.mark.parametrize(
    ("s", "N3"), [*product([0.03, 1.0, 7.0, 100.0], [2, 5, 100]), (10.0, 1000)]
)
def test_adaptive_quadrature_of_the_other_form_agrees(s, N3):
    u = random_direction(N3)
    # At small s the other form divides a small difference by s: 1e-14 / 0.03, well below 1e-8.
    assert g(s, u) == pytest.approx(adaptive(s, u), rel=PROMISED, abs=0)


@pytest.mark.parametrize("N3", [2, 5, 1000])
@pytest.mark.parametrize("s", [1e-3, 1e-2])
def test_gauss_hermite_agrees_at_small_s(s, N3):
    u = random_direction(N3)
    h, weight = np.polynomial.hermite_e.hermegauss(20)
    p = np.exp(s * h[:, None] * u)
    p /= p.sum(axis=1, keepdims=True)
    variance = (p * u**2).sum(axis=1) - (p @ u) ** 2
    exact = float(weight @ variance) / np.sqrt(2 * np.pi)
    assert g(s, u) == pytest.approx(exact, rel=PROMISED, abs=0)


@pytest.mark.parametrize("N3", [2, 3, 1000])
def test_limit_of_small_s(N3):
    u = random_direction(N3)
    assert g(0.0, u) == pytest.approx(1 / N3, rel=1e-12)  # u centred: u^T (I - 11^T/N3) u / N3
    flat = (np.eye(N3) - 1 / N3) / N3
    assert np.allclose(G_rank_one(0.0, u), flat, rtol=0, atol=1e-14 / N3)


@pytest.mark.parametrize("N3", [2, 3, 20])
def test_limit_of_large_s(N3):
    """(T 5): s g(s) tends to the argmax labels' drive."""
    u = equally_spaced(N3)
    gap = u[1] - u[0]
    # Corrections are of relative order 1 / (s gap)^2, with pi^2 / 12 times a few in front.
    s = 1e3 / gap
    assert s * g(s, u) == pytest.approx(argmax_slope(u), rel=1e-5)
    # Negative control: where logits of neighbouring classes overlap, the limit is far.
    s = 1 / gap
    assert s * g(s, u) != pytest.approx(argmax_slope(u), rel=1e-2)


def test_two_classes_approach_the_slope_as_one_over_s_squared():
    u = np.array([1.0, -1.0]) / np.sqrt(2)
    assert argmax_slope(u) == pytest.approx(1 / np.sqrt(np.pi), rel=1e-15)
    s = np.array([20.0, 40.0, 80.0, 160.0])
    gap = 1 - np.array([x * g(x, u) for x in s]) / argmax_slope(u)
    # s g(s) = E[h tanh(h s / sqrt 2)] / sqrt 2 and 1 - tanh integrates to pi^2 / (12 s^2).
    assert np.allclose(gap * s**2, np.pi**2 / 12, rtol=0.01)


def test_zero_along_the_all_ones_vector():
    u = np.full(5, 1 / np.sqrt(5))
    assert g(3.0, u) == pytest.approx(0, abs=1e-30)  # squared rounding of u - <u>
    assert argmax_slope(u) == 0
    shifted = random_direction(5)
    assert g(3.0, shifted + 0.7) == pytest.approx(g(3.0, shifted), rel=1e-12)


@given(N3=st.integers(2, 12), s=st.floats(0, 200), seed=st.integers(0, 2**32))
def test_the_matrix_is_a_centred_positive_matrix_that_follows_the_classes(N3, s, seed):
    rng = np.random.default_rng(seed)
    u = haar_frame(N3, 1, rng)[:, 0]
    G = G_rank_one(s, u)
    # Entries are sums of up to ten thousand terms of at most 1/4, in any order: ten thousand
    # roundings of 3e-17 at worst, and those of their own twelve.
    assert np.allclose(G, G.T, rtol=0, atol=1e-11)
    assert np.allclose(G.sum(axis=1), 0, rtol=0, atol=1e-11)
    assert np.linalg.eigvalsh(G)[0] > -1e-11
    assert u @ G @ u == pytest.approx(g(s, u), rel=1e-10, abs=1e-14)
    order = rng.permutation(N3)
    assert np.allclose(G_rank_one(s, u[order]), G[np.ix_(order, order)], rtol=0, atol=1e-14)
    assert g(s, -u) == pytest.approx(g(s, u), rel=1e-12, abs=1e-30)


@given(N3=st.integers(2, 30), seed=st.integers(0, 2**32))
def test_drive_increases_and_log_partition_is_its_integral(N3, seed):
    u = random_direction(N3, seed)
    s = np.geomspace(1e-3, 1e2, 12)
    drive = np.array([x * g(x, u) for x in s])
    assert (np.diff(drive) > 0).all()
    assert (drive < argmax_slope(u)).all()
    # d log_partition / ds = s g(s): 20 Gauss-Legendre nodes on an interval of smooth integrand.
    x, weight = np.polynomial.legendre.leggauss(20)
    integral = sum(w * (2 + t) * g(2 + t, u) for t, w in zip(x, weight, strict=True))
    difference = rank_one_log_partition(3.0, u) - rank_one_log_partition(1.0, u)
    assert difference == pytest.approx(integral, rel=1e-9)


@pytest.mark.parametrize("N3", [3, 20])
def test_moments_agree_with_simulated_inputs(N3):
    """(T 1): E[p x^T] = G W, for W = s u v^T."""
    N, s, u = 40_000, 2.0, random_direction(N3)
    X = gaussian_inputs(4, N, Streams(0).rng("inputs A"))
    W = s * np.outer(u, np.eye(4)[0])
    p = np.exp(W @ X)
    p /= p.sum(axis=0)
    moment = p @ X.T / N
    error = np.sqrt((p**2 @ (X**2).T / N - moment**2) / N)
    z = (moment - G_rank_one(s, u) @ W) / error
    # 80 dependent deviates: 4.5 has probability below 1e-3.
    assert np.abs(z).max() < 4.5
    # Negative control: the linear response of small logits, which does not saturate.
    assert np.abs((moment - G_rank_one(0.0, u) @ W) / error).max() > 4.5


@pytest.mark.parametrize("s", [-1.0, np.nan, np.inf, 1e9])
def test_inadmissible_s_is_refused(s):
    u = np.array([1.0, -1.0])
    for function in (g, G_rank_one, rank_one_log_partition):
        with pytest.raises(ValueError, match="`s` must be"):
            function(s, u)


def test_the_stated_limit_on_s_is_the_real_one():
    u = np.array([0.5, -0.5])
    with pytest.raises(ValueError, match="<= ") as caught:
        g(1e9, u)
    limit = float(str(caught.value).split("<=")[1].split(",")[0])
    assert g(0.999 * limit, u) > 0
    with pytest.raises(ValueError, match="`s` must be"):
        g(1.01 * limit, u)
