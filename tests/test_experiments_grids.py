"""Every experiment of two tasks, computed once on a tiny grid, and held against the others.

The experiments share units of their grids, so that each number has a second way to it.
"""

import json

import numpy as np
import pytest
import xarray as xr

from mtlpaper.benefit import TheoryUnit, solve
from mtlpaper.chapters.common.two_tasks import experiment as benefits
from mtlpaper.chapters.common.two_tasks import segments
from mtlpaper.chapters.unstated import experiment as unstated
from mtlpaper.companion import experiments
from mtlpaper.companion.parameters import ParameterError, Parameters
from mtlpaper.companion.registry import chapters, settings
from mtlpaper.documents.lee2019.printed import BENEFIT_AXES

COMMON = {
    "N3": 4,
    "rank": 3,
    "S_A": [1.0, 10.0],
    "S_B": [0.1, 5.0],
    "r_AB": [0.0, 1.0],
    "n_seeds": 2,
    "n_test": 64,
    "t_max": 30.0,
    "learning_rate": 10.0,  # a fortieth of it at 20 points
}
ONE = {"N1": 12, "N2": 12, "s0": 0.1, "inputs": "separate"}
TINY = {
    "figure2": ONE | {"n_train": [20, 40], "n_train_left": 40},
    "interactions": ONE | {"n_train": [20, 40], "n_points": 64},
    "auxiliary_data": ONE | {"n_train": 20, "n_aux": [20, 40]},
    "rank_three": ONE | {"n_train": [20, 40], "N3": [3, 4]},
    "depth": ONE | {"n_train": 40, "depth": [1, 2], "deep_learning_rate": 0.2},
    "stopping": ONE
    | {
        "n_train": 40,
        "n_validation": 50,
        "sample_points": [20, 40],
        "learning_rates": [0.2, 0.1],
        "depth": [1, 2],
        "deep_learning_rates": [0.2, 0.1],
    },
    "unstated": {
        "sizes": [12],
        "s0": [0.1, 1.0],
        "sigmas": [0.5],
        "input_rules": ["separate"],
        "scales": [1.0],
        "n_train_left": 40,
        "n_train_right": [20, 40],
        "n_main": 20,
        "n_aux": [20, 40],
        "depth": [1, 2],
        "n_finalists": 2,
        "deep_learning_rate": 0.2,
    },
}
#: Means of the same numbers in another order, and products of other shapes: rounding.
ROUNDING = 1e-9


def tiny(name: str, **changes: object) -> Parameters:
    return settings(name).preset("quick", **(COMMON | TINY[name] | changes))


def computed(name: str, **changes: object) -> xr.Dataset:
    return experiments.compute(tiny(name, **changes))


@pytest.fixture(scope="module")
def grids() -> dict[str, xr.Dataset]:
    return {name: computed(name) for name in TINY}


def by_test_loss(data: xr.Dataset) -> xr.DataArray:
    return data["benefit"].sel(rule="test", drop=True)


def same(one: xr.DataArray, other: xr.DataArray, *, atol: float = 0.0) -> bool:
    assert one.shape == other.shape
    return np.allclose(one.values, other.values, rtol=0, atol=atol)


# --------------------------------------------------------------------------------- every grid


#: Curves end sooner or later, no effect may be clear, and not all finalists have all main tasks.
MAY_BE_NONE = ("curve", "agreement", "loss_deep")


@pytest.mark.parametrize("name", TINY)
def test_everything_is_finite_and_says_where_it_is_from(grids, name):
    data = grids[name]
    for label, values in data.variables.items():
        if values.dtype.kind == "f" and label not in MAY_BE_NONE:
            assert np.isfinite(values.values).all(), label
    assert json.loads(data.attrs["parameters"]) == tiny(name).plain()
    assert data.attrs["experiment"] == name


GRID = ("S_A", "S_B", "r_AB")
SHARED_DIMS = {
    "figure2": ("n_train",),
    "interactions": ("n_train",),
    "auxiliary_data": ("n_aux",),
    "rank_three": ("n_train",),
    "depth": (),
    "stopping": (),
}
OUTER = {"rank_three": ("N3",), "depth": ("student",)}


