"""The weight of the auxiliary loss: what choices by either side of the bound take and lose."""

import numpy as np
import pytest
import xarray as xr
from tiny import data_of, params_of

from mtlpaper.chapters.weights import experiment, tables
from mtlpaper.companion.registry import settings


@pytest.fixture
def data() -> xr.Dataset:
    """Benefits 1, 3 at the positive weights 0.1, 1, everywhere and by every loss."""
    found = data_of("weights").copy(deep=True)
    for name in ("benefit", "lower", "upper", "gain"):
        found[name][{"positive": 0}] = 1.0
        found[name][{"positive": 1}] = 3.0
    return found


def derived(data: xr.Dataset) -> xr.Dataset:
    return experiment.derive(params_of("weights"), data).assign_coords(data.coords)


def of(found: xr.Dataset, name: str, choice: str, loss: str = "generalisation") -> float:
    (value,) = np.unique(
        found[name].sel(bound="estimate", loss=loss, choice=choice).values.round(9)
    )
    return float(value)


def test_every_choice_takes_its_own_weight_and_loses_what_that_is_worth_less(data):
    data["upper"][{"positive": 1}] = 0.5  # the upper side is largest at weight 0.1
    data["lower"][{"positive": 0}] = -1.0
    data["lower"][{"positive": 1}] = -2.0  # and the lower one at weight 0
    found = derived(data)
    for choice, weight, lost in (
        ("loss", 1.0, 0.0),
        ("upper side", 0.1, 2.0),
        ("lower side", 0.0, 3.0),
        ("mean of both sides", 0.0, 3.0),  # means 0 and -0.75
        ("weight 1", 1.0, 0.0),
        ("weight 0", 0.0, 3.0),
    ):
        assert of(found, "share", choice) == pytest.approx(weight / (1 + weight))
        assert of(found, "regret", choice) == pytest.approx(lost)
    assert np.allclose(found["best"], 1.0)
    assert np.allclose(found["better"].sel(bound="estimate", loss="generalisation"), 2.0)
    assert np.allclose(found["regret_mean"].sel(choice="upper side", bound="estimate"), 2.0)


def test_validation_points_choose_by_what_they_see_and_lose_what_is_true(data):
    data["gain"][{"positive": 1}] = 0.0
    found = derived(data)
    assert of(found, "share", "loss", "validation") == pytest.approx(0.1 / 1.1)
    assert of(found, "regret", "loss", "validation") == pytest.approx(2.0)
    assert of(found, "regret", "loss") == 0.0


def test_a_bound_shows_a_sign_only_where_both_sides_have_it(data):
    data["upper"][{"positive": 0}] = -0.1  # harm at one of two weights
    data["lower"][{"positive": 1}] = 0.1  # benefit at the other
    data["lower"][{"positive": 0}] = -1.0
    found = derived(data)
    assert np.allclose(found["certified"].sel(sign="harm"), 0.5)
    assert np.allclose(found["certified"].sel(sign="benefit"), 0.5)
    # The upper side at the least weight is negative, where the benefit is one.
    assert np.allclose(found["slope"], 0.0)


def test_growth_is_from_the_least_to_the_most_related_task(data):
    related = data["auxiliary"].str.endswith("r_AB = 1").values
    data["benefit"][{"auxiliary": ~related}] = -1.0
    assert np.allclose(derived(data)["growth"].sel(bound="estimate"), 0.5)


def test_ranks_compare_a_side_with_the_benefit(data):
    data["upper"][{"positive": 0}] = -1.0
    data["upper"][{"positive": 1}] = -2.0
    rank = derived(data)["rank"].sel(bound="estimate", loss="generalisation")
    assert np.allclose(rank.sel(side="upper side"), -1.0)
    assert np.allclose(rank.sel(side="lower side"), 1.0)


def test_the_table_has_a_row_for_each_cell(data):
    params = params_of("weights")
    frame = tables.best_weights(derived(data))
    assert len(frame) == len(params.S_A) * len(params.S_B) * len(params.r_AB)
    assert set(frame["best weight"]) == {"1"}


def test_weights_without_the_weight_one_are_refused():
    with pytest.raises(ValueError, match=r"`weights` must contain 1, got \(0.1, 10.0\)"):
        settings("weights").preset("paper", weights=[0.1, 10.0])
