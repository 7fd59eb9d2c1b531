"""Grids of benefits: from parameters to units, back to places, signs and labels, by hand."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from mtlpaper.benefit import TheoryUnit, linear_unit
from mtlpaper.experiments import benefits
from mtlpaper.experiments.labels import seed_coordinate, variable
from mtlpaper.settings import settings
from mtlpaper.settings.figure2 import Figure2

SMALL = {
    "N1": 12,
    "N2": 10,
    "N3": 4,
    "rank": 3,
    "S_A": [0.3, 1.0, 5.0],
    "S_B": [0.1, 5.0],
    "r_AB": [0.0, 1.0],
    "n_train": [20, 40],
    "n_train_left": 40,
    "n_seeds": 2,
    "n_test": 64,
    "t_max": 20.0,
    "learning_rate": 10.0,  # a fortieth of it at 20 points
}


def figure2(**changes: object) -> Figure2:
    params = settings("figure2").preset("quick", **(SMALL | changes))
    assert isinstance(params, Figure2)
    return params


# ---------------------------------------------------------------------------- low and high S_B


@pytest.mark.parametrize(
    ("n", "bins", "low", "high"),
    [
        (1, "halves", [0], [0]),
        (1, "ends", [0], [0]),
        (2, "halves", [0], [1]),
        (2, "ends", [0], [1]),
        (3, "halves", [0], [2]),
        (3, "ends", [0], [2]),
        (4, "halves", [0, 1], [2, 3]),
        (4, "ends", [0], [3]),
        (5, "halves", [0, 1], [3, 4]),
        (5, "ends", [0], [4]),
    ],
)
def test_which_tasks_are_low_and_which_are_high(n, bins, low, high):
    parts = benefits.snr_bins([float(10**k) for k in range(n)], bins)
    assert [list(range(n))[part] for part in parts] == [low, high]


def array(*shape: int, seed: int = 0, dims: tuple[str, ...]) -> xr.DataArray:
    values = np.random.default_rng(seed).standard_normal(shape)
    return xr.DataArray(values, dims=dims)


def test_segments_are_means_over_datasets_and_bins():
    params = figure2(S_B=[0.1, 1.0, 5.0, 9.0], bins="halves")
    benefit = array(3, 2, 4, 2, dims=("seed", "n_train", "S_B", "r_AB"))
    seen = benefits.segments(params, benefit)
    assert seen.dims == ("bound", "n_train", "snr", "r_AB")
    assert seen.attrs == {
        "long_name": "multitask benefit for low and high S_B",
        "units": "nats",
    }
    mean = benefit.values.mean(axis=0)
    expected = np.stack([mean[:, :2].mean(axis=1), mean[:, 2:].mean(axis=1)], axis=1)
    assert np.allclose(seen[0], expected, rtol=0, atol=1e-13)
    assert (seen[1] < seen[0]).all()
    assert (seen[0] < seen[2]).all()
    ends = benefits.segments(figure2(S_B=[0.1, 1.0, 5.0, 9.0], bins="ends"), benefit)
    assert np.allclose(ends[0], mean[:, [0, 3]], rtol=0, atol=1e-13)


def test_segments_average_over_what_they_are_told():
    """Whatever the order of the dimensions; the interval is of means, not a mean of intervals."""
    params = figure2()
    benefit = array(5, 2, 3, 2, 2, dims=("seed", "n_train", "S_A", "S_B", "r_AB"))
    seen = benefits.segments(params, benefit, over=["S_A"])
    assert seen.dims == ("bound", "n_train", "snr", "r_AB")
    assert np.allclose(seen[0], benefit.values.mean(axis=(0, 2)), rtol=0, atol=1e-13)
    turned = benefits.segments(
        params, benefit.transpose("r_AB", "n_train", "S_B", "seed", "S_A"), over=["S_A"]
    )
    assert np.allclose(turned, seen, rtol=0, atol=1e-13)
    # Datasets whose main tasks are off by opposite amounts: certain, once they are averaged.
    luck = np.array([1.0, -1.0, 2.0, 0.0, -2.0])
    sure = benefit * 0 + xr.DataArray(np.outer(luck, [1, 0, -1]), dims=("seed", "S_A"))
    assert np.allclose(benefits.segments(params, sure, over=["S_A"]), 0, rtol=0, atol=1e-13)
    assert np.ptp(benefits.segments(params, sure).values) > 1


# ------------------------------------------------------------------------ parameters to units


def test_a_problem_is_what_the_parameters_say():
    params = figure2(sigma=0.7, noise="sample", label_rule="soft", inputs="shared", seed=5)
    problem = benefits.problem_of(params, 20, 30, 5.0, 1)
    assert (problem.n_train, problem.n_aux, problem.S_A, problem.replicate) == (20, 30, 5.0, 1)
    names = ("N1", "N3", "rank", "sigma", "noise", "label_rule", "inputs", "S_B", "r_AB", "seed")
    for name in names:
        assert getattr(problem, name) == getattr(params, name), name
    assert problem.pairs == ()
    assert len(names) + 5 == len(problem.__dataclass_fields__)  # none is forgotten


def test_changes_replace_what_the_parameters_say():
    plain = benefits.problem_of(figure2(), 20, 30, 5.0, 1)
    changed = benefits.problem_of(figure2(), 20, 30, 5.0, 1, N3=7, S_B=(2.0,))
    assert changed == replace(plain, N3=7, S_B=(2.0,))


def test_a_number_of_classes_may_be_given_where_the_parameters_have_several():
    params = settings("rank_three").preset("quick")
    assert benefits.problem_of(params, 100, 100, 1.0, 0, N3=3).N3 == 3
    scan = settings("unstated").preset("quick")
    assert not hasattr(scan, "N1")  # it has sizes
    changes = {"N1": 50, "sigma": 0.5, "inputs": "separate"}
    assert benefits.problem_of(scan, 100, 100, 1.0, 0, **changes).N1 == 50


@pytest.mark.parametrize(
    ("n_train", "rate", "expected"),
    [
        (800, 0.5, 0.5),
        (100, 0.5, 0.0625),
        (3200, 0.5, 2.0),
        (6400, 0.5, 2.0),
        (800, 3.0, 2.0),
        (400, 3.0, 1.5),
    ],
)
def test_the_learning_rate_grows_with_the_points_up_to_two(n_train, rate, expected):
    training = benefits.training_of(figure2(learning_rate=rate), n_train)
    assert training.learning_rate == expected
    assert training.look_every == 2 * expected


def test_a_training_is_what_the_parameters_say():
    params = figure2(dtype="float32", t_max=33.0)
    training = benefits.training_of(params, 40)
    for name in ("t_max", "n_test", "device", "dtype"):
        assert getattr(training, name) == getattr(params, name), name
    assert training.n_validation == 0  # only where rules of stopping are compared
    stopping = settings("stopping").preset("quick", n_validation=70)
    assert benefits.training_of(stopping, 40).n_validation == 70
    assert training.n_groups == benefits.N_GROUPS
    assert training.stop_early
    assert not training.curves
    changed = benefits.training_of(params, 40, learning_rate=0.01, curves=True)
    assert changed == replace(training, learning_rate=0.01, curves=True)


def test_units_come_dataset_by_dataset_points_and_main_task():
    params = figure2()
    units = benefits.linear_units(params, [(20, 20), (20, 90)], N3=5)
    order = [
        (u.problem.replicate, u.problem.n_train, u.problem.n_aux, u.problem.S_A) for u in units
    ]
    assert order == [
        (seed, *points, S_A)
        for seed in (0, 1)
        for points in ((20, 20), (20, 90))
        for S_A in (0.3, 1.0, 5.0)
    ]
    assert {u.problem.N3 for u in units} == {5}
    assert {(u.N2, u.s0, u.initial) for u in units} == {(10, params.s0, params.initial)}


def test_units_count_their_networks():
    unit = benefits.linear_units(figure2(), [(20, 20)])[0]
    assert benefits.n_networks(unit) == 5
    assert benefits.n_networks(TheoryUnit(unit, "finite", 64)) == 5


@pytest.mark.parametrize(
    ("changes", "cells"),
    [
        ({}, {"S_B": (0.1, 5.0), "r_AB": (0.0, 1.0)}),
        ({"r_AB": [0.0, 0.3, 1.0]}, {"S_B": (0.1, 5.0), "r_AB": (0.0, 1.0)}),
        ({"S_B": [2.0], "r_AB": [0.5]}, {"S_B": (2.0,), "r_AB": (0.5,)}),
    ],
)
def test_extreme_tasks_are_the_corners(changes, cells):
    assert benefits.extreme_tasks(figure2(**changes)) == cells


def test_high_main_tasks_are_the_largest():
    assert benefits.high_main_tasks(figure2()) == [5.0]
    assert benefits.high_main_tasks(figure2(n_high=2)) == [1.0, 5.0]
    assert benefits.high_main_tasks(figure2(n_high=3)) == [0.3, 1.0, 5.0]


# ----------------------------------------------------------------------------------- sweeping


def echo(unit) -> dict[str, np.ndarray]:
    """Stands in for a training: tells which unit it was."""
    problem = unit.problem
    return {"who": np.array([problem.n_train, problem.n_aux, problem.S_A, problem.replicate])}


POINTS = [(20, 20), (40, 40), (20, 90), (30, 30)]


def test_results_come_back_in_the_order_of_their_units():
    units = benefits.linear_units(figure2(), POINTS)
    seen = [result["who"].tolist() for result in benefits.in_order(echo, units)]
    assert seen == [echo(unit)["who"].tolist() for unit in units]


def test_large_units_go_first(monkeypatch):
    """So that no worker is left with one at the end; equal ones keep their order."""
    went = []

    def record(function, units, *, cells):
        went.extend((u.problem.n_train + u.problem.n_aux, u.problem.replicate) for u in units)
        assert [cells(unit) for unit in units] == [5] * len(units)
        return [function(unit) for unit in units]

    monkeypatch.setattr(benefits, "sweep", record)
    units = benefits.linear_units(figure2(S_A=[1.0]), POINTS)
    results = benefits.in_order(echo, units)
    assert went == [(size, seed) for size in (110, 80, 60, 40) for seed in (0, 1)]
    assert [result["who"].tolist() for result in results] == [
        echo(u)["who"].tolist() for u in units
    ]


def test_theory_units_are_sorted_too():
    units = [TheoryUnit(unit, "finite", 64) for unit in benefits.linear_units(figure2(), POINTS)]
    results = benefits.in_order(echo_theory, units)
    assert [result["who"][0] for result in results] == [u.unit.problem.n_train for u in units]


def echo_theory(unit: TheoryUnit) -> dict[str, np.ndarray]:
    return echo(unit.unit)


# ---------------------------------------------------------------------------- results to arrays

#: Datasets, numbers of points, main tasks, networks, groups of test points.
SHAPE = (2, 2, 3, 5, 4)


def by_hand(seed: int = 0) -> tuple[dict[str, np.ndarray], list[dict[str, np.ndarray]]]:
    """Random losses, times and accuracies over a grid, whole and as units give them."""
    rng = np.random.default_rng(seed)
    grid = {
        "loss": rng.random(SHAPE),
        "t": np.full(SHAPE[:4], 7.0),
        "accuracy": rng.random(SHAPE[:4]),
        "accuracy_at_minimum": rng.random(SHAPE[:4]),
        "chosen_loss": rng.random((*SHAPE[:4], 2, 4)),
        "chosen_t": rng.random((*SHAPE[:4], 2)),
        "t_end": np.full(SHAPE[:4], 20.0),
    }
    flat = {name: values.reshape(12, *values.shape[3:]) for name, values in grid.items()}
    return grid, [{name: values[i] for name, values in flat.items()} for i in range(12)]


@pytest.fixture(scope="module")
def labelled() -> tuple[dict[str, np.ndarray], xr.Dataset]:
    grid, results = by_hand()
    return grid, benefits.from_units(figure2(), results, "n_train", [20, 40])


def test_the_benefit_is_the_loss_alone_minus_the_loss_beside_another(labelled):
    grid, data = labelled
    benefit = data["benefit"]
    assert benefit.dims == ("rule", "seed", "n_train", "S_A", "S_B", "r_AB")
    loss = grid["loss"].mean(axis=-1)
    chosen = grid["chosen_loss"].mean(axis=-1)
    cells = [(S_B, r) for S_B in (0.1, 5.0) for r in (0.0, 1.0)]  # in the order of the networks
    for net, (S_B, r) in enumerate(cells, start=1):
        seen = benefit.sel(S_B=S_B, r_AB=r)
        for rule, values in zip(
            benefits.RULES, (loss, chosen[..., 0], chosen[..., 1]), strict=True
        ):
            expected = values[..., 0] - values[..., net]
            assert np.allclose(seen.sel(rule=rule), expected, rtol=0, atol=1e-13)
        gain = grid["accuracy"][..., net] - grid["accuracy"][..., 0]
        assert np.allclose(data["benefit_accuracy"].sel(S_B=S_B, r_AB=r), gain)


def test_without_validation_there_is_one_rule():
    results = [{**result, "chosen_loss": result["chosen_loss"][:, :0]} for result in by_hand()[1]]
    data = benefits.from_units(figure2(), results, "n_train", [20, 40])
    assert data["rule"].values.tolist() == ["test"]
    whole = benefits.from_units(figure2(), by_hand()[1], "n_train", [20, 40])
    assert data["benefit"].equals(whole["benefit"].sel(rule=["test"]))


def test_errors_are_those_of_paired_groups(labelled):
    grid, data = labelled
    pairs = grid["loss"][..., :1, :] - grid["loss"][..., 1:, :]
    error = pairs.std(axis=-1, ddof=1) / 2  # four groups
    assert np.allclose(data["test_error"].values.reshape(error.shape), error)


def test_means_over_datasets_carry_their_intervals(labelled):
    grid, data = labelled
    assert data["MT"].dims == ("bound", "n_train", "S_A", "S_B", "r_AB")
    estimate = data["MT"].sel(bound="estimate")
    assert np.allclose(estimate, data["benefit"].sel(rule="test").mean("seed"))
    assert (data["MT"].sel(bound="low") < estimate).all()
    assert (estimate < data["MT"].sel(bound="high")).all()
    single = data["L_single"]
    assert single.dims == ("bound", "n_train", "S_A")
    assert np.allclose(single[0], grid["loss"][..., 0, :].mean(axis=(0, -1)))


def test_times_are_those_of_the_test_loss():
    results = by_hand()[1]
    times = np.arange(60.0).reshape(12, 5)
    results = [{**result, "t": t} for result, t in zip(results, times, strict=True)]
    data = benefits.from_units(figure2(), results, "n_train", [20, 40])
    assert np.array_equal(data["t_single"].values, times[:, 0].reshape(2, 2, 3))
    assert np.array_equal(data["t_multi"].values.reshape(12, 4), times[:, 1:])


def test_where_minima_are():
    _, results = by_hand()
    for result in results:
        result["t"] = np.array([0.0, 7.0, 20.0, 20.0, 7.0])
        result["t_end"] = np.full(5, 20.0)
    share = benefits.from_units(figure2(), results, "n_train", [20, 40])["share"]
    assert share.dims == ("place",)
    assert share["place"].values.tolist() == ["at the start", "interior", "at the end"]
    assert np.allclose(share, [0.2, 0.4, 0.4])
    # Ended where it began: that is the start.
    for result in results:
        result["t"] = result["t_end"] = np.zeros(5)
    share = benefits.from_units(figure2(), results, "n_train", [20, 40])["share"]
    assert np.array_equal(share, [1, 0, 0])


@pytest.mark.parametrize(
    ("axis", "name"),
    [
        ("n_train", "training points of the main task"),
        ("n_aux", "training points of the auxiliary task"),
    ],
)
def test_everything_is_labelled(axis, name):
    data = benefits.from_units(figure2(), by_hand()[1], axis, [20, 40])
    for label, values in data.variables.items():
        assert values.attrs.get("units"), label
        assert values.attrs.get("long_name"), label
    assert data[axis].attrs["long_name"] == name
    assert data[axis].values.tolist() == [20, 40]
    assert data["n_networks"] == 2 * 2 * 3 * 5
    units = {name: data[name].attrs["units"] for name in ("benefit", "benefit_accuracy", "t_multi")}
    assert units == {"benefit": "nats", "benefit_accuracy": "1", "t_multi": "tau"}
    assert data["S_A"].values.tolist() == [0.3, 1.0, 5.0]
    assert data["S_B"].values.tolist() == [0.1, 5.0]
    assert data["r_AB"].values.tolist() == [0.0, 1.0]
    assert data["seed"].values.tolist() == [0, 1]


def test_units_in_another_order_are_another_grid():
    """Negative control: places are taken from the order alone."""
    results = by_hand()[1]
    one, other = (
        benefits.from_units(figure2(), order, "n_train", [20, 40])
        for order in (results, results[::-1])
    )
    assert not np.allclose(one["benefit"], other["benefit"])
    assert np.allclose(one["benefit"].values[:, ::-1, ::-1, ::-1], other["benefit"])


def test_a_cell_measured_is_its_unit():
    """All the way: the unit of one cell, trained by itself, and its place in the grid."""
    params = figure2(S_A=[0.3, 5.0])
    data = benefits.measured(params, [(20, 20), (20, 40)], "n_aux")
    assert data["n_aux"].values.tolist() == [20, 40]
    unit = benefits.linear_units(params, [(20, 40)])[-1]
    assert (unit.problem.replicate, unit.problem.S_A) == (1, 5.0)
    result = linear_unit(unit)
    loss = result["loss"].mean(axis=1)
    seen = data.sel(n_aux=40, S_A=5.0, seed=1)
    assert np.array_equal(seen["benefit"].sel(rule="test").values.ravel(), loss[0] - loss[1:])
    assert np.array_equal(seen["t_multi"].values.ravel(), result["t"][1:])


def test_the_theory_of_a_cell_is_its_unit():
    params = figure2(S_A=[0.3, 5.0], S_B=[5.0])
    seen = benefits.theory(params, [(20, 20), (20, 40)], data="finite", n_points=64)
    assert seen.shape == (2, 2, 2, 1, 2)
    unit = benefits.linear_units(params, [(20, 40)])[-1]
    loss = benefits.theory_unit(TheoryUnit(unit, "finite", 64))["loss"].mean(axis=1)
    assert np.array_equal(seen[1, 1, 1].ravel(), loss[0] - loss[1:])


def test_labels_are_two():
    assert variable("x", [1.0], "a name").attrs == {"long_name": "a name", "units": "1"}
    assert seed_coordinate(3)["seed"].values.tolist() == [0, 1, 2]