@pytest.mark.parametrize("name", SHARED_DIMS)
def test_the_grid_has_its_dimensions(grids, name):
    data, outer, points = grids[name], OUTER.get(name, ()), SHARED_DIMS[name]
    assert data["loss"].dims == (*outer, "seed", *points, "S_A", "net", "group")
    assert data["t"].dims == (*outer, "seed", *points, "S_A", "net")
    assert data["benefit"].dims == ("rule", "seed", *outer, *points, *GRID)
    assert data["MT"].dims == ("bound", *outer, *points, *GRID)
    assert data["L_single"].dims == ("bound", *outer, *points, "S_A")
    assert data["share"].dims == (*outer, "place")
    assert np.allclose(data["share"].sum("place"), 1)


@pytest.mark.parametrize(
    ("name", "dims"),
    [
        ("figure2", {"MT_left": ("S_A", "snr", "r_AB"), "MT_right": ("n_right", "snr", "r_AB")}),
        ("auxiliary_data", {"MT_left": ("n_aux", "snr", "r_AB")}),
        (
            "rank_three",
            {
                "MT_left": ("N3", "n_train", "S_A", "snr", "r_AB"),
                "MT_right": ("N3", "n_train", "snr", "r_AB"),
            },
        ),
        ("depth", {"MT_right": ("student", "snr", "r_AB"), "shift": ("student",)}),
        ("stopping", {"MT_rule": ("rule", *GRID), "MT_rate": ("points", "rate", "auxiliary")}),
        ("stopping", {"MT_deep": ("depth", "deep_rate", "auxiliary")}),
        ("interactions", {"agreement": ("theory", "subset", "statistic")}),
        ("unstated", {"harm": ("noise", "S_B")}),
    ],
)
def test_intervals_have_their_dimensions(grids, name, dims):
    for label, rest in dims.items():
        values = grids[name][label]
        assert values.dims == ("bound", *rest)
        assert values["bound"].values.tolist() == ["estimate", "low", "high"]
        if label != "agreement":  # a correlation's interval may lie anywhere
            assert (values.sel(bound="low") <= values.sel(bound="estimate")).all()
            assert (values.sel(bound="estimate") <= values.sel(bound="high")).all()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # Two datasets, two numbers of points, two main tasks, one and four networks each.
        ("figure2", 40),
        ("interactions", 40),
        ("auxiliary_data", 40),
        ("rank_three", [40, 40]),
        ("depth", [20, 20, 20]),
        ("stopping", 20),
    ],
)
def test_numbers_of_networks(grids, name, expected):
    assert np.array_equal(grids[name]["n_networks"], expected)


def test_points_of_the_left_panel_are_trained_too():
    data = computed("figure2", n_train=[20], n_train_left=30)
    assert data["n_train"].values.tolist() == [20, 30]
    assert data["n_right"].values.tolist() == [20]
    benefit = by_test_loss(data)
    assert np.allclose(data["MT_left"][0].values[:, 0], benefit.sel(n_train=30).mean("seed")[:, 0])
    assert data["n_networks"] == 40


# ----------------------------------------------------------------------- averages of the figures


def test_segments_of_figure_2(grids):
    """With two S_B each bin has one; with n_high = 1 the larger main task counts."""
    data = grids["figure2"]
    mean = by_test_loss(data).mean("seed")
    assert same(data["MT_left"][0], mean.sel(n_train=40), atol=ROUNDING)
    assert same(data["MT_right"][0], mean.sel(S_A=10.0), atol=ROUNDING)
    # Negative control: the other main task.
    assert not same(data["MT_right"][0], mean.sel(S_A=1.0), atol=1e-3)


def test_more_main_tasks_of_high_snr_are_averaged(grids):
    both = computed("figure2", n_high=2)
    mean = by_test_loss(grids["figure2"]).mean("seed")
    assert same(both["MT_right"][0], mean.mean("S_A"), atol=ROUNDING)
    assert same(both["MT_left"], grids["figure2"]["MT_left"])


def test_segments_of_the_other_figures(grids):
    for name, label in (
        ("auxiliary_data", "MT_left"),
        ("rank_three", "MT_right"),
        ("depth", "MT_right"),
    ):
        mean = by_test_loss(grids[name]).mean("seed").sel(S_A=10.0)
        assert same(grids[name][label][0], mean, atol=ROUNDING), name
    left = grids["rank_three"]["MT_left"][0]
    assert same(left, by_test_loss(grids["rank_three"]).mean("seed"), atol=ROUNDING)


