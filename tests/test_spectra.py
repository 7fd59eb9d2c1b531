"""Spiked-matrix predictions against closed forms and simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlpaper import spectra
from mtlpaper.randomness import Streams
from mtlpaper.tasks import Teacher

N1, N3 = 1000, 100  # aspect c = 0.1


def teacher_of(s_bar: float, sigma: float, replicate: int = 0) -> Teacher:
    """Noisy rank-one teacher along the first axes: the noise itself has no preferred direction."""
    xi = sigma / np.sqrt(N1) * Streams(0, replicate).rng("noise A").standard_normal((N3, N1))
    return Teacher(np.eye(N3)[:, :1], np.array([s_bar]), np.eye(N1)[:, :1], sigma, xi)


def simulated(s_bar: float, n: int = 6) -> np.ndarray:
    """Top singular value and squared overlaps of `n` noisy teachers, (n, 3)."""
    rows = []
    for replicate in range(n):
        teacher = teacher_of(s_bar, 1.0, replicate)
        U, S, Vt = np.linalg.svd(teacher.Sigma_hat, full_matrices=False)
        u_overlap = float(U[:, 0] @ teacher.U_bar[:, 0]) ** 2
        rows.append([S[0], u_overlap, float(Vt[0] @ teacher.V_bar[:, 0]) ** 2])
    return np.array(rows)


def predicted(s_bar: float) -> np.ndarray:
    spike = spectra.noisy_spike(s_bar, N1, N3, 1.0)
    return np.array([spike.s_hat, spike.u_overlap, spike.v_overlap])


def test_numbers_of_the_theory_page():
    # Printed to three decimals there.
    assert np.allclose(predicted(1.0), [1.483, 0.818, 0.450], atol=5e-4)


def agrees(measured: np.ndarray, theory: np.ndarray) -> bool:
    """Within four standard errors plus 0.015, for finite-size corrections of about 1 / N3."""
    error = measured.std(axis=0, ddof=1) / np.sqrt(len(measured))
    return bool((np.abs(measured.mean(axis=0) - theory) < 4 * error + 0.015).all())


def test_simulated_spike_agrees_with_the_prediction():
    measured = simulated(1.0)
    assert agrees(measured, predicted(1.0))
    # Negative controls: the clean values, and the two overlaps swapped.
    assert not agrees(measured, np.array([1.0, 1.0, 1.0]))
    assert not agrees(measured, predicted(1.0)[[0, 2, 1]])


def test_below_the_threshold_the_spike_is_lost():
    s_bar = 0.5 * (N3 / N1) ** 0.25  # the threshold is sigma (N3 / N1)^(1/4)
    spike = spectra.noisy_spike(s_bar, N1, N3, 1.0)
    edges = spectra.marchenko_pastur_edges(N1, N3, 1.0)
    assert (spike.s_hat, spike.u_overlap, spike.v_overlap) == (edges[1], 0.0, 0.0)
    assert not spike.detached
    measured = simulated(s_bar)
    # Fluctuations of the edge and lost overlaps are of order N3^(-2/3) = 0.05.
    assert np.abs(measured[:, 0] - spike.s_hat).max() < 0.05
    # Near a transition overlaps fall slowly; at half the threshold a few times 1 / N3 remain.
    assert measured[:, 1:].mean(axis=0).max() < 0.15
    # Negative control: just this much above the threshold they do not.
    assert simulated(4 * s_bar, n=2)[:, 1].min() > 0.15


def test_noise_alone_fills_the_bulk():
    noise = teacher_of(0.0, 2.0).Sigma_hat
    S = np.linalg.svd(noise, compute_uv=False)
    # Edges fluctuate by about N3^(-2/3) of sigma, 0.05 each side.
    assert (S[-1], S[0]) == pytest.approx(spectra.marchenko_pastur_edges(N1, N3, 2.0), abs=0.1)


@given(c=st.sampled_from([(10, 1), (10, 10), (10, 40)]), sigma=st.floats(0.1, 10))
def test_everything_is_continuous_at_the_threshold(c, sigma):
    N1, N3 = c
    threshold = sigma * (N3 / N1) ** 0.25
    above = spectra.noisy_spike(threshold * (1 + 1e-6), N1, N3, sigma)
    below = spectra.noisy_spike(threshold * (1 - 1e-6), N1, N3, sigma)
    assert above.detached
    assert not below.detached
    # s_hat leaves the edge quadratically, overlaps linearly with slopes of order ten.
    assert above.s_hat == pytest.approx(below.s_hat, rel=1e-9)
    assert max(above.u_overlap, above.v_overlap) < 1e-4


@given(s_bar=st.floats(0.01, 100), sigma=st.floats(0.01, 10), scale=st.floats(0.1, 10))
def test_only_the_ratio_to_the_noise_matters(s_bar, sigma, scale):
    one = spectra.noisy_spike(s_bar, 50, 20, sigma)
    other = spectra.noisy_spike(s_bar * scale, 50, 20, sigma * scale)
    assert other.s_hat == pytest.approx(scale * one.s_hat, rel=1e-6)  # across the threshold too
    assert 0 <= one.u_overlap <= 1
    assert 0 <= one.v_overlap <= 1
    assert one.s_hat >= s_bar  # noise only adds


def test_a_strong_signal_is_left_alone():
    spike = spectra.noisy_spike(1e4, 100, 50, 1.0)
    # Corrections are of order sigma^2 / s_bar^2 = 1e-8, times 1 + c.
    assert spike.s_hat == pytest.approx(1e4, rel=2e-8)
    assert min(spike.u_overlap, spike.v_overlap) > 1 - 2e-8


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1.0, 10, 10, 1.0), "`s_bar` must be a finite number >= 0"),
        ((1.0, 0, 10, 1.0), "`N1` must be an integer >= 1"),
        ((1.0, 10, 0, 1.0), "`N3` must be an integer >= 1"),
        ((1.0, 10, 10, 0.0), "`sigma` must be a finite number > 0"),
        ((np.nan, 10, 10, 1.0), "`s_bar` must be a finite number >= 0"),
    ],
)
def test_inadmissible_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        spectra.noisy_spike(*arguments)
