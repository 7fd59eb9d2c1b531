"""Grids of benefits: from parameters to units, back to places, signs and labels, by hand."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from mtlpaper.benefit import Unit, solve
from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.labels import variable
from mtlpaper.chapters.common.two_tasks import experiment as benefits
from mtlpaper.chapters.common.two_tasks import segments, sources
from mtlpaper.chapters.figure2.parameters import Figure2
from mtlpaper.companion.parameters import parameter
from mtlpaper.companion.registry import settings

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
    "epochs": 0,
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
    parts = segments.snr_bins([float(10**k) for k in range(n)], bins)
    assert [list(range(n))[part] for part in parts] == [low, high]


#: Student's t(0.975) of four degrees of freedom, from tables, for means over five subsets.
T_FOUR = 2.7764451051977987


def array(*shape: int, seed: int = 0, dims: tuple[str, ...]) -> xr.DataArray:
    values = np.random.default_rng(seed).standard_normal(shape)
    return xr.DataArray(values, dims=dims)


def test_segments_are_means_over_datasets_and_bins():
    params = figure2(S_B=[0.1, 1.0, 5.0, 9.0], bins="halves")
    benefit = array(3, 2, 4, 2, dims=("seed", "n_train", "S_B", "r_AB"))
    seen = segments.segments(params, benefit)
    assert seen.dims == ("bound", "n_train", "snr", "r_AB")
    assert seen.attrs == {
        "long_name": "multitask benefit",
        "units": "nats",
    }
    mean = benefit.values.mean(axis=0)
    expected = np.stack([mean[:, :2].mean(axis=1), mean[:, 2:].mean(axis=1)], axis=1)
    assert np.allclose(seen[0], expected, rtol=0, atol=1e-13)
    assert (seen[1] < seen[0]).all()
    assert (seen[0] < seen[2]).all()
    ends = segments.segments(figure2(S_B=[0.1, 1.0, 5.0, 9.0], bins="ends"), benefit)
    assert np.allclose(ends[0], mean[:, [0, 3]], rtol=0, atol=1e-13)


def test_segments_average_over_what_they_are_told():
    """Whatever the order of the dimensions; the interval is of means, not a mean of intervals."""
    params = figure2()
    benefit = array(5, 2, 3, 2, 2, dims=("seed", "n_train", "S_A", "S_B", "r_AB"))
    seen = segments.segments(params, benefit, over=["S_A"])
    assert seen.dims == ("bound", "n_train", "snr", "r_AB")
    assert np.allclose(seen[0], benefit.values.mean(axis=(0, 2)), rtol=0, atol=1e-13)
    turned = segments.segments(
        params, benefit.transpose("r_AB", "n_train", "S_B", "seed", "S_A"), over=["S_A"]
    )
    assert np.allclose(turned, seen, rtol=0, atol=1e-13)
    # Datasets whose main tasks are off by opposite amounts: certain, once they are averaged.
    luck = np.array([1.0, -1.0, 2.0, 0.0, -2.0])
    sure = benefit * 0 + xr.DataArray(np.outer(luck, [1, 0, -1]), dims=("seed", "S_A"))
    assert np.allclose(segments.segments(params, sure, over=["S_A"]), 0, rtol=0, atol=1e-13)
    assert np.ptp(segments.segments(params, sure).values) > 1


def published(dims: tuple[str, ...], *shape: int) -> xr.Dataset:
    """Made-up means and standard errors."""
    mean = array(*shape, seed=1, dims=dims)
    return xr.Dataset({"MT": mean, "MT_se": 0.1 + abs(array(*shape, seed=2, dims=dims))})


@pytest.mark.parametrize("bins", ["halves", "ends"])
def test_published_cells_are_averaged_as_independent(bins):
    """Variances add, of averages over tasks and of differences, with five subsets to a mean."""
    params = figure2(S_B=[0.1, 1.0, 5.0, 9.0], bins=bins)
    benefit = array(3, 2, 2, 3, 4, 2, dims=("seed", "setting", "n_train", "S_A", "S_B", "r_AB"))
    cells = published(("n_train", "S_A", "S_B", "r_AB"), 2, 3, 4, 2)
    low, high = ([0, 1], [2, 3]) if bins == "halves" else ([0], [3])
    mean, squares = (
        np.stack([values[:, :, part].mean(axis=(1, 2)) for part in (low, high)], axis=1)
        for values in (cells["MT"].values, cells["MT_se"].values ** 2)
    )
    variance = squares / (3 * len(low))

    seen = segments.segments(params, benefit, ["S_A"], cells)
    assert seen.dims == ("bound", "source", "n_train", "snr", "r_AB")
    alone = segments.segments(params, benefit, ["S_A"])
    assert alone.dims == ("bound", "setting", "n_train", "snr", "r_AB")
    assert np.array_equal(seen[:, 1:], alone)  # ours are as without
    half = T_FOUR * np.sqrt(variance)
    assert np.allclose(seen[:, 0], [mean, mean - half, mean + half], rtol=0, atol=1e-13)

    effect = segments.effects(params, benefit, ["S_A"], cells)
    assert effect.dims == ("bound", "source", "n_train", "effect")
    assert np.array_equal(effect[:, 1:], segments.effects(params, benefit, ["S_A"]))
    # (low, high) S_B by (unrelated, related).
    a, b, c, d = (mean[:, i, j] for i in (0, 1) for j in (0, 1))
    estimate = np.stack([d - c, d - b, c - a, a, c, d], axis=-1)
    A, B, C, D = (variance[:, i, j] for i in (0, 1) for j in (0, 1))
    half = T_FOUR * np.sqrt(np.stack([D + C, D + B, C + A, A, C, D], axis=-1))
    expected = [estimate, estimate - half, estimate + half]
    assert np.allclose(effect[:, 0], expected, rtol=0, atol=1e-13)


def test_averages_over_a_cell_that_nobody_published_are_not_published():
    benefit = array(3, 2, 3, 2, 2, dims=("seed", "setting", "S_A", "S_B", "r_AB"))
    cells = published(("S_A", "S_B", "r_AB"), 3, 2, 2)
    cells["MT"][1, 0, 0] = cells["MT_se"][1, 0, 0] = np.nan
    for of, lacks in (
        (segments.segments, np.array([[True, False], [False, False]])),
        (segments.effects, np.full(6, fill_value=True)),  # an end is missing
    ):
        seen = of(figure2(), benefit, ["S_A"], cells).values
        assert np.array_equal(np.isnan(seen[:, 0]), np.broadcast_to(lacks, seen[:, 0].shape))
        assert np.isfinite(seen[:, 1:]).all()


def test_published_cells_are_found_by_their_values():
    table = published(("S_A", "r_AB"), 3, 2)
    table = table.assign_coords(S_A=[0.1, 1.0, 10.0], r_AB=[0.0, 1.0])
    table = table.assign(n=("S_A", [5, 5, 5]), L_single=("S_A", [3.0, 2.0, 1.0]))
    found = sources.published_cells(table, r_AB=(0.0, 0.5, 1.0), S_A=[10.0, 0.1])
    assert set(found) == {"MT", "MT_se", "L_single"}
    mean = table["MT"].values
    expected = [[mean[2, 0], np.nan, mean[2, 1]], [mean[0, 0], np.nan, mean[0, 1]]]
    assert np.array_equal(found["MT"].transpose("S_A", "r_AB"), expected, equal_nan=True)
    assert found["L_single"].values.tolist() == [1.0, 3.0]
    none = sources.published_cells(table, S_A=[0.2], r_AB=[0.0])
    assert np.isnan(none["MT"]).all()


def test_published_means_stand_first_with_their_intervals():
    ours = xr.Variable(("bound", "setting", "S_A"), np.arange(12.0).reshape(3, 2, 2), {"a": 1})
    mean, error = xr.Variable("S_A", [1.0, np.nan]), xr.Variable("S_A", [0.5, np.nan])
    seen = sources.beside_published(ours, mean, error)
    assert (seen.dims, seen.attrs) == (("bound", "source", "S_A"), {"a": 1})
    assert np.array_equal(seen[:, 1:], ours)
    half = 0.5 * T_FOUR
    assert np.allclose(seen[:, 0, 0], [1, 1 - half, 1 + half], rtol=0, atol=1e-13)
    assert np.isnan(seen[:, 0, 1]).all()


def test_closeness_is_that_of_the_published_cells():
    """Against numpy and by hand, whatever the order of the dimensions."""
    benefit = array(5, 2, 3, 4, dims=("seed", "setting", "S_A", "r_AB"))
    cells = published(("S_A", "r_AB"), 3, 4)
    cells["MT"] *= 3
    cells["MT"][0, 1] = cells["MT_se"][0, 1] = np.nan
    seen = sources.closeness(benefit.transpose("r_AB", "seed", "S_A", "setting"), cells)
    assert seen.dims == ("setting", "closeness")
    known = np.ones((3, 4), bool)
    known[0, 1] = False
    theirs, se = cells["MT"].values[known], cells["MT_se"].values[known]
    for row, ours in zip(seen.values, benefit.values.transpose(1, 0, 2, 3), strict=True):
        mean = ours.mean(axis=0)[known]
        z = (mean - theirs) / np.hypot(ours.std(axis=0, ddof=1)[known] / np.sqrt(5), se)
        expected = {
            "cells": 11,
            "correlation": np.corrcoef(mean, theirs)[0, 1],
            "slope": np.polyfit(theirs, mean, 1)[0],
            "rms": np.sqrt(np.mean((mean - theirs) ** 2)),
            "chi2": np.mean(z**2),
            "beyond": np.mean(np.abs(z) > 2),
        }
        assert tuple(expected) == sources.CLOSENESS
        assert row == pytest.approx(list(expected.values()))
        assert 0 < expected["beyond"] < 1


@pytest.mark.parametrize("known", [0, 1])
def test_closeness_needs_two_published_cells(known):
    benefit = array(5, 2, 3, dims=("seed", "setting", "S_A"))
    cells = published(("S_A",), 3)
    cells["MT"][known:] = np.nan
    seen = sources.closeness(benefit, cells).values
    assert seen[:, 0].tolist() == [known, known]
    assert np.isnan(seen[:, 1:]).all()


def test_settings_are_the_runs_own_and_the_texts():
    params = figure2(script_rate=2e-3)
    assert sources.settings().values == ("ours", "text")
    assert sources.at(params, "ours") is params
    assert sources.at(params, "text") == params.at("text")
    assert sources.at(params, "text").script_rate == 2e-3


# ------------------------------------------------------------------------ parameters to units


def test_a_problem_is_what_the_parameters_say():
    changes = {"noisy_train": 0.25, "noisy_test": 0.75, "pool": 60, "test_set": 32}
    changes |= {"sigma": 0.7, "noise": "sample", "label_rule": "soft", "inputs": "shared"}
    params = figure2(seed=5, **changes)
    problem = benefits.problem_of(params, 20, 30, 5.0, 1)
    assert (problem.n_train, problem.n_aux, problem.S_A, problem.replicate) == (20, 30, 5.0, 1)
    names = ("N1", "N3", "rank", "sigma", "noise", "label_rule", "inputs", "S_B", "r_AB", "seed")
    names += ("noisy_train", "noisy_test", "pool", "test_set")
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


@pytest.mark.parametrize(
    ("n_train", "S_A", "rate", "expected"),
    [
        (800, 0.0, 0.5, 0.5),
        (100, 0.0, 0.5, 0.0625),
        (3200, 0.0, 0.5, 2.0),
        (6400, 0.0, 0.5, 2.0),
        (800, 3.0, 0.5, 0.5),
        (3200, 3.0, 0.5, 1.0),
        (3200, (8.0, 3.0), 0.5, 2.0 / 3.0),
        (400, 0.0, 3.0, 1.5),
    ],
)
def test_the_learning_rate_grows_with_the_points_up_to_two_over_a_root(
    n_train, S_A, rate, expected
):
    training = benefits.training_of(figure2(learning_rate=rate, epochs=0), n_train, S_A)
    assert training.learning_rate == expected
    assert training.look_every == 2 * expected


def test_benefits_at_the_rate_in_use_are_those_of_smaller_steps():
    """At the sizes of the chapters, for the benefits of a related and an unrelated task."""
    params = settings("figure2").preset("quick")
    start = benefits.linear(params, 400, 400, 10.0, 0, S_B=(10.0,))
    in_use = start.training.learning_rate

    def benefit(factor: float) -> np.ndarray:
        training = replace(start.training, learning_rate=factor * in_use)
        loss = solve(replace(start, training=training))["loss"].mean(axis=1)
        return loss[0] - loss[1:]

    small = benefit(0.2)
    assert np.abs(small).max() > 0.05  # there is something to agree on
    # A hundredth of the benefit or so; what steps change is proportional to them.
    assert np.allclose(benefit(1.0), small, rtol=0, atol=1e-3)
    # Negative control: steps sixteen times as large.
    assert not np.allclose(benefit(16.0), small, rtol=0, atol=1e-3)


def test_a_training_is_what_the_parameters_say():
    params = figure2(dtype="float32", t_max=33.0, epochs=0)
    training = benefits.training_of(params, 40, 1.0)
    for name in ("t_max", "n_test", "device", "dtype"):
        assert getattr(training, name) == getattr(params, name), name
    assert training.n_validation == 0  # only where rules that choose the time are compared
    assert training.n_groups == benefits.N_GROUPS
    assert training.stop_early
    assert not training.curves
    changed = benefits.training_of(params, 40, 1.0, learning_rate=0.01, curves=True)
    assert changed == replace(training, learning_rate=0.01, curves=True)


@pytest.mark.parametrize(
    ("n_train", "t_max"), [(100, 2.0), (128, 2.0), (129, 4.0), (800, 14.0), (3200, 50.0)]
)
def test_epochs_are_a_length_of_training(n_train, t_max):
    """So many passes at the script's rate, a step for every batch; steps of the flow divide it."""
    params = figure2(epochs=2000)
    flow = benefits.training_of(params, n_train, 1.0)
    assert flow.t_max == pytest.approx(t_max)
    steps = t_max / flow.learning_rate
    assert steps == pytest.approx(round(steps))
    assert flow.learning_rate <= benefits.training_of(figure2(), n_train, 1.0).learning_rate
    assert flow.batch_size == 0
    script = benefits.training_of(figure2(epochs=2000, updates="alternating"), n_train, 1.0)
    assert (script.t_max, script.learning_rate) == (pytest.approx(t_max), 1e-3)
    assert (script.batch_size, script.alternating) == (128, True)
    assert not benefits.training_of(
        figure2(epochs=2000, updates="summed"), n_train, 1.0
    ).alternating


