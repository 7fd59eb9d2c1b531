"""Overlaps of two teachers: the paper's case, matrices computed another way, and invariances."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlpaper.overlaps import PairedTeachers, captured, cosine, noisy_overlaps, overlaps
from mtlpaper.randomness import Streams, haar_frame
from mtlpaper.spectra import noisy_spike
from mtlpaper.tasks import make_teacher_pair

#: Products of a few small matrices, in double precision.
ROUNDING = 1e-12
LINEAR = ("mean r", "least r", "largest r", "A's energy, r")


def pair(S_A: list[float], S_B: list[float], r: list[float]) -> PairedTeachers:
    return PairedTeachers(np.array(S_A), np.array(S_B), np.array(r))


def drawn(seed: int, rank_A: int, rank_B: int) -> PairedTeachers:
    rng = np.random.default_rng(seed)
    return PairedTeachers(
        rng.uniform(0.1, 2, rank_A), rng.uniform(0.1, 2, rank_B), rng.random(min(rank_A, rank_B))
    )


SIZES = {"seed": st.integers(0, 2**32), "rank_A": st.integers(1, 5), "rank_B": st.integers(1, 5)}


@given(rank=st.integers(1, 8), r=st.floats(0, 1), S_A=st.floats(0.01, 99), S_B=st.floats(0.01, 99))
def test_in_the_papers_case_all_are_r_or_its_square(rank, r, S_A, S_B):
    equal = pair([S_A] * rank, [S_B] * rank, [r] * rank)
    for name, value in overlaps(equal).items():
        expected = r if name in LINEAR else r**2
        assert value == pytest.approx(expected, rel=1e-12, abs=1e-15), name
    for name, value in noisy_overlaps(equal, 20, 10, 0.0).items():
        assert value == pytest.approx(r**2, rel=1e-12, abs=1e-15), name


def test_a_case_by_hand():
    """Two directions and three, all weights different."""
    seen = overlaps(pair([2.0, 1.0], [3.0, 2.0, 1.0], [1.0, 0.5]))
    assert seen == pytest.approx(
        {
            "mean r": 0.75,
            "mean r^2": 0.625,
            "least r": 0.5,
            "largest r": 1.0,
            "A's directions": 1.25 / 2,
            "A's energy, r": 4.5 / 5,
            "A's energy": 4.25 / 5,
            "B's energy": (9 + 1) / 14,
            "subspaces": 1.25 / np.sqrt(6),
            "trunks": (6 + 0.5) / np.sqrt(5 * 14),
            "kernels": (36 + 1) / np.sqrt(17 * 98),
            "energies": np.sqrt(6) * 37 / (5 * 14),
        },
        rel=1e-14,  # rounding
    )


def test_directions_without_a_counterpart_count_as_unrelated():
    """One more direction of A's, unrelated to B; of B's, likewise."""
    small = overlaps(pair([1.0], [1.0], [0.8]))
    wider = overlaps(pair([1.0, 1.0], [1.0], [0.8]))
    assert wider["A's directions"] == pytest.approx(small["A's directions"] / 2)
    assert wider["B's energy"] == small["B's energy"]
    assert wider["mean r"] == small["mean r"]  # it knows the pairs only
    padded = overlaps(pair([1.0, 1.0], [1.0, 1.0], [0.8, 0.0]))
    assert padded["A's energy"] == wider["A's energy"]


@given(**SIZES)
def test_shares_and_cosines_are_those_of_the_teachers_matrices(seed, rank_A, rank_B):
    given_pair = drawn(seed, rank_A, rank_B)
    A, B = make_teacher_pair(
        12, 6, given_pair.S_A, given_pair.S_B, given_pair.r, 0.0, Streams(seed)
    )
    P_A, P_B = A.V_bar @ A.V_bar.T, B.V_bar @ B.V_bar.T
    seen = overlaps(given_pair)
    share = np.linalg.norm(A.W_bar @ P_B) ** 2 / np.linalg.norm(A.W_bar) ** 2
    assert seen["A's energy"] == pytest.approx(share, abs=ROUNDING)
    share = np.linalg.norm(B.W_bar @ P_A) ** 2 / np.linalg.norm(B.W_bar) ** 2
    assert seen["B's energy"] == pytest.approx(share, abs=ROUNDING)

    def between(K: np.ndarray, L: np.ndarray) -> float:
        return float(np.trace(K @ L) / (np.linalg.norm(K) * np.linalg.norm(L)))

    def power(teacher, exponent: float) -> np.ndarray:
        values, vectors = np.linalg.eigh(teacher.W_bar.T @ teacher.W_bar)
        return (vectors * np.clip(values, 0, None) ** exponent) @ vectors.T

    assert seen["subspaces"] == pytest.approx(between(P_A, P_B), abs=ROUNDING)
    kernels = between(A.W_bar.T @ A.W_bar, B.W_bar.T @ B.W_bar)
    assert seen["kernels"] == pytest.approx(kernels, abs=ROUNDING)
    # The square root of a zero eigenvalue turns its rounding, 1e-16, into 1e-8.
    assert seen["trunks"] == pytest.approx(between(power(A, 0.5), power(B, 0.5)), abs=1e-6)
    product = B.V_bar * given_pair.S_B, A.V_bar * given_pair.S_A
    energies = np.linalg.norm(product[0].T @ product[1]) ** 2 * np.sqrt(rank_A * rank_B)
    energies /= np.sum(given_pair.S_A**2) * np.sum(given_pair.S_B**2)
    assert seen["energies"] == pytest.approx(energies, abs=ROUNDING)


def test_the_trunk_of_a_balanced_student_is_the_root_of_its_kernel():
    """Why `trunks` weighs by singular values: layers in balance, of any hidden rotation."""
    rng = np.random.default_rng(0)
    U, V, R = haar_frame(4, 3, rng), haar_frame(7, 3, rng), haar_frame(5, 3, rng)
    S = np.array([3.0, 1.0, 0.2])
    W21, W32 = (R * np.sqrt(S)) @ V.T, (U * np.sqrt(S)) @ R.T
    assert np.allclose(W32.T @ W32, W21 @ W21.T, atol=ROUNDING)
    assert np.allclose(W32 @ W21, (U * S) @ V.T, atol=ROUNDING)
    assert np.allclose(W21.T @ W21, (V * S) @ V.T, atol=ROUNDING)


@given(**SIZES, factor=st.floats(0.01, 100))
def test_scales_of_the_teachers_do_not_matter_without_noise(seed, rank_A, rank_B, factor):
    given_pair = drawn(seed, rank_A, rank_B)
    scaled = PairedTeachers(given_pair.S_A / factor, factor * given_pair.S_B, given_pair.r)
    assert overlaps(scaled) == pytest.approx(overlaps(given_pair), rel=1e-12)


def test_noise_has_a_scale_of_its_own():
    """Negative control of the test above."""
    weak, strong = (noisy_overlaps(pair([2.0], [S_B], [0.6]), 20, 10, 0.5) for S_B in (1.0, 10.0))
    assert all(weak[name] < 0.9 * strong[name] for name in weak)


@given(**SIZES)
def test_cosines_treat_the_tasks_alike_and_stay_below_one(seed, rank_A, rank_B):
    p = drawn(seed, rank_A, rank_B)
    there, back = overlaps(p), overlaps(PairedTeachers(p.S_B, p.S_A, p.r))
    for name in ("subspaces", "trunks", "kernels", "energies", "mean r"):
        assert there[name] == pytest.approx(back[name], rel=1e-12)
    assert there["A's energy"] == pytest.approx(back["B's energy"], rel=1e-12)
    for name in set(there) - {"energies"}:
        assert 0 <= there[name] <= 1 + ROUNDING


@given(**SIZES)
def test_the_order_of_pairs_does_not_matter(seed, rank_A, rank_B):
    rank = min(rank_A, rank_B)
    p, order = drawn(seed, rank, rank), np.random.default_rng(seed).permutation(rank)
    turned = PairedTeachers(p.S_A[order], p.S_B[order], p.r[order])
    assert overlaps(turned) == pytest.approx(overlaps(p), rel=1e-12)


def test_noise_takes_the_factors_of_single_spikes():
    N1, N3, sigma, r = 40, 8, 0.5, 0.6
    a, b = noisy_spike(2.0, N1, N3, sigma), noisy_spike(1.0, N1, N3, sigma)
    seen = noisy_overlaps(pair([2.0], [1.0], [r]), N1, N3, sigma)
    shared = r**2 * a.v_overlap * b.v_overlap
    noise = N3 * sigma**2
    assert seen["noisy subspaces"] == pytest.approx(shared)
    assert seen["noisy B's energy"] == pytest.approx(b.s_hat**2 * b.v_overlap * r**2 / (1 + noise))
    trunks = a.s_hat * b.s_hat * shared / np.sqrt((4 + noise) * (1 + noise))
    assert seen["noisy trunks"] == pytest.approx(trunks)
    # Below the threshold nothing is left; far above it all.
    assert set(noisy_overlaps(pair([2.0], [0.01], [r]), N1, N3, sigma).values()) == {0.0}
    clear = noisy_overlaps(pair([1e4], [1e4], [r]), N1, N3, sigma)
    assert list(clear.values()) == pytest.approx([r**2] * 3, rel=1e-6)  # (sigma / S)^2 is 2.5e-9


def test_noisy_vectors_overlap_as_predicted():
    """A single spike each; the squared overlap of noisy vectors, over 20 draws."""
    N1, N3, r, seen = 400, 40, 0.7, []
    for seed in range(20):
        A, B = make_teacher_pair(N1, N3, np.array([1.5]), np.array([1.0]), r, 0.6, Streams(seed))
        v = [np.linalg.svd(teacher.Sigma_hat)[2][0] for teacher in (A, B)]
        seen.append(float(v[0] @ v[1]) ** 2)
    expected = noisy_overlaps(pair([1.5], [1.0], [r]), N1, N3, 0.6)["noisy subspaces"]
    error = np.std(seen, ddof=1) / np.sqrt(20)
    # Four standard errors, and corrections of order 1 / N3.
    assert abs(np.mean(seen) - expected) < 4 * error + 1 / N3
    # Negative control: without the noise's turning it would be r^2.
    assert abs(np.mean(seen) - r**2) > 4 * error + 1 / N3


def test_weights_and_powers():
    weights, r = np.array([3.0, 1.0]), np.array([0.5])
    assert captured(weights, r) == 3 * 0.25 / 4
    assert captured(weights, r, power=1) == 3 * 0.5 / 4
    assert cosine(weights, weights, np.ones(2)) == pytest.approx(1)


@pytest.mark.parametrize(
    ("S_A", "S_B", "r", "message"),
    [
        ([1.0, -1.0], [1.0], [0.5], "`S_A` must be >= 0 and not all zero"),
        ([1.0], [0.0], [0.5], "`S_B` must be >= 0 and not all zero"),
        ([1.0, 1.0], [1.0], [0.5, 0.5], "`r` must be of length 1, one for every pair"),
        ([1.0], [1.0], [1.5], r"`r` must be numbers in \[0, 1\]"),
    ],
)
def test_inadmissible_pairs_are_refused(S_A, S_B, r, message):
    with pytest.raises(ValueError, match=message):
        pair(S_A, S_B, r)
