"""The random-energy limit, and that the exact averages approach it."""

import numpy as np
import pytest

from mtlpaper.gibbs import (
    critical_singular_value,
    log_partition,
    participation_ratio,
    rem_log_partition,
    rem_participation_ratio,
)

SIZES = (10, 10**2, 10**4, 10**6)


def test_freezing_point():
    assert critical_singular_value(10) == pytest.approx(2.1460, abs=5e-5)
    with pytest.raises(ValueError, match="`N3` must be an integer >= 2, got 1"):
        critical_singular_value(1)


def test_closed_forms_on_both_sides():
    s_c = critical_singular_value(50)
    assert rem_participation_ratio(0.0, 50) == 0
    assert rem_participation_ratio(0.99 * s_c, 50) == 0
    assert rem_participation_ratio(2 * s_c, 50) == pytest.approx(0.5, rel=1e-14)
    assert rem_log_partition(0.0, 50) == pytest.approx(np.log(50), rel=1e-14)
    assert rem_log_partition(2 * s_c, 50) == pytest.approx(2 * s_c**2, rel=1e-14)


def test_the_log_partition_and_its_slope_are_continuous_at_freezing():
    s_c = critical_singular_value(50)
    below, at, above = (rem_log_partition(s_c + x, 50) for x in (-1e-5, 0.0, 1e-5))
    # A jump would show at order one, a kink at 1e-5; curvature leaves 1e-10.
    assert above - 2 * at + below == pytest.approx(0, abs=1e-9)
    # The slope is s (1 - Y2) with Y2 of the limit, on both sides.
    for s in (0.7 * s_c, 1.8 * s_c):
        slope = (rem_log_partition(s + 1e-5, 50) - rem_log_partition(s - 1e-5, 50)) / 2e-5
        assert slope == pytest.approx(s * (1 - rem_participation_ratio(s, 50)), rel=1e-8)


@pytest.mark.parametrize("x", [0.5, 2.0, 4.0])
def test_exact_averages_approach_the_limit(x):
    """At fixed s / s_c; corrections fall as powers of N3 below and as ln ln N3 / ln N3 above."""
    Y2, log_Z = [], []
    for N3 in SIZES:
        s = x * critical_singular_value(N3)
        Y2.append(abs(participation_ratio(s, N3) - rem_participation_ratio(s, N3)))
        log_Z.append(abs(log_partition(s, N3) / rem_log_partition(s, N3) - 1))
    assert (np.diff(Y2) < 0).all()
    assert (np.diff(log_Z) < 0).all()
    # ln N3 grows six-fold: above freezing the distance must fall at least by half.
    assert Y2[-1] < Y2[0] / 2
    assert log_Z[-1] < log_Z[0] / 2
    # Negative control: with a quarter of the freezing point in the limit, it does not.
    wrong = [
        abs(participation_ratio(s, N3) - rem_participation_ratio(4 * s, N3))
        for N3 in (SIZES[0], SIZES[-1])
        for s in (x * critical_singular_value(N3),)
    ]
    assert wrong[1] > wrong[0]


def test_finite_size_participation_lies_above_the_limit():
    s = np.linspace(0.5, 20, 20)
    for N3 in (2, 10, 1000):
        assert all(participation_ratio(x, N3) > rem_participation_ratio(x, N3) for x in s)