def test_a_unit_has_its_dataset_points_and_main_task():
    params = figure2()
    unit = benefits.linear(params, 20, 90, 5.0, 1, N3=5)
    assert unit.problem == benefits.problem_of(params, 20, 90, 5.0, 1, N3=5)
    assert unit.training == benefits.training_of(params, 20, 5.0)  # of the main task's points
    assert (unit.N2, unit.s0, unit.initial) == (10, params.s0, params.initial)


@pytest.mark.parametrize(
    ("changes", "corners"),
    [
        ({}, {"S_B": (0.1, 5.0), "r_AB": (0.0, 1.0)}),
        ({"r_AB": [0.0, 0.3, 1.0]}, {"S_B": (0.1, 5.0), "r_AB": (0.0, 1.0)}),
        ({"S_B": [2.0], "r_AB": [0.5]}, {"S_B": (2.0,), "r_AB": (0.5,)}),
    ],
)
def test_extreme_tasks_are_the_corners(changes, corners):
    assert benefits.extreme_tasks(figure2(**changes)) == corners


def test_high_main_tasks_are_the_largest():
    assert segments.high_main_tasks(figure2()) == [5.0]
    assert segments.high_main_tasks(figure2(n_high=2)) == [1.0, 5.0]
    assert segments.high_main_tasks(figure2(n_high=3)) == [0.3, 1.0, 5.0]