@pytest.mark.parametrize(
    ("name", "of", "segments"),
    [
        ("figure2", "effect_left", "MT_left"),
        ("figure2", "effect_right", "MT_right"),
        ("auxiliary_data", "effect_left", "MT_left"),
        ("rank_three", "effect_right", "MT_right"),
        ("depth", "effect_right", "MT_right"),
    ],
)
def test_effects_are_differences_of_segments(grids, name, of, segments):
    data = grids[name]
    effect, mean = data[of], data[segments].sel(bound="estimate")
    assert effect.dims == (*data[segments].dims[:-2], "effect")
    ends = {
        (snr, word): mean.sel(snr=snr, r_AB=r)
        for snr in ("low", "high")
        for word, r in (("unrelated", 0.0), ("related", 1.0))
    }
    expected = {
        "related minus unrelated, high S_B": ends["high", "related"] - ends["high", "unrelated"],
        "high minus low S_B, related": ends["high", "related"] - ends["low", "related"],
        "high minus low S_B, unrelated": ends["high", "unrelated"] - ends["low", "unrelated"],
        "unrelated, low S_B": ends["low", "unrelated"],
        "unrelated, high S_B": ends["high", "unrelated"],
        "related, high S_B": ends["high", "related"],
    }
    assert data["effect"].values.tolist() == list(expected)
    for words, values in expected.items():
        assert same(effect.sel(bound="estimate", effect=words), values, atol=ROUNDING), words
    assert (effect.sel(bound="low") <= effect.sel(bound="estimate")).all()


def test_effects_are_paired():
    """Luck that all tasks share cancels from differences, not from what they are taken of."""
    luck = xr.DataArray([0.3, -0.1, 0.5], dims="seed")
    cells = xr.DataArray([[0.0, 0.1], [0.2, 0.4]], dims=("S_B", "r_AB"))
    effect = segments.effects(tiny("figure2"), luck + cells)
    assert effect.dims == ("bound", "effect")
    estimate, low, high = effect.values
    assert np.allclose(estimate, [0.2, 0.3, 0.2, 0.7 / 3, 0.7 / 3 + 0.2, 0.7 / 3 + 0.4])
    assert np.allclose((high - low)[:3], 0, rtol=0, atol=1e-12)
    assert (high - low)[3:].min() > 0.1


def test_the_shift_is_the_change_of_the_mean_benefit(grids):
    data = grids["depth"]
    mean = by_test_loss(data).sel(S_A=10.0).mean(["seed", "S_B", "r_AB"])
    shift = data["shift"].sel(bound="estimate")
    assert same(shift, mean - mean.sel(student="linear"), atol=ROUNDING)
    assert np.array_equal(data["shift"].sel(student="linear"), [0, 0, 0])
    assert data["student"].values.tolist() == ["linear", "1 ReLU", "2 ReLU"]
    assert (np.abs(shift[1:]) > 1e-4).all()


def test_learning_curves_are_those_of_the_first_dataset(grids):
    data = grids["figure2"]
    curve, time = data["curve"], data["time"].values
    labels = [f"S_B = {S_B:g}, r_AB = {r:g}" for S_B in (0.1, 5.0) for r in (0.0, 1.0)]
    assert data["network"].values.tolist() == ["alone", *labels]
    assert data["curve_S_A"] == 10
    cell = data.sel(seed=0, S_A=10.0, n_train=40)
    least = np.nanmin(curve, axis=1)
    benefit = by_test_loss(cell).values.ravel()
    assert np.allclose(least[0] - least[1:], benefit, rtol=0, atol=ROUNDING)
    when = time[np.nanargmin(curve, axis=1)]
    assert np.array_equal(when, cell["t"])
    # Looks are two steps of 0.5 apart, and all curves begin at the start.
    assert np.array_equal(np.diff(time)[:5], np.ones(5))
    assert np.allclose(curve[:, 0], curve[0, 0], rtol=0, atol=ROUNDING)


# ------------------------------------------------------------------------- cells that are shared


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("interactions", {}),
        ("auxiliary_data", {"n_aux": 20}),
        ("rank_three", {"N3": 4}),
        ("depth", {"student": "linear"}),
        ("stopping", {}),
    ],
)
def test_cells_that_two_experiments_share_are_the_same_numbers(grids, name, cell):
    where = {
        "auxiliary_data": {"n_train": 20},
        "depth": {"n_train": 40},
        "stopping": {"n_train": 40},
    }
    one, other = grids[name].sel(**cell), grids["figure2"].sel(**where.get(name, {}))
    # Where rules of stopping are compared, networks are followed until validation losses turn:
    # they leave their batches at other times, whose products round otherwise.
    atol = ROUNDING if name == "stopping" else 0.0
    assert same(by_test_loss(one), by_test_loss(other), atol=atol)
    labels = ("t", "loss", "test_error", "MT")
    for label in labels if name == "stopping" else (*labels, "benefit_accuracy"):
        assert same(one[label], other[label], atol=atol), label


