"""The learning-rate limit: the fitted slope, on made-up and on measured distances."""

import numpy as np
import pytest

from mtlpaper.chapters.learning_rate.experiment import fitted_slope
from mtlpaper.companion import experiments
from mtlpaper.companion.registry import settings

RATES = np.geomspace(1e-3, 0.25, 6)


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_a_power_law_gives_its_exponent(power):
    distance = np.array([[0.1], [0.2], [0.5]]) * RATES**power
    # Prefactors of datasets do not matter: rounding of logarithms.
    assert np.allclose(fitted_slope(RATES, distance), power, rtol=1e-10)


def test_the_interval_covers_the_exponent():
    rng = np.random.default_rng(0)
    inside = 0
    for _ in range(20):
        distance = RATES * np.exp(0.2 * rng.standard_normal((12, RATES.size)))
        slope, low, high = fitted_slope(RATES, distance)
        assert low <= slope <= high
        inside += low <= 1 <= high
    # A bootstrap over 12 datasets covers about 90 %; of 20 intervals, at least three quarters.
    assert inside >= 15
    # Negative control: another exponent is not covered.
    _, low, high = fitted_slope(RATES, distance**1.1)
    assert not low <= 1 <= high


def test_gradient_descent_has_slope_one_and_mini_batches_lie_above():
    params = settings("learning_rate").preset(
        "paper", N3=[2, 5], n_seeds=3, learning_rate=[0.1, 0.05, 0.025], n_records=6
    )
    data = experiments.compute(params)
    slope = data["slope"].sel(descent="gradient descent", bound="estimate")
    assert (np.abs(slope - 1) < params.slope_tolerance).all()
    descent, sgd = (
        data["distance"].sel(descent=name).mean("seed")
        for name in ("gradient descent", "mini-batch SGD")
    )
    assert (sgd > descent).all()  # the noise of the batches comes on top
    # Negative control: the distance of Eq. (3), infinite data, does not shrink with the rate.
    assert (data["distance_eq3"].mean("seed") > descent.isel(learning_rate=-1)).all()


def test_batches_of_all_points_make_the_two_descents_one():
    params = settings("learning_rate").preset(
        "paper", N3=[2], n_seeds=2, learning_rate=[0.25, 0.1], n_records=3, batch_size=100
    )
    distance = experiments.compute(params)["distance"]
    assert np.array_equal(distance.isel(descent=0), distance.isel(descent=1))


def test_distances_are_those_of_the_trajectories():
    params = settings("learning_rate").preset(
        "paper", N3=[2], n_seeds=2, learning_rate=[0.25, 0.1], n_records=3, batch_size=10
    )
    data = experiments.compute(params).sel(N3=2)
    assert data["time"].values.tolist() == [0, 2.5, 5]
    for rate in (0.25, 0.1):
        for descent in data["descent"].values:
            at = {"descent": descent, "learning_rate": rate}
            expected = np.abs(data["s_sgd"].sel(at) / data["s_flow"] - 1).max("time")
            assert np.array_equal(data["distance"].sel(at), expected)
            assert (expected > 0).all()