# ------------------------------------------------------------------------------------ grids


def grid(params=None, **options):
    params = params or figure2()
    over = {
        "seed": benefits.seeds(params),
        "n_train": benefits.points([20, 40]),
        "S_A": benefits.main_tasks(params),
    }

    def unit(seed: int, n_train: int, S_A: float) -> Unit:
        return benefits.linear(params, n_train, n_train, S_A, seed)

    return benefits.grid(over, unit, params, **options)


def test_networks_are_labelled_in_the_order_of_their_tasks():
    found = grid()
    labels = found.coords["net"].values.tolist()
    assert labels[0] == "alone"
    (unit,) = [cell.unit for cell in found.cells() if cell.place == (1, 0, 2)]
    assert (unit.problem.replicate, unit.problem.n_train, unit.problem.S_A) == (1, 20, 5.0)
    pairs = [f"S_B = {S_B:g}, r_AB = {r:g}" for S_B, r in unit.problem.auxiliary]
    assert labels[1:] == pairs == ["S_B = 0.1, r_AB = 0", "S_B = 0.1, r_AB = 1", *pairs[2:]]


class Validated(Figure2):
    """With validation points, whose losses choose times too."""

    n_validation: g.n_validation = parameter(70, "ours", "a few")


def test_what_grids_give():
    whole = ["loss", "t", "t_end", "accuracy"]
    assert list(grid().gives) == whole
    validated = Validated.preset("quick", **SMALL)
    assert list(grid(validated).gives) == [*whole, "chosen_loss"]
    assert {cell.unit.training.n_validation for cell in grid(validated).cells()} == {70}
    other = grid(suffix="_theory", net=benefits.networks(["one", "two"], "corner"))
    assert list(other.gives) == ["loss_theory"]
    assert other.gives["loss_theory"].dims == ("corner", "group")
    assert other.gives["loss_theory"].of == "loss"
    assert other.coords["corner"].values.tolist() == ["alone", "one", "two"]