def test_cells_that_they_do_not_share_are_others(grids):
    """Negative control of the equality above."""
    here = by_test_loss(grids["figure2"])
    for name, cell in (
        ("auxiliary_data", {"n_aux": 40}),
        ("rank_three", {"N3": 3, "n_train": 20}),
        ("depth", {"student": "1 ReLU"}),
    ):
        there = by_test_loss(grids[name]).sel(**cell)
        assert not same(there, here.sel(n_train=20), atol=1e-3), name
        assert not same(there, here.sel(n_train=40), atol=1e-3), name


# -------------------------------------------------------------------------------------- theory


def test_theories_are_held_against_all_cells_and_each_number_of_points(grids):
    data = grids["interactions"]
    assert data["theory"].values.tolist() == ["finite", "infinite"]
    assert data["subset"].values.tolist() == ["all", "20", "40"]
    measured = data["MT"].sel(bound="estimate")
    interval = data["MT"]
    clear = (interval.sel(bound="low") > 0) | (interval.sel(bound="high") < 0)
    assert np.array_equal(data["clear"], clear)
    for theory, label in (("finite", "MT_theory"), ("infinite", "MT_infinite")):
        for subset, part in (("all", slice(None)), ("20", slice(0, 1)), ("40", slice(1, 2))):
            seen = data["agreement"].sel(bound="estimate", theory=theory, subset=subset)
            a, b = measured[part].values.ravel(), data[label][part].values.ravel()
            assert seen.sel(statistic="correlation") == pytest.approx(np.corrcoef(a, b)[0, 1])
            assert seen.sel(statistic="slope") == pytest.approx(np.polyfit(b, a, 1)[0])
            assert seen.sel(statistic="rmse") == pytest.approx(np.sqrt(np.mean((a - b) ** 2)))
            assert seen.sel(statistic="n_cells") == a.size
            chosen = clear[part].values.ravel()
            assert seen.sel(statistic="n_clear") == chosen.sum()
            if chosen.any():
                right = (np.sign(a) == np.sign(b))[chosen].mean()
                assert seen.sel(statistic="sign") == pytest.approx(right)
            else:
                assert np.isnan(seen.sel(statistic="sign"))
    counts = data["agreement"].sel(statistic=["n_clear", "n_cells"])
    assert (counts == counts.sel(bound="estimate")).all()  # resampling leaves the cells


def test_infinite_data_know_no_number_of_points(grids):
    data = grids["interactions"]
    assert same(data["MT_infinite"][0], data["MT_infinite"][1])
    assert not same(data["MT_theory"][0], data["MT_theory"][1], atol=1e-3)


def followed(n_train: int, data: str) -> np.ndarray:
    """Benefits of both datasets by a theory, (seed, S_A, S_B, r_AB), each unit by itself."""
    params = tiny("interactions")
    rows = []
    for seed in (0, 1):
        for S_A in params.S_A:
            unit = benefits.linear(params, n_train, n_train, S_A, seed)
            loss = solve(TheoryUnit(unit, data, params.n_points))["loss"].mean(axis=1)
            rows.append(loss[0] - loss[1:])
    return np.reshape(rows, (2, 2, 2, 2))


