"""The student's other singular values: rates, their names, and a small run."""

import numpy as np
import pytest
import xarray as xr

from mtlpaper.chapters.spectrum.experiment import LASTING, SUPPRESSED, decay_kind, decay_rates
from mtlpaper.companion import experiments
from mtlpaper.companion.registry import settings

T = np.linspace(0, 60, 121)


def kind(s: np.ndarray) -> str:
    return decay_kind(float(s[0]), float(s[-1]), *map(float, decay_rates(s, T)))


@pytest.mark.parametrize("rate", [0.01, 0.3])
def test_an_exponential_decay(rate):
    s = 0.5 * np.exp(-rate * T)
    assert np.allclose(decay_rates(s, T), rate, rtol=1e-10)
    assert kind(s) == "exponential"


@pytest.mark.parametrize("power", [0.5, 1.0, 3.0])
def test_an_algebraic_decay(power):
    s = 0.5 * (1 + T) ** -power
    # First fifth: t from 0 to 12; last: 48 to 60.
    expected = power * np.log([13.0, 61.0 / 49.0]) / 12
    assert np.allclose(decay_rates(s, T), expected, rtol=1e-10)
    assert kind(s) == "slower than exponential"


def test_no_decay():
    assert kind(np.full(121, 0.5)) == "not suppressed"
    assert kind(0.5 + 0.001 * T) == "not suppressed"


def test_names_at_the_boundaries():
    assert decay_kind(1.0, SUPPRESSED, 1.0, 1.0) == "exponential"
    assert decay_kind(1.0, np.nextafter(SUPPRESSED, 1), 1.0, 1.0) == "not suppressed"
    assert decay_kind(1.0, 0.1, 1.0, LASTING) == "exponential"
    assert decay_kind(1.0, 0.1, 1.0, np.nextafter(LASTING, 0)) == "slower than exponential"


def test_a_value_that_rises_before_it_falls_is_not_exponential():
    # Up at 0.05 for half the time, then down to half the start, ever more slowly.
    after = np.maximum(T - 30, 0)
    s = np.exp(0.05 * np.minimum(T, 30) - 2.5 * after / (after + 4))
    first, last = decay_rates(s, T)
    assert first < 0 < last
    assert s[-1] < SUPPRESSED * s[0]
    assert kind(s) != "exponential"


def test_rates_of_many_cells_and_of_short_records():
    s = np.exp(-np.multiply.outer([[0.1], [0.2]], T))
    assert np.allclose(decay_rates(s, T), [[[0.1, 0.1]], [[0.2, 0.2]]], rtol=1e-9)
    assert np.allclose(decay_rates(np.exp(-0.3 * T[:2]), T[:2]), 0.3, rtol=1e-9)


def test_a_small_run():
    params = settings("spectrum").preset(
        "paper",
        N3=[2, 5],
        n_seeds=2,
        n_train=2000,
        n_steps=300,
        learning_rate=0.05,
        n_records=11,
        n_points=512,
        n_modes=3,
    )
    data = experiments.compute(params)
    first = data["S_sgd"].isel(time=0)
    assert np.allclose(first.sel(N3=5), [1.0, 0.5, 0.5], rtol=1e-12)
    assert np.allclose(first.sel(N3=2, mode=[1, 2]), [1.0, 0.5], rtol=1e-12)
    assert data["S_sgd"].sel(N3=2, mode=3).isnull().all()
    assert not data["S_sgd"].sel(N3=5).isnull().any()
    # 2000 points of 20 inputs: SGD and the infinite-data flow differ by about sqrt(20 / 2000).
    leading = {"mode": 1}
    ratio = data["S_flow"].sel(leading).mean("seed") / data["S_sgd"].sel(leading).mean("seed")
    assert np.abs(ratio - 1).max() < 0.1
    # A noisy teacher has more than one singular value of its own, a noise-free one has not.
    assert (data["S_hat"].sel(sigma=0.0, mode=2) < 1e-12).all()
    assert (data["S_hat"].sel(sigma=0.5, mode=2) > 0.1).all()
    # Without noise balanced layers lose the second value, and unequal ones lose it faster.
    end = data["S_flow"].sel(sigma=0.0, N3=5, mode=2).isel(time=-1).mean("seed")
    assert end.sel(imbalance=1.0) < end.sel(imbalance=0.0) < 0.45
    # Two classes leave the second direction to the common shift of logits: nothing acts on it.
    still = data["S_flow"].sel(sigma=0.0, imbalance=0.0, N3=2, mode=2)
    assert np.allclose(still, 0.5, rtol=1e-4)


def test_the_number_of_workers_does_not_matter(monkeypatch):
    """Jobs of different lengths, so that they finish in another order than they start."""
    tiny = {"n_seeds": 2, "n_steps": 20, "n_records": 5, "n_points": 64, "n_train": 50}
    results = []
    for jobs, seed in (("1", 2019), ("2", 2019), ("1", 2020)):
        monkeypatch.setenv("MTLPAPER_JOBS", jobs)
        params = settings("spectrum").preset("paper", seed=seed, N3=[20, 2], **tiny)
        results.append(experiments.compute(params))
    xr.testing.assert_identical(results[0], results[1])
    # Negative control: another seed is noticed.
    assert not results[0].equals(results[2])