@pytest.mark.parametrize(
    ("which", "name"),
    [
        ("main", "training points of the main task"),
        ("auxiliary", "training points of the auxiliary task"),
    ],
)
def test_points_say_whose_they_are(which, name):
    labels = benefits.points([20, 40], which)
    assert (labels.values, labels.long_name, labels.units) == ([20, 40], name, "1")


# ----------------------------------------------------------------------------- losses to benefits

#: Datasets, numbers of points, main tasks, networks, groups of test points.
SHAPE = (2, 2, 3, 5, 4)
_DIMS = ("seed", "n_train", "S_A", "net")


def losses(seed: int = 0) -> xr.Dataset:
    """Random losses, times and accuracies over a grid, as its units give them."""
    rng = np.random.default_rng(seed)
    given = {
        "loss": ((*_DIMS, "group"), rng.random(SHAPE)),
        "t": (_DIMS, np.full(SHAPE[:4], 7.0)),
        "t_end": (_DIMS, np.full(SHAPE[:4], 20.0)),
        "accuracy": (_DIMS, rng.random(SHAPE[:4])),
        "chosen_loss": ((*_DIMS, "chosen", "group"), rng.random((*SHAPE[:4], 2, 4))),
    }
    labels = grid().coordinates() | {"chosen": variable("chosen", list(benefits.RULES[1:]), "rule")}
    return xr.Dataset(given, labels)