def test_the_theory_of_infinite_data_is_a_mean_over_datasets(grids):
    """Its teachers and starts are those of the datasets that it is held against."""
    seen, flow = grids["interactions"], followed(40, "infinite")
    assert np.array_equal(seen["benefit_infinite"], flow)
    assert np.allclose(seen["MT_infinite"][1], flow.mean(axis=0), rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("n_train", [20, 40])
def test_the_finite_sample_theory_is_a_mean_over_datasets(grids, n_train):
    seen, flow = grids["interactions"].sel(n_train=n_train), followed(n_train, "finite")
    assert np.array_equal(seen["benefit_theory"], flow)
    assert np.allclose(seen["MT_theory"], flow.mean(axis=0), rtol=0, atol=ROUNDING)
    # Negative control: one dataset is not the mean.
    assert not np.allclose(seen["MT_theory"], flow[0], rtol=0, atol=1e-3)


# ------------------------------------------------------------------------------------- stopping


def test_rules_of_stopping(grids):
    data = grids["stopping"]
    mean = data["benefit"].mean("seed")
    assert same(data["MT_rule"].sel(bound="estimate"), mean, atol=ROUNDING)
    assert data["rule"].values.tolist() == ["test", "validation", "noisy validation"]
    assert data["early_difference"] >= 0
    # What a network does after 1.5 of its time and 4 tau changed nothing in these.
    assert data["early_difference"] < 1e-3


def test_networks_that_go_on_are_those_that_stopped_three_times_as_long(grids):
    data, params = grids["stopping"], tiny("stopping")
    early = np.abs(data["loss"].sel(seed=0) - data["loss_late"])
    assert data["early_difference"] == early.max()
    (late,) = chapters()["stopping"].stages[1].measure(params, data)
    for cell in late.cells():
        first = benefits.linear(params, 40, 40, cell.labels["S_A"], 0)
        assert cell.unit.problem == first.problem
        assert not cell.unit.training.stop_early
        ends = data["t_end"].sel(seed=0, S_A=cell.labels["S_A"])
        assert cell.unit.training.t_max == 3 * ends.max()
    # Negative control: another dataset has other minima.
    assert np.abs(data["loss"].sel(seed=1) - data["loss_late"]).min() > 1e-3


def test_learning_rates_of_linear_students(grids):
    data, figure2 = grids["stopping"], grids["figure2"]
    assert data["rate"].values.tolist() == ["in use", "0.2", "0.1"]
    assert np.array_equal(data["rate_in_use"], [0.25, 0.5])
    assert data["sample_S_A"] == 10
    estimate = data["MT_rate"].sel(bound="estimate")
    in_use = by_test_loss(figure2).mean("seed").sel(S_A=10.0).values.reshape(2, 4)
    assert np.allclose(estimate.sel(rate="in use"), in_use, rtol=0, atol=ROUNDING)
    assert np.array_equal(data["rate_difference"].sel(rate="0.1"), np.zeros((3, 2, 4)))
    difference = data["rate_difference"].sel(bound="estimate")
    assert same(difference, estimate - estimate.sel(rate="0.1"), atol=ROUNDING)
    # Both are near the flow, at 0.2 and 0.1, but not the same.
    assert 0 < np.abs(difference.sel(rate="0.2")).max() < 0.05


def test_the_smallest_rate_is_the_reference_wherever_it_stands():
    small = {"n_train": 20, "sample_points": [20], "depth": [1], "deep_learning_rates": [0.2]}
    data = computed("stopping", learning_rates=[0.1, 0.2], **small)
    assert np.array_equal(data["rate_difference"].sel(rate="0.1"), np.zeros((3, 1, 4)))
    assert np.abs(data["rate_difference"].sel(rate="0.2")).max() > 0


def test_deep_students_at_the_same_rate_are_those_of_the_depth_experiment(grids):
    deep = grids["stopping"]["MT_deep"].sel(bound="estimate", deep_rate=0.2)
    for depth in (1, 2):
        mean = by_test_loss(grids["depth"]).sel(student=f"{depth} ReLU", S_A=10.0).mean("seed")
        assert np.allclose(deep.sel(depth=depth), mean.values.ravel(), rtol=0, atol=ROUNDING)
    other = grids["stopping"]["MT_deep"].sel(bound="estimate", deep_rate=0.1)
    assert not same(deep, other, atol=1e-6)


# ------------------------------------------------------------------------------ unstated settings


def ends(values: np.ndarray) -> list[float]:
    return [float(values.min()), float(values.max())]


@pytest.mark.parametrize("n_high", [1, 2])
def test_spans_are_those_of_the_figures(grids, n_high):
    span = grids["unstated"]["span"].sel(s0=0.1, n_high=n_high).squeeze()
    assert span.dims == ("bins", "panel", "end")
    high = slice(2 - n_high, None)
    figure2 = by_test_loss(grids["figure2"]).mean("seed")
    right = figure2.isel(S_A=high).mean("S_A")
    left3 = by_test_loss(grids["auxiliary_data"]).mean("seed").isel(S_A=high).mean("S_A")
    expected = [ends(figure2.sel(n_train=40).values), ends(right.values), ends(left3.values)]
    for bins in ("halves", "ends"):  # with two S_B there is no difference
        assert np.allclose(span.sel(bins=bins), expected, rtol=0, atol=ROUNDING)
    assert not np.allclose(
        grids["unstated"]["span"].sel(s0=1.0, n_high=n_high), expected, atol=1e-3
    )


def test_distances_are_those_of_the_spans(grids):
    data = grids["unstated"]
    assert data["panel"].values.tolist() == list(BENEFIT_AXES)[:3]
    square = 0.0
    for panel in data["panel"].values:
        low, high = BENEFIT_AXES[panel]
        span = data["span"].sel(panel=panel)
        off = (span - xr.DataArray([low, high], dims="end")) / (high - low)
        square = square + (off**2).mean("end") / 3
    assert same(data["distance"], np.sqrt(square), atol=1e-12)


def test_finalists_are_the_closest_and_the_chosen_one_is_among_them(grids):
    data = grids["unstated"]
    best = data["distance"].min(["bins", "n_high"]).squeeze()
    assert np.allclose(data["finalist_distance"], np.sort(best), rtol=0, atol=0)
    assert data["finalist_s0"][0] == best["s0"].values[best.values.argmin()]
    total = data["total_distance"]
    assert total.dims == ("finalist", "activation", "scale")
    expected = np.sqrt(
        (3 * data["finalist_distance"] ** 2 + data["deep_distance"] ** 2) / 4
    ).transpose(*total.dims)
    assert same(total, expected, atol=1e-12)
    chosen = (total["finalist"][data["finalist_s0"] == data["chosen_s0"]]).values
    kind = {"activation": data["chosen_activation"].item(), "scale": data["chosen_scale"].item()}
    assert total.sel(finalist=chosen, **kind).min() <= total.min() + unstated.TIE


def test_spans_of_deep_students_are_those_of_the_depth_experiment(grids):
    data = grids["unstated"]
    assert same(
        data["deep_distance"],
        xr.DataArray(unstated.distance(data["deep_span"].values, data["deep_axis"].values)),
        atol=1e-12,
    )
    deep = by_test_loss(grids["depth"]).sel(seed=0, student=["1 ReLU", "2 ReLU"])
    for place in (0, 1):
        high = 2 - int(data["finalist_n_high"][place])
        values = deep.isel(S_A=slice(high, None)).mean("S_A").values
        seen = data["deep_span"].sel(activation="between", scale=1.0).isel(finalist=place)
        assert np.allclose(seen, ends(values), rtol=0, atol=ROUNDING)


def test_harm_is_the_benefit_from_unrelated_tasks(grids):
    data = grids["unstated"]
    assert data["noise"].values.tolist() == ["weight", "sample"]
    changes = {"s0": data["chosen_s0"].item(), "n_train": [40]}
    for noise in ("weight", "sample"):
        again = by_test_loss(computed("figure2", noise=noise, **changes))
        mean = again.sel(n_train=40, r_AB=0.0).mean(["seed", "S_A"])
        seen = data["harm"].sel(bound="estimate", noise=noise)
        assert same(seen, mean, atol=ROUNDING)
    assert not same(data["harm"].sel(noise="weight"), data["harm"].sel(noise="sample"), atol=1e-3)


# ------------------------------------------------------------------------- the rule, by hand


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ([-0.1, 0.3], 0.0),
        ([0.3, 0.7], 1.0),  # shifted by its width
        ([-0.1, 0.7], np.sqrt(0.5)),  # one end by the width
        ([0.1, 0.1], 0.5),  # both by half of it
        ([-0.5, 0.3], np.sqrt(0.5)),
    ],
)
def test_distance_is_in_units_of_the_axis(span, expected):
    assert unstated.distance(np.array(span), np.array([-0.1, 0.3])) == pytest.approx(expected)
    scaled = unstated.distance(10 * np.array(span), np.array([-1.0, 3.0]))
    assert scaled == pytest.approx(expected)


