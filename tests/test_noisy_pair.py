"""Directions of two noisy teachers, and the density of the bulk."""

import numpy as np
import pytest
from scipy.integrate import quad

from mtlpaper import theory
from mtlpaper.randomness import Streams
from mtlpaper.spectra import marchenko_pastur_edges, noisy_spike
from mtlpaper.tasks import make_teacher_pair

U = np.eye(4)[0]


def drawn(r_AB: float, replicate: int, *, N1: int = 200, N3: int = 20, S_B: float = 2.0):
    sizes = (N1, N3, np.array([1.5]), np.array([S_B]))
    A, B = make_teacher_pair(*sizes, r_AB, 1.0, Streams(5, replicate), centred=True)
    return theory.drawn_pair(A, B)


@pytest.mark.parametrize("r_AB", [0.0, 0.4, 1.0])
def test_drawn_pairs_scatter_about_the_prediction(r_AB):
    pairs = [drawn(r_AB, i) for i in range(60)]
    spikes = [noisy_spike(S, 200, 20, 1.0) for S in (1.5, 2.0)]
    expected = theory.predicted_pair(*spikes, r_AB, U, U)
    for name in ("r_hat", "B"):
        values = [getattr(p, name) for p in pairs]
        wanted = getattr(expected, name)
        if name == "B":
            values, wanted = [v.main_overlap for v in values], wanted.main_overlap
        # The mean of 60, each scattered by 1 / sqrt(200); and predictions good to 1 / N3.
        assert abs(np.mean(values) - wanted) < 4 * 0.07 / np.sqrt(60) + 0.02
        # Negative control: the noise-free angle is too large.
        if r_AB == 1:
            assert abs(np.mean(values) - 1) > 0.05


def test_a_pair_without_noise_is_what_its_teachers_are():
    sizes = (12, 5, np.array([1.5]), np.array([3.0]))
    A, B = make_teacher_pair(*sizes, 0.6, 0.0, Streams(5), centred=True)
    pair = theory.drawn_pair(A, B)
    assert pair.r_hat == pytest.approx(0.6)
    assert (pair.A.s_hat, pair.B.s_hat) == pytest.approx((1.5, 3.0))
    assert (pair.A.main_overlap, pair.B.main_overlap) == pytest.approx((1.0, 0.6))
    assert pair.A.u_hat @ A.U_bar[:, 0] == pytest.approx(1.0)
    assert pair.v_bar == pytest.approx([1.0, 0.0], abs=1e-12)


def test_v_bar_in_the_plane_is_its_projection():
    sizes = (12, 5, np.array([1.5]), np.array([3.0]))
    A, B = make_teacher_pair(*sizes, 0.6, 1.0, Streams(5), centred=True)
    _, _, v_A = theory.first_mode(A)
    _, _, v_B = theory.first_mode(B)
    rest = v_B - (v_A @ v_B) * v_A
    rest /= np.linalg.norm(rest)
    wanted = [v_A @ A.V_bar[:, 0], rest @ A.V_bar[:, 0]]
    assert theory.drawn_pair(A, B).v_bar == pytest.approx(wanted)


def test_what_is_lost_is_related_to_nothing():
    clean, lost = noisy_spike(3.0, 30, 10, 0.5), noisy_spike(0.1, 30, 10, 0.5)
    assert not lost.detached
    for pair in (
        theory.predicted_pair(clean, lost, 1.0, U, U),
        theory.predicted_pair(lost, clean, 1.0, U, U),
    ):
        assert pair.r_hat == 0
    assert theory.predicted_pair(clean, lost, 1.0, U, U).v_bar[1] == 0
    # Negative control.
    assert theory.predicted_pair(clean, clean, 1.0, U, U).r_hat > 0.9


def test_no_plane_where_the_directions_coincide():
    task = theory.NoisyTask(1.0, U, 0.8)
    assert theory.NoisyPair(task, task, 1.0).v_bar == pytest.approx([0.8, 0.0])


@pytest.mark.parametrize("squared", [0.0, 0.3, 1.0])
def test_tilted(squared):
    u = theory.tilted(U, squared, np.random.default_rng(1))
    assert np.linalg.norm(u) == pytest.approx(1)
    assert (u @ U) ** 2 == pytest.approx(squared)


@pytest.mark.parametrize(("N1", "N3"), [(30, 10), (10, 30), (20, 20)])
def test_the_bulk_has_the_mass_and_the_moment_of_the_noise(N1, N3):
    sigma = 0.7
    a, b = marchenko_pastur_edges(N1, N3, sigma)

    def density(x: float) -> float:
        return float(theory.marchenko_pastur_density(np.array([x]), N1, N3, sigma)[0])

    low = max(a, 1e-12)
    # quad's own error at the square-root edges.
    assert quad(density, low, b)[0] == pytest.approx(1, rel=1e-6)
    # Sum of squares: E |xi|^2 = N3 sigma^2, shared by min(N1, N3) singular values.
    square = quad(lambda x: x**2 * density(x), low, b)[0]
    assert square == pytest.approx(N3 * sigma**2 / min(N1, N3), rel=1e-6)
    assert density(1.01 * b) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theory.tilted(U, 1.2, np.random.default_rng(1)), "`squared_overlap` must be"),
        (
            lambda: theory.marchenko_pastur_density(np.zeros(1), 3, 3, 1.0),
            "`x` must be numbers > 0",
        ),
        (
            lambda: theory.predicted_pair(*[noisy_spike(1.0, 3, 3, 1.0)] * 2, 1.2, U, U),
            "`r_AB` must be a number in",
        ),
    ],
)
def test_inadmissible_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_teachers_of_higher_rank_are_refused():
    sizes = (12, 5, np.ones(2), np.ones(2))
    A, B = make_teacher_pair(*sizes, 0.6, 1.0, Streams(5))
    with pytest.raises(ValueError, match="`A` must be a teacher of rank one"):
        theory.drawn_pair(A, B)
