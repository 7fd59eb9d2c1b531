"""Intervals over datasets and agreement of a theory: exact cases, coverage, pairing."""

import numpy as np
import pytest
from scipy import stats

from mtlpaper.benefit import (
    Agreement,
    agreement,
    bootstrap_interval,
    resampled_interval,
    resampling_weights,
    stretched_interval,
)

# ------------------------------------------------------------------------------ the interval


def test_equal_datasets_leave_no_doubt():
    interval = bootstrap_interval(np.full((5, 2, 3), 0.25))
    assert interval.shape == (3, 2, 3)
    assert np.array_equal(interval, np.full((3, 2, 3), 0.25))


def test_two_datasets_by_hand():
    """Means of resamples are -1, 0, 1 with weights 1/4, 1/2, 1/4; sqrt 2 and Student stretch them.

    Student's quantile for one degree of freedom is that of a Cauchy variable, tan(0.475 pi).
    """
    samples = np.array([[3.0], [5.0]])
    stretch = np.sqrt(2) * np.tan(0.475 * np.pi) / stats.norm.ppf(0.975)
    assert np.allclose(bootstrap_interval(samples)[:, 0], 4 + stretch * np.array([0, -1, 1]))
    # The middle half of the resamples lies at the mean itself, but for the quantile's own luck.
    middle = bootstrap_interval(samples, confidence=0.4)[:, 0]
    assert np.allclose(middle, 4)


def test_the_estimate_is_the_mean_and_the_interval_holds_it():
    samples = np.random.default_rng(0).standard_normal((7, 4, 5)) ** 3
    mean, low, high = bootstrap_interval(samples)
    assert np.allclose(mean, samples.mean(axis=0), rtol=0, atol=1e-13)
    assert (low < mean).all()
    assert (mean < high).all()
    narrow = bootstrap_interval(samples, confidence=0.5)
    assert (low < narrow[1]).all()
    assert (narrow[2] < high).all()


def test_many_datasets_give_the_normal_interval():
    """The stretch makes resampled means scatter by exactly the standard error of the mean."""
    samples = np.random.default_rng(1).standard_normal((400, 3))
    _, low, high = bootstrap_interval(samples, n_resamples=20_000)
    expected = 2 * stats.norm.ppf(0.975) * samples.std(axis=0, ddof=1) / np.sqrt(400)
    # Ends are quantiles of 20 000 resamples: 2 % each.
    assert np.allclose(high - low, expected, rtol=0.05)


def test_the_stretch_makes_the_width_right_for_few_datasets():
    """But for Student's factor the variance is, exactly, s^2 / n with the unbiased s^2."""
    samples = np.random.default_rng(2).standard_normal((5, 1))
    levels = np.linspace(0.0025, 0.9975, 200)
    student = stats.t.ppf((1 + levels) / 2, 4) / stats.norm.ppf((1 + levels) / 2)
    ends = [
        bootstrap_interval(samples - samples.mean(), confidence=c, n_resamples=20_000)[1:, 0]
        for c in levels
    ]
    # Quantiles at evenly spread levels stand for the distribution itself.
    variance = np.var(np.array(ends) / student[:, None])
    # 20 000 resamples: 1 %; the outermost quantiles are cut: 2 %.
    assert variance == pytest.approx(samples.var(ddof=1) / 5, rel=0.05)


def coverage(n: int, confidence: float = 0.95, n_values: int = 4000) -> float:
    """Share of Gaussian values whose interval holds the true mean, 0."""
    samples = np.random.default_rng(3).standard_normal((n, n_values))
    _, low, high = bootstrap_interval(samples, confidence=confidence)
    return float(((low <= 0) & (high >= 0)).mean())


@pytest.mark.parametrize("n", [3, 4, 5, 10, 100])
def test_what_the_interval_covers(n):
    """95 %, for few datasets too, since Student's quantile stands where the normal one stood."""
    # Of 4000 values: 0.35 %. Resamples are common to all values, and few values have few resamples
    # whose quantiles jump: seen are 93.7 to 95.3 %.
    assert coverage(n) == pytest.approx(0.95, abs=0.02)


def test_without_students_quantile_it_would_cover_less():
    """The negative control: what this check says of the interval of normal width."""
    samples = np.random.default_rng(3).standard_normal((5, 4000))
    mean, low, high = bootstrap_interval(samples)
    narrower = stats.norm.ppf(0.975) / stats.t.ppf(0.975, 4)
    held = (mean + narrower * (low - mean) <= 0) & (mean + narrower * (high - mean) >= 0)
    # P(|t_4| < 1.96) = 0.878, and resamples of five values have shorter tails still.
    assert held.mean() < 0.9
    assert held.mean() != pytest.approx(0.95, abs=0.02)