def followed(data: xr.Dataset) -> xr.Dataset:
    return benefits.benefits(figure2(), data)


def test_the_benefit_is_the_loss_alone_minus_the_loss_beside_another():
    data, found = losses(), followed(losses())
    assert found["benefit"].dims == ("rule", "seed", "n_train", "S_A", "S_B", "r_AB")
    loss, chosen = data["loss"].mean("group").values, data["chosen_loss"].mean("group").values
    tasks = [(S_B, r) for S_B in (0.1, 5.0) for r in (0.0, 1.0)]  # in the order of the networks
    for net, (S_B, r) in enumerate(tasks, start=1):
        seen = found["benefit"].sel(S_B=S_B, r_AB=r)
        by_rule = (loss, chosen[..., 0], chosen[..., 1])
        for rule, values in zip(benefits.RULES, by_rule, strict=True):
            expected = values[..., 0] - values[..., net]
            assert np.allclose(seen.sel(rule=rule), expected, rtol=0, atol=1e-13)
        gain = data["accuracy"][..., net] - data["accuracy"][..., 0]
        assert np.allclose(found["benefit_accuracy"].sel(S_B=S_B, r_AB=r), gain)


def test_without_validation_there_is_one_rule():
    found = followed(losses().drop_vars(["chosen_loss", "chosen"]))
    assert found["rule"].values.tolist() == ["test"]
    assert found["benefit"].equals(followed(losses())["benefit"].sel(rule=["test"]))


