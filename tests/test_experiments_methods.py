"""Methods on one testbed: what chooses a value, what benefits are over, and what is compared."""

import numpy as np
import pytest
import xarray as xr
from tiny import data_of, params_of

from mtlpaper.chapters.methods import experiment, numbers, tables
from mtlpaper.companion.registry import settings
from mtlpaper.methods.rules import RULES
from mtlpaper.methods.structures import STRUCTURES


@pytest.fixture
def data() -> xr.Dataset:
    """Losses of rules fall by 0.1 nats from value to value; validation points choose the third."""
    found = data_of("methods").copy(deep=True)
    loss, chosen = found["rule_loss"], found["rule_chosen"]
    loss[:] = 2.0 - 0.1 * loss["value"]
    chosen[:] = abs(chosen["value"] - 2)
    return found


def derived(data: xr.Dataset) -> xr.Dataset:
    return experiment.derive(params_of("methods"), data)


def test_validation_points_choose_the_value_and_equal_weights_have_none(data):
    alone = {"net": 0, "rule": [*data["rule"].values].index("trunk_rate")}
    data["rule_loss"][alone] = 2.5
    MT = derived(data)["MT"].sel(against="tuned baseline", bound="estimate")
    assert np.allclose(MT.sel(technique=["fixed", "gate"]), 2.5 - 1.8)
    at_one = RULES["fixed"].grid.index(1.0)
    assert np.allclose(MT.sel(technique="equal"), 2.5 - (2.0 - 0.1 * at_one))


def test_a_benefit_over_the_own_student_leaves_out_what_it_gains_alone(data):
    data["rule_loss"][{"net": 0}] = 3.0
    data["rule_loss"][{"net": 0, "rule": [*data["rule"].values].index("trunk_rate")}] = 2.5
    summary = derived(data)["summary"].sel(bound="estimate", technique="gate")
    assert np.allclose(summary.sel(against="tuned baseline"), 2.5 - 1.8)
    assert np.allclose(summary.sel(against="own student"), 3.0 - 1.8)


def test_related_and_unrelated_tasks_the_worst_cell_and_the_shares(data):
    """A gate that gains 0.3 nats beside related tasks and loses 0.1 beside unrelated ones."""
    gate = [*data["rule"].values].index("gate")
    for net, gain in ((1, -0.1), (2, 0.3)):
        data["rule_loss"][{"rule": gate, "net": net}] -= gain
    found = derived(data).sel(technique="gate", against="tuned baseline")
    summary = found["summary"].sel(bound="estimate")
    assert np.allclose(summary.sel(tasks=["all", "related", "unrelated"]), [0.1, 0.3, -0.1])
    assert np.allclose(found["worst"], -0.1)
    assert found["share"].sel(effect=["helps", "harms"]).values.tolist() == [0.5, 0.5]
    beyond = found["beyond"].sel(bound="estimate", reference="fixed")
    assert np.allclose(beyond.sel(tasks=["all", "related", "unrelated"]), [0.1, 0.3, -0.1])


def test_a_method_is_compared_within_its_family(data):
    beyond = derived(data)["beyond"].sel(bound="estimate", tasks="all", against="own student")
    assert np.isnan(beyond.sel(technique="gate", reference="hard"))
    assert np.isnan(beyond.sel(technique="hard", reference="fixed"))
    assert (beyond.sel(technique="fixed, ReLU", reference="fixed") == 0).all()


def test_ends_of_the_five_values_are_counted(data):
    assert (derived(data)["at_end"].sel(technique=["equal", "gate"]) == 0).all()
    data["rule_chosen"][{"value": 4}] = -1.0
    at_end = derived(data)["at_end"].sel(technique=["equal", "gate"])
    assert at_end.values.tolist() == [0.0, 1.0]


def test_every_method_has_a_row_and_the_best_ones_are_named(data):
    for table in (tables.techniques(data), tables.protection(data)):
        assert len(table) == data.sizes["technique"]
    told = numbers.numbers(data)
    assert told["best_rule"] in {tables.called(str(name)) for name in data["rule"].values}
    assert told["safest_sharing_worst"] >= told["best_sharing_worst"]


def test_all_methods_that_are_there_are_compared_and_no_others():
    every = settings("methods").preset("paper")
    assert every.rules == tuple(sorted(RULES))
    assert every.structures == tuple(sorted(STRUCTURES))
    with pytest.raises(ValueError, match=r"`rules` must each be one of cagrad, .*, got"):
        settings("methods").preset("paper", rules=["best"])