def test_two_datasets_are_the_exception():
    """Half of all resamples are the mean itself: the ends are those of the data, 72 % as wide."""
    samples = np.random.default_rng(4).standard_normal((2, 2000))
    _, low, high = bootstrap_interval(samples)
    half = stats.t.ppf(0.975, 1) * samples.std(axis=0, ddof=1) / np.sqrt(2)
    # Deviations are those of two values, s / sqrt 2, times sqrt 2 t / z, against t s / sqrt 2.
    assert np.allclose((high - low) / 2 / half, np.sqrt(2) / stats.norm.ppf(0.975))
    assert coverage(2) == pytest.approx(0.925, abs=0.02)


@pytest.mark.parametrize(("n", "least", "most"), [(4, 0.94, 1.0), (5, 0.95, 1.0), (30, 0.97, 1.02)])
def test_the_width_against_students(n, least, most):
    """About Student's; a little less, as resamples of few values have shorter tails."""
    samples = np.random.default_rng(4).standard_normal((n, 2000))
    _, low, high = bootstrap_interval(samples)
    half = stats.t.ppf(0.975, n - 1) * samples.std(axis=0, ddof=1) / np.sqrt(n)
    assert least < np.mean((high - low) / 2 / half) < most


def test_values_are_paired():
    """Cells that share their datasets' luck: the difference of their intervals' ends is certain."""
    luck = np.random.default_rng(5).standard_normal((5, 1))
    samples = luck + np.array([0.0, 0.3, -1.0])
    interval = bootstrap_interval(samples)
    assert np.allclose(interval - interval[:, :1], [[0.0, 0.3, -1.0]] * 3, rtol=0, atol=1e-14)
    # The interval of a difference of paired values is a point.
    assert np.allclose(bootstrap_interval(samples[:, 1] - samples[:, 0]), 0.3, rtol=0, atol=1e-14)
    # Negative control: values with independent noise.
    own = np.random.default_rng(6).standard_normal((5, 3)) + np.array([0.0, 0.3, -1.0])
    assert np.ptp(bootstrap_interval(own[:, 1] - own[:, 0])) > 0.5


def test_shapes_do_not_matter():
    samples = np.random.default_rng(7).standard_normal((5, 6))
    flat = bootstrap_interval(samples)
    assert np.allclose(bootstrap_interval(samples.reshape(5, 2, 3)).reshape(3, 6), flat)
    assert np.allclose(bootstrap_interval(samples[:, 4]), flat[:, 4], rtol=0, atol=1e-14)


@pytest.mark.parametrize(("a", "b"), [(-2.0, 1.0), (3.0, 0.0)])
def test_units_and_signs_do_not_matter(a, b):
    samples = np.random.default_rng(8).standard_normal((5, 4))
    seen, expected = bootstrap_interval(a * samples + b), a * bootstrap_interval(samples) + b
    if a < 0:
        # What was the lower end is now the upper one; interpolation between the same resamples.
        expected = expected[[0, 2, 1]]
    assert np.allclose(seen, expected, rtol=0, atol=1e-12)