def test_errors_are_those_of_paired_groups():
    loss = losses()["loss"].values
    pairs = loss[..., :1, :] - loss[..., 1:, :]
    error = pairs.std(axis=-1, ddof=1) / 2  # four groups
    assert np.allclose(followed(losses())["test_error"].values.reshape(error.shape), error)


def test_means_over_datasets_carry_their_intervals():
    found = followed(losses())
    assert found["MT"].dims == ("bound", "n_train", "S_A", "S_B", "r_AB")
    estimate = found["MT"].sel(bound="estimate")
    assert np.allclose(estimate, found["benefit"].sel(rule="test").mean("seed"))
    assert (found["MT"].sel(bound="low") < estimate).all()
    assert (estimate < found["MT"].sel(bound="high")).all()
    single = found["L_single"]
    assert single.dims == ("bound", "n_train", "S_A")
    assert np.allclose(single[0], losses()["loss"][..., 0, :].mean(["seed", "group"]))


def test_where_minima_are():
    data = losses()
    data["t"][:] = np.array([0.0, 7.0, 20.0, 20.0, 7.0])
    share = followed(data)["share"]
    assert share.dims == ("place",)
    assert share["place"].values.tolist() == ["at the start", "interior", "at the end"]
    assert np.allclose(share, [0.2, 0.4, 0.4])
    # Ended where it began: that is the start.
    data["t"][:] = data["t_end"][:] = 0
    assert np.array_equal(followed(data)["share"], [1, 0, 0])


def test_counts_may_keep_a_dimension():
    data = losses()
    data["t"][:, 1] = 20
    found = benefits.counts(data, keep=["n_train"])
    assert found["share"].dims == ("n_train", "place")
    assert np.array_equal(found["share"], [[0, 1, 0], [0, 0, 1]])
    assert found["n_networks"].values.tolist() == [30, 30]
    assert followed(data)["n_networks"] == 60


def test_everything_is_labelled():
    found = followed(losses())
    for label, values in found.variables.items():
        assert values.attrs.get("units"), label
        assert values.attrs.get("long_name"), label
    units = {name: found[name].attrs["units"] for name in ("benefit", "benefit_accuracy", "MT")}
    assert units == {"benefit": "nats", "benefit_accuracy": "1", "MT": "nats"}
    for name, values in (
        ("seed", [0, 1]),
        ("n_train", [20, 40]),
        ("S_A", [0.3, 1.0, 5.0]),
        ("S_B", [0.1, 5.0]),
        ("r_AB", [0.0, 1.0]),
    ):
        assert found[name].values.tolist() == values


def test_labels_decide_and_the_order_of_dimensions_does_not():
    turned = losses().transpose("group", "S_A", "net", "n_train", "chosen", "seed")
    seen, expected = followed(turned), followed(losses())
    assert np.allclose(seen["benefit"].transpose(*expected["benefit"].dims), expected["benefit"])
    # Negative control: other datasets.
    other = followed(losses().isel(seed=[1, 0]))
    assert not np.allclose(other["benefit"], expected["benefit"])


def test_benefits_against_the_network_alone():
    loss = xr.DataArray([[1.0, 0.7, 1.2], [2.0, 2.5, 1.0]], {"S_A": [1, 5]}, ["S_A", "corner"])
    seen = benefits.against_alone(loss.T, "corner", "S_B")
    assert seen.dims == ("S_A", "S_B")
    assert np.allclose(seen, [[0.3, -0.2], [-0.5, 1.0]], rtol=0, atol=1e-15)
    assert seen["S_A"].values.tolist() == [1, 5]


def test_labels_are_two():
    assert variable("x", [1.0], "a name").attrs == {"long_name": "a name", "units": "1"}
