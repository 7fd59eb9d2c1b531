"""Block norms: where shares pass a half, the lasso's points as unit, the crossing."""

import numpy as np
import pytest
import xarray as xr
from tiny import data_of, params_of

from mtlpaper.chapters.sparsity import experiment, tables
from mtlpaper.companion.registry import settings


@pytest.fixture
def data() -> xr.Dataset:
    return data_of("sparsity").copy(deep=True)


def derived(data: xr.Dataset) -> xr.Dataset:
    return experiment.derive(params_of("sparsity"), data).assign_coords(data.coords)


def test_halves_ratios_and_the_crossing_follow_from_what_is_recovered(data):
    """Nothing at theta 0.2 and all at 20; at 2 by l1 a half, by l1/linf more the larger overlap."""
    for name in ("recovered", "recovered_same"):
        data[name][{"theta": 0}] = 0.0
        data[name][{"theta": 2}] = 1.0
        data[name][{"theta": 1}] = 0.0
        data[name][{"theta": 1, "pair": slice(0, 5)}] = 1.0  # five of ten
    data["recovered"][{"theta": 1, "norm": 2, "overlap": 0, "pair": slice(0, 5)}] = 0.0
    data["recovered"][{"theta": 1, "norm": 2, "overlap": 2}] = 1.0
    found = derived(data)
    half = found["half"].sel(bound="estimate").isel(p=0)
    assert np.allclose(half.sel(norm="l1"), 2.0)
    # Between 0.2 and 2, and between 2 and 20.
    assert np.allclose(half.sel(norm="l1/linf"), [11.0, 2.0, 1.1])
    ratio = found["ratio"].sel(bound="estimate", block="l1/linf").isel(p=0)
    assert np.allclose(ratio, [5.5, 1.0, 0.55])
    assert found["crossing"].sel(bound="estimate").item() == pytest.approx(2 / 3)
    limit = found["limit_same"].isel(p=0)
    off = found["off_same"].sel(bound="estimate").isel(p=0)
    assert np.allclose(off, 2.0 / limit - 1)


def test_a_ratio_that_does_not_pass_one_has_no_crossing():
    overlap = np.array([0.0, 0.5, 1.0])
    assert np.isnan(experiment._crossing(overlap, np.array([0.9, 0.8, 0.7])))
    assert np.isnan(experiment._crossing(overlap, np.array([2.0, 1.5, 1.1])))
    assert experiment._crossing(overlap, np.array([2.0, 1.5, 0.5])) == pytest.approx(0.75)


def test_limits_are_the_thresholds_in_units_of_the_sample_ratio(data):
    """l1: 2 at any overlap; l1/l2 for equal coefficients the same, for orthogonal ones less."""
    found = derived(data)
    assert np.allclose(found["limit"].sel(norm="l1"), 2.0)
    equal, opposite = found["limit_same"].isel(p=0).values
    assert equal == pytest.approx(2.0)
    # Three coefficients, one of which has another sign: psi is 2.
    assert opposite == pytest.approx(4 / 3)


def test_the_table_has_a_row_for_each_overlap_and_number_of_inputs(data):
    frame = tables.halves(data)
    params = params_of("sparsity")
    assert len(frame) == len(params.n_inputs) * len(params.n_shared)
    assert set(frame["l1, theory"]) == {"2.00"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_shared": [0, 4, 8]}, r"`n_shared` must go from 0 to n_used = 12, got \(0, 4, 8\)"),
        ({"sample_ratio": [3.0, 5.0]}, "`sample_ratio` must go from below 1 to above 4, .* 3 to 5"),
        ({"n_inputs": [24]}, r"`n_inputs` must be more than 2 n_used = 24, got 24"),
    ],
)
def test_settings_that_cannot_show_anything_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        settings("sparsity").preset("paper", **changes)