def test_distances_of_many_spans():
    spans, axes = np.arange(24.0).reshape(2, 3, 4)[..., :2], np.array([[0.0, 1.0]] * 3)
    seen = unstated.distance(spans, axes)
    assert seen.shape == (2, 3)
    for index in np.ndindex(2, 3):
        assert seen[index] == pytest.approx(unstated.distance(spans[index], axes[index[1]]))


def distances() -> xr.DataArray:
    """Least where size is 50, s0 is 0.3 and the average is the second of both."""
    values = np.full((2, 3, 2, 2), 0.9)
    values[1, 1, 1, 1] = 0.1  # (50, 0.3)
    values[1, 1, 0, 0] = 0.2  # the same setting, averaged otherwise
    values[0, 2, 0, 1] = 0.3  # (30, 1.0)
    values[1, 0, 1, 0] = 0.4  # (50, 0.1)
    coordinates = {
        "size": [30, 50],
        "s0": [0.1, 0.3, 1.0],
        "bins": ["halves", "ends"],
        "n_high": [1, 2],
    }
    return xr.DataArray(values, coordinates)


def test_the_closest_settings_have_each_their_best_average():
    assert unstated.closest(distances(), 3) == [
        {"size": 50, "s0": 0.3, "bins": "ends", "n_high": 2, "distance": 0.1},
        {"size": 30, "s0": 1.0, "bins": "halves", "n_high": 2, "distance": 0.3},
        {"size": 50, "s0": 0.1, "bins": "ends", "n_high": 1, "distance": 0.4},
    ]
    assert len(unstated.closest(distances(), 1)) == 1
    assert len(unstated.closest(distances(), 99)) == 6  # all there are
    # The order of the dimensions is nobody's business.
    turned = distances().transpose("n_high", "s0", "bins", "size")
    for one, other in zip(
        unstated.closest(turned, 3), unstated.closest(distances(), 3), strict=True
    ):
        assert one == other


