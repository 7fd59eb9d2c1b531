"""Gaps and their intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlpaper.agreement import largest_relative_gap


def test_the_gap_is_that_of_the_means_at_its_largest():
    measured = np.array([[1.0, 2.0, 4.0], [1.0, 2.0, 6.0]])
    theory = np.array([[1.0, 2.2, 5.0], [1.0, 2.2, 5.0]])
    # Means 1, 2, 5 and 1, 2.2, 5: ten per cent in the middle; single seeds are 25 % off at the end.
    assert largest_relative_gap(measured, theory)[0] == pytest.approx(0.1, rel=1e-12)
    # Relative to the measurement, not to the theory.
    assert largest_relative_gap(theory, measured)[0] == pytest.approx(1 - 2 / 2.2, rel=1e-12)


@given(factor=st.floats(0.2, 5), scale=st.floats(1e-3, 1e3), seed=st.integers(0, 99))
def test_a_constant_factor_is_the_gap_without_uncertainty(factor, scale, seed):
    measured = np.random.default_rng(seed).uniform(1, 2, (4, 6))
    gap = largest_relative_gap(scale * measured, scale * factor * measured, n_resamples=20)
    assert gap == pytest.approx(np.full(3, abs(factor - 1)), rel=1e-10, abs=1e-12)  # rounding


def coverage(n_sets: int, truth: float, **options) -> float:
    """Share of intervals that hold the true gap, for one time and seeds that scatter by 5 %."""
    rng = np.random.default_rng(0)
    inside = 0
    for _ in range(n_sets):
        measured = rng.normal(1.0, 0.05, (20, 1))
        theory = np.full((20, 1), 1.2)
        _, low, high = largest_relative_gap(measured, theory, n_resamples=200, **options)
        inside += low <= truth <= high
    return inside / n_sets


def test_the_interval_covers_a_known_gap():
    # Percentile intervals of 20 seeds cover a little less than the nominal 95 %; the share of 120
    # scatters by 2 %.
    assert 0.88 < coverage(120, 0.2) < 0.99
    # Negative controls: a truth two standard errors away, and a narrower interval.
    assert coverage(120, 0.227) < 0.6
    assert 0.4 < coverage(120, 0.2, confidence=0.5) < 0.6


def test_rows_are_resampled_together():
    """What measurement and theory of a seed share does not widen the interval."""
    rng = np.random.default_rng(1)
    shared = rng.normal(1.0, 0.3, (10, 1)) + np.linspace(1, 2, 5)
    _, low, high = largest_relative_gap(shared, 1.1 * shared)
    assert high - low < 1e-12
    _, low, high = largest_relative_gap(shared, 1.1 * shared[::-1])
    assert high - low > 0.05


def test_the_seed_of_the_resampling_decides():
    rng = np.random.default_rng(1)
    measured, theory = rng.uniform(1, 2, (5, 3)), rng.uniform(1, 2, (5, 3))
    one, same, other = (
        largest_relative_gap(measured, theory, n_resamples=50, seed=seed) for seed in (0, 0, 1)
    )
    assert np.array_equal(one, same)
    assert one[0] == other[0]
    assert not np.array_equal(one, other)


def test_inadmissible_arguments_are_refused():
    curves = np.ones((3, 4))
    for confidence in (0.0, 1.0, np.nan):
        with pytest.raises(ValueError, match=r"`confidence` must be a number in \(0, 1\)"):
            largest_relative_gap(curves, curves, confidence=confidence)
    # Different shapes already fail the annotation where types are checked at run time.
    with pytest.raises((ValueError, TypeError), match="theory"):
        largest_relative_gap(curves, np.ones((3, 5)))
