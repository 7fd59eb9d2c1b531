"""Kinds of auxiliary tasks: what follows from the errors of a main task, and what is told of it."""

import numpy as np
import pytest
import xarray as xr
from tiny import data_of, params_of

from mtlpaper.chapters.auxiliary_kinds import experiment, numbers, tables
from mtlpaper.companion.parameters import ParameterError
from mtlpaper.companion.registry import settings


@pytest.fixture
def data() -> xr.Dataset:
    return data_of("auxiliary_kinds").copy(deep=True)


def derived(data: xr.Dataset) -> xr.Dataset:
    return experiment.derive(params_of("auxiliary_kinds"), data)


def test_changes_and_controls_are_of_means_over_the_same_data_sets(data):
    """Errors in one proportion on every data set leave no uncertainty."""
    alone = data["eavesdropping_alone"]
    data["eavesdropping_together"] = 0.6 * alone
    data["eavesdropping_shuffled"] = 0.9 * alone
    data["eavesdropping_other_feature"] = 0.7 * alone
    found = derived(data)
    for group, name in (("kind", "hints"), ("mechanism", "eavesdropping")):
        change, left = (found[f"{group}_{what}"].sel({group: name}) for what in ("change", "left"))
        assert np.allclose(change.sel(treatment=["together", "shuffled"]).T, [[-0.4], [-0.1]])
        # Of a benefit of 0.4, one control keeps a quarter and the other three.
        assert np.allclose(left.sel(treatment=["shuffled", "other feature"]).T, [[-0.1], [0.1]])
        assert left.sel(treatment="together").isnull().all()
        assert change.sel(treatment="erasure").isnull().all()


def test_an_interval_is_that_of_a_ratio_of_means(data):
    """A single data set of large error weighs as much as its error, as in the mean."""
    alone = xr.ones_like(data["future_as_output_alone"])
    alone[0, 0] = 11.0
    data["future_as_output_alone"] = alone
    data["future_as_output_together"] = alone.where(alone > 1, 0.5)
    change = derived(data)["kind_change"].sel(kind="future as output", treatment="together")
    assert change.sel(bound="estimate") == pytest.approx(-4.5 / 20)
    assert change.sel(bound="low") < -4.5 / 20 < change.sel(bound="high")


def test_details_are_set_beside_their_own_errors_alone(data):
    data["r_together"] = 0.5 * data["r_alone"]
    data["r_as_one_task"] = (1 + data["r"]) * data["r_alone"]
    data["adversary_erasure"] = 1.2 * data["adversary_alone"]
    data["adversary_reversed"] = 0.8 * data["adversary_alone"].expand_dims(reversal=1, axis=-1)
    data["noise_shuffled"] = data["label_noise"] * data["noise_alone"]
    data["levels_together"] = 0.6 * data["levels_alone"]
    found = derived(data)
    assert np.allclose(found["r_change"].sel(use="together"), -0.5)
    assert np.allclose(found["r_change"].sel(use="as one task"), data["r"])
    assert np.allclose(found["adversary_change"].sel(removal="erasure"), 0.2)
    assert np.allclose(found["adversary_change"].sel(removal="reversal 1"), -0.2)
    shuffled = found["noise_change"].sel(trunk="shuffled")
    assert np.allclose(shuffled, data["label_noise"] - 1)
    assert np.allclose(found["information"], 0.6)
    assert np.allclose(found["information_off"].isel(n_levels=0), 0.6 - 2 / np.pi)


def test_an_output_is_set_beside_an_input_and_beside_what_he_prints(data):
    for arm, error in (("alone", 0.0648), ("as_input", 0.0647), ("together", 0.0531)):
        data[f"predicting_inputs_binary_code_{arm}"][:] = error
    found = derived(data)
    assert np.allclose(found["rmse_off"], [0.0, 0.0, -0.01])
    assert np.allclose(found["rmse_gain"].sel(code="binary"), [0.0117, 0.0116])
    frame = tables.inputs_as_outputs(data.assign(found))
    assert list(frame["Caruana (1997)"]) == ["0.0648", "0.0647", "0.0631", "+0.0017", "+0.0016"]
    assert frame["binary code"][4] == "+0.0116 (+0.0116 to +0.0116)"


def test_an_experiment_that_is_a_kind_and_a_mechanism_counts_once(data):
    for group in ("kind", "mechanism"):
        left = data[f"{group}_left"]
        data[f"{group}_left"] = left.where(left.isnull(), -0.1)
    told = numbers.numbers(data)
    controls = [one for each in experiment.EXPERIMENTS.values() for one in each.controls]
    assert told["gone"] == told["n_controls"] == len(controls)
    data["mechanism_left"].loc[{"mechanism": "eavesdropping"}] += 0.2
    assert numbers.numbers(data)["gone"] == len(controls) - 2


def test_it_is_told_from_which_correlation_on_one_vector_helps(data):
    change = data["r_change"]
    assert numbers.numbers(data)["r_from"] == "from r = 1 on"
    data["r_change"] = xr.ones_like(change)
    assert numbers.numbers(data)["r_from"] == "at none of the correlations"


def test_data_sets_come_in_whole_blocks():
    accepted = r"an integer in \[1, 1000\], a multiple of 10, got 15"
    with pytest.raises(ParameterError, match=accepted):
        settings("auxiliary_kinds").preset("paper", n_datasets=15)