def test_another_setting_wins_where_it_is_closer():
    """Negative control."""
    changed = distances()
    changed[0, 0, 0, 0] = 0.05
    first = unstated.closest(changed, 2)
    assert [setting["size"] for setting in first] == [30, 50]
    assert first[0] == {"size": 30, "s0": 0.1, "bins": "halves", "n_high": 1, "distance": 0.05}


def finalists(*s0: float) -> list[dict]:
    return [
        {"size": 10 * k, "s0": s, "bins": "ends", "n_high": 1, "distance": 0.1 * k}
        for k, s in enumerate(s0, start=1)
    ]


def totals(values: list[list[float]]) -> xr.DataArray:
    """Of finalists with two kinds of activation."""
    return xr.DataArray(
        np.array(values)[..., None],
        {
            "finalist": np.arange(1, len(values) + 1),
            "activation": ["every", "between"],
            "scale": [0.5],
        },
    )


@pytest.mark.parametrize(
    ("values", "s0", "place", "activation"),
    [
        # Clearly closest.
        ([[0.5, 0.3], [0.6, 0.7]], (0.1, 1.0), 1, "between"),
        # As close: the second starts where Figure 1 does.
        ([[0.5, 0.30], [0.31, 0.7]], (0.1, 1.0), 2, "every"),
        # Not as close: farther than 0.02.
        ([[0.5, 0.30], [0.33, 0.7]], (0.1, 1.0), 1, "between"),
        # A ratio, not a difference: 3 is as far as 1/3, and 0.5 nearer than 3.
        ([[0.5, 0.30], [0.31, 0.7]], (3.0, 0.5), 2, "every"),
        # Equally far from there, 2 and 1/2: the distance decides.
        ([[0.5, 0.30], [0.29, 0.7]], (2.0, 0.5), 2, "every"),
        ([[0.5, 0.28], [0.29, 0.7]], (2.0, 0.5), 1, "between"),
        # Two kinds of the same finalist: the distance decides.
        ([[0.31, 0.30], [0.9, 0.9]], (1.0, 0.1), 1, "between"),
        ([[0.30, 0.31], [0.9, 0.9]], (1.0, 0.1), 1, "every"),
        # The least is not as close to Figure 1, and its tie is with the second place only.
        ([[0.30, 0.9], [0.315, 0.9], [0.33, 0.9]], (0.1, 0.3, 1.0), 2, "every"),
    ],
)
def test_the_closest_is_chosen_and_ties_go_to_the_start_of_figure_1(values, s0, place, activation):
    chosen = unstated.choose(totals(values), finalists(*s0))
    assert chosen == {
        "size": 10 * place,
        "s0": s0[place - 1],
        "bins": "ends",
        "n_high": 1,
        "activation": activation,
        "scale": 0.5,
    }


def test_without_ties_the_least_distance_alone_decides(monkeypatch):
    """Negative control of the rule for ties."""
    total, settings_ = totals([[0.5, 0.30], [0.31, 0.7]]), finalists(0.1, 1.0)
    assert unstated.choose(total, settings_)["s0"] == 1.0
    monkeypatch.setattr(unstated, "TIE", 0.0)
    assert unstated.choose(total, settings_)["s0"] == 0.1


