"""Weight decay on the first paper's tasks: what is tuned by what, and what follows from data."""

import numpy as np
import pytest
import xarray as xr
from tiny import data_of, params_of

from mtlpaper.chapters.weight_decay import experiment, tables
from mtlpaper.companion.registry import settings


@pytest.fixture
def data() -> xr.Dataset:
    return data_of("weight_decay").copy(deep=True)


def derived(data: xr.Dataset) -> xr.Dataset:
    return experiment.derive(params_of("weight_decay"), data)


def test_each_network_takes_the_decay_that_its_points_choose(data):
    """Of two decays, validation points choose the first and test points the second."""
    data["decayed_chosen"][{"decay": 0}] = 1.0
    data["decayed_chosen"][{"decay": 1}] = 2.0
    data["decayed_loss"][{"decay": 1}] = data["decayed_loss"][{"decay": 0}] - 0.5
    # What the pairs learn is worth a tenth of a nat more at the decay that only test points choose.
    data["decayed_loss"][{"decay": 1, "net": slice(1, None)}] -= 0.1
    found = derived(data)
    validation, test = (
        found["benefit"].sel(regulariser="weight decay", tuned_by=name)
        for name in ("validation", "test")
    )
    assert np.allclose(test - validation, 0.1)
    alone = found["L_single"].sel(regulariser="weight decay", bound="estimate")
    assert np.allclose(alone.sel(tuned_by="validation") - alone.sel(tuned_by="test"), 0.5)
    assert found["at_end"].values.tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_the_difference_is_between_benefits_of_the_same_data(data):
    found = derived(data)
    decay, stop = (found["benefit"].sel(regulariser=name) for name in experiment.REGULARISERS)
    assert np.allclose(found["difference"].sel(bound="estimate"), (decay - stop).mean("seed"))
    growth = decay.isel(r_AB=-1) - decay.isel(r_AB=0)
    of_decay = found["growth"].sel(regulariser="weight decay", bound="estimate")
    assert np.allclose(of_decay, growth.mean("seed"))


@pytest.mark.parametrize("power", [-1.0, -0.5])
def test_a_distance_that_falls_as_a_power_gives_it(data, power):
    data["distance"][:] = data["points"].astype(float) ** power * (1 + data["dataset"])
    assert np.allclose(derived(data)["fading"], power)


def test_the_excess_is_over_the_best_bound_of_any_width(data):
    data["objective"][:] = 3.0
    data["objective"][{"N2": -1}] = 2.0
    data["least"][:] = 1.0
    data["least"][{"N2": -1, "start": 0}] = 2.0
    excess = derived(data)["excess"]
    assert np.allclose(excess.isel(N2=-1), 1e-7)  # the floor, under which rounding decides
    assert np.allclose(excess.isel(N2=0), 0.5)


def test_the_table_has_a_row_for_each_regulariser_and_way_to_tune_it(data):
    frame = tables.regularisers(data)
    assert len(frame) == 4
    assert frame["loss alone (nats)"].str.match(r"\d\.\d{3} \(").all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"widths": [1, 19]}, r"`widths` must reach .* min\(N1, 2 N3\) = 20, got 19"),
        ({"N2": 19}, r"`N2` must be at least min\(N1, 2 N3\) = 20, got 19"),
        ({"n_soft": 29}, "`n_soft` must be at least N1 = 30, got 29"),
        ({"decays": [0.0, 0.1]}, "`decays`"),
        ({"decays": [0.1]}, "`decays`"),
    ],
)
def test_settings_that_cannot_show_anything_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        settings("weight_decay").preset("paper", **changes)