def test_the_seed_decides():
    samples = np.random.default_rng(9).standard_normal((5, 4))
    one, same, other = (bootstrap_interval(samples, seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(one, same)
    assert np.array_equal(one[0], other[0])
    assert not np.array_equal(one[1:], other[1:])


@pytest.mark.parametrize(
    ("samples", "options", "message"),
    [
        (np.zeros((1, 3)), {}, r"`samples` must be of at least two datasets, got \(1, 3\)"),
        (np.zeros((5, 3)), {"confidence": 1.0}, r"`confidence` must be a number in \(0, 1\)"),
        (np.zeros((5, 3)), {"confidence": 0.0}, r"`confidence` must be a number in \(0, 1\)"),
    ],
)
def test_inadmissible_samples_are_refused(samples, options, message):
    with pytest.raises(ValueError, match=message):
        bootstrap_interval(samples, **options)


# ----------------------------------------------------------------------------- other statistics


def test_any_statistic_of_all_datasets_comes_with_the_middle_of_its_resamples():
    samples = np.random.default_rng(10).standard_normal((40, 2))
    estimate, low, high = resampled_interval(
        lambda chosen: np.median(samples[chosen], axis=0), 40, 2000
    )
    assert np.array_equal(estimate, np.median(samples, axis=0))
    assert (low < estimate).all()
    assert (estimate < high).all()
    # SciPy's percentile interval of other resamples: their ends scatter by some percent.
    for i in (0, 1):
        theirs = stats.bootstrap(
            (samples[:, i],), np.median, n_resamples=2000, method="percentile", rng=0
        ).confidence_interval
        assert np.allclose([low[i], high[i]], theirs, rtol=0, atol=0.1)


def test_what_all_datasets_share_has_no_interval():
    interval = resampled_interval(lambda chosen: np.array([chosen.size, 0.5]), 4, 100)
    assert np.array_equal(interval, [[4, 0.5]] * 3)
    # Negative control: which dataset comes first is drawn.
    assert np.ptp(resampled_interval(lambda chosen: chosen[:1] * 1.0, 4, 100)) == 3


def test_the_stretched_interval_of_a_mean_is_that_of_its_bootstrap():
    """But for the median of the resamples in the place of the mean: Gaussian samples, symmetric."""
    samples = np.random.default_rng(11).standard_normal((8, 3))
    weights = np.vstack([np.full(8, 1 / 8), resampling_weights(8, 2000)])
    seen, expected = stretched_interval(weights @ samples, 8), bootstrap_interval(samples)
    assert np.allclose(seen, expected, rtol=0, atol=0.05)
    # A bias that all resamples share moves neither end.
    biased = weights @ samples
    biased[1:] += 7
    assert np.allclose(stretched_interval(biased, 8), seen, rtol=0, atol=1e-12)


# --------------------------------------------------------------------------------- agreement

MEASURED = np.array([-0.1, 0.0, 0.05, 0.2])
CLEAR = np.array([True, False, True, True])


def test_a_perfect_theory():
    seen = agreement(MEASURED, MEASURED, CLEAR)
    assert seen.correlation == pytest.approx(1, abs=1e-13)
    assert seen.slope == pytest.approx(1, abs=1e-13)
    assert seen == Agreement(seen.correlation, seen.slope, 0.0, 1.0, 3, 4)


def test_a_theory_of_twice_the_size():
    seen = agreement(MEASURED, 2 * MEASURED, CLEAR)
    assert seen.correlation == pytest.approx(1, abs=1e-13)
    assert seen.slope == pytest.approx(0.5, abs=1e-13)  # of measured against theory
    assert seen.rmse == pytest.approx(np.sqrt(np.mean(MEASURED**2)))
    assert seen.sign == 1


def test_a_theory_that_is_off_by_a_constant():
    seen = agreement(MEASURED, MEASURED + 0.06, CLEAR)
    assert seen.correlation == pytest.approx(1, abs=1e-14)
    assert seen.slope == pytest.approx(1, abs=1e-14)
    assert seen.rmse == pytest.approx(0.06, abs=1e-13)
    assert seen.sign == 1  # -0.1 stays negative
    assert agreement(MEASURED, MEASURED + 0.11, CLEAR).sign == pytest.approx(2 / 3)


def test_a_theory_with_every_sign_wrong():
    seen = agreement(MEASURED, -MEASURED, CLEAR)
    assert seen.correlation == pytest.approx(-1, abs=1e-13)
    assert seen.slope == pytest.approx(-1, abs=1e-13)
    assert seen.sign == 0


def test_agreement_by_scipy():
    rng = np.random.default_rng(0)
    theory = rng.standard_normal(40)
    measured = 0.5 * theory + rng.standard_normal(40)
    seen = agreement(measured, theory, np.abs(measured) > 1)
    line = stats.linregress(theory, measured)
    assert seen.correlation == pytest.approx(line.rvalue)
    assert seen.slope == pytest.approx(line.slope)
    assert seen.n_clear == (np.abs(measured) > 1).sum()
    assert seen.n_cells == 40


def test_signs_of_unclear_benefits_do_not_count():
    theory = np.array([-0.1, -5.0, 0.05, 0.2])
    assert agreement(MEASURED, theory, CLEAR).sign == 1
    none = agreement(MEASURED, theory, np.zeros(4, dtype=bool))
    assert np.isnan(none.sign)
    assert none.n_clear == 0


def test_a_constant_has_no_correlation():
    flat = agreement(MEASURED, np.zeros(4), CLEAR)
    assert np.isnan(flat.correlation)
    assert np.isnan(flat.slope)
    unmoved = agreement(np.full(4, 0.5), MEASURED, CLEAR)
    assert np.isnan(unmoved.correlation)
    assert unmoved.slope == 0


def test_a_constant_has_no_correlation_however_it_rounds():
    """The mean of three times 0.1 is not 0.1."""
    flat = agreement(MEASURED[:3], np.full(3, 0.1), CLEAR[:3])
    assert np.isnan(flat.slope)
    assert np.isnan(flat.correlation)
    unmoved = agreement(np.full(3, 0.1), MEASURED[:3], CLEAR[:3])
    assert np.isnan(unmoved.correlation)
    assert unmoved.slope == pytest.approx(0, abs=1e-13)
    # Negative control: the least variation there is counts as one.
    barely = agreement(MEASURED[:3], np.array([0.1, 0.1, np.nextafter(0.1, 1)]), CLEAR[:3])
    assert np.isfinite(barely.slope)


def test_one_benefit_is_refused():
    one = np.zeros(1)
    with pytest.raises(ValueError, match="`measured` must be of at least two benefits"):
        agreement(one, one, np.ones(1, dtype=bool))
