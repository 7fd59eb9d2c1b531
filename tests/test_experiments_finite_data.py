"""Finite data: (T 7a) closes most of Eq. (3)'s gap."""

import numpy as np
import pytest
import xarray as xr

from mtlpaper.companion import experiments
from mtlpaper.companion.registry import settings

REDUCED = {"n_seeds": 4, "n_steps": 250, "learning_rate": 0.02, "n_records": 11, "n_points": 512}
SHARE = 0.6  # fixed in advance: the experiment's own


def finite_data(**changes: object) -> xr.Dataset:
    return experiments.compute(settings("finite_data").preset("paper", **(REDUCED | changes)))


@pytest.fixture(scope="module")
def data() -> xr.Dataset:
    return finite_data(N1=[20, 100])


def test_the_finite_sample_theory_closes_most_of_the_gap(data):
    """As many inputs as points: at most 60 % of Eq. (3)'s gap, for 2 and for 20 classes."""
    assert (data["share"].sel(N1=100) < SHARE).all()


def test_labels_as_drive_do_not(data):
    """Negative control: (T 7b) on soft labels, wrong on purpose, where logits saturate."""
    gap = data["gap"].sel(N1=100, N3=2, bound="estimate")
    assert gap.sel(theory="T7b") > SHARE * gap.sel(theory="eq3")


def test_few_inputs_leave_little_to_close(data):
    gap = data["gap"].sel(theory="eq3", bound="estimate")
    assert gap.sel(N1=20, N3=2) < gap.sel(N1=100, N3=2)
    assert (gap.sel(N1=20) < 0.05).all()


def test_share_is_the_ratio_of_the_gaps(data):
    gap = data["gap"].sel(bound="estimate")
    expected = gap.sel(theory="T7a").values / gap.sel(theory="eq3").values
    assert np.array_equal(data["share"].values, expected)


def test_fresh_noise_enters_the_finite_sample_theory():
    changes = {"N1": [20], "shown_N1": 20, "N3": [2], "n_train": 5000, "s_bar": 3.0, "sigma": 3.0}
    fresh = finite_data(noise="sample", **changes)
    # Label noise correlates with inputs, 1 / sqrt(5000) a mode: a few per cent of the end value.
    assert fresh["gap"].sel(theory="T7a", bound="estimate").item() < 0.05
    clean = finite_data(noise="sample", **(changes | {"sigma": 0.0}))
    wrong = clean["s"].sel(curve="T7a").mean("seed") / fresh["s"].sel(curve="sgd").mean("seed")
    assert np.abs(wrong - 1).max() > 0.05