# --------------------------------------------------------------------------------- bad settings


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("figure2", {"rank": 11}, "`rank` must be at most N3 = 10, got 11"),
        ("unstated", {"rank": 11}, "`rank` must be at most N3 = 10, got 11"),
        (
            "figure2",
            {"N1": 15},
            "`rank` must be at most N1 / 2 = 7.5 unless r_AB is 1, got 10",
        ),
        ("figure2", {"N1": 9, "r_AB": [1.0]}, "`rank` must be at most N1 = 9, got 10"),
        ("figure2", {"S_A": [1, 0.1]}, "`S_A` must increase from value to value, got [1, 0.1]"),
        ("depth", {"S_B": [1, 1]}, "`S_B` must increase from value to value, got [1, 1]"),
        ("stopping", {"r_AB": [1, 0]}, "`r_AB` must increase from value to value, got [1, 0]"),
        (
            "interactions",
            {"n_train": [400, 100]},
            "`n_train` must increase from value to value, got [400, 100]",
        ),
        (
            "auxiliary_data",
            {"n_aux": [400, 400]},
            "`n_aux` must increase from value to value, got [400, 400]",
        ),
        ("rank_three", {"N3": [10, 3]}, "`N3` must increase from value to value, got [10, 3]"),
        ("rank_three", {"N3": [2, 10]}, "`N3` must be at least the rank, 3, got [2, 10]"),
        ("rank_three", {"rank": 26}, "`rank` must be at most N1 / 2 = 15 unless r_AB is 1, got 26"),
        ("figure2", {"n_high": 4}, "`n_high` must be at most the number of S_A, 3, got 4"),
        ("depth", {"n_high": 2}, "`n_high` must be at most the number of S_A, 1, got 2"),
        ("figure2", {"n_test": 100}, "`n_test` must be a power of two, got 100"),
        ("unstated", {"n_test": 1000}, "`n_test` must be a power of two, got 1000"),
        ("interactions", {"n_points": 100}, "`n_points` must be a power of two, got 100"),
        ("interactions", {"n_test": 100}, "`n_test` must be a power of two, got 100"),
        ("figure2", {"bins": "thirds"}, "`bins` must be one of halves, ends, got 'thirds'"),
        ("figure2", {"n_train_left": 1}, "`n_train_left` must be an integer in [2, 100000], got 1"),
    ],
)
def test_a_bad_value_gives_one_clear_line(name, changes, message):
    with pytest.raises(ParameterError) as caught:
        settings(name).preset("quick", **changes)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("figure2", {"S_A": [0.3, 3], "N1": 37, "rank": 4, "n_train": [150]}),
        ("figure2", {"N1": 15, "r_AB": [1.0]}),
        ("figure2", {"N1": 20}),
        ("figure2", {"S_B": [1.0], "r_AB": [0.5], "n_high": 3}),
        ("rank_three", {"rank": 10, "N3": [10]}),
        ("figure2", {"N2": 200}),  # hidden layers may be wider than the inputs
    ],
)
def test_what_can_be_computed_is_accepted(name, changes):
    params = settings(name).preset("quick", **changes)
    for label, value in changes.items():
        seen = getattr(params, label)
        assert (list(seen) if isinstance(value, list) else seen) == value


def test_odd_sizes_are_computed():
    """One S_B, one r_AB, more hidden units than inputs: every segment is the one benefit."""
    data = computed("figure2", S_B=[5.0], r_AB=[0.5], N2=20, n_train=[20], n_train_left=20)
    assert data["MT_left"].shape == (3, 2, 2, 1)
    assert same(data["MT_left"].sel(snr="low"), data["MT_left"].sel(snr="high"))
    assert same(data["MT_left"].sel(snr="low"), data["MT"].sel(n_train=20, S_B=5.0), atol=ROUNDING)


def test_sizes_without_room_for_both_teachers_are_refused():
    with pytest.raises(ParameterError):
        settings("unstated").preset("quick", sizes=[12])


def test_interactions_of_one_cell_are_refused_before_they_are_trained():
    with pytest.raises(ParameterError):
        settings("interactions").preset("quick", S_A=[1.0], S_B=[1.0], r_AB=[1.0])


@pytest.mark.parametrize(
    ("name", "label"), [("interactions", "bins"), ("stopping", "bins"), ("stopping", "n_high")]
)
def test_a_parameter_without_effect_is_not_offered(name, label):
    assert label not in settings(name).model_fields
