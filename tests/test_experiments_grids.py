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
from mtlpaper.chapters.common.two_tasks.parameters import Protocol
from mtlpaper.companion import experiments
from mtlpaper.companion.parameters import ParameterError, Parameters
from mtlpaper.companion.registry import settings

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
#: What experiments by the authors' protocol share with the others.
TEXT = ONE | {"sigma": 0.5, **Protocol.settings["text"]}
TINY = {
    "figure2": TEXT | {"n_train": [20, 40], "n_train_left": 40},
    "interactions": TEXT | {"n_train": [20, 40], "n_points": 64, "t_infinite": 30.0},
    "auxiliary_data": TEXT | {"n_train": 20, "n_aux": [20, 40]},
    "rank_three": TEXT | {"n_train": [20, 40]},
}
#: Means of the same numbers in another order, and products of other shapes: rounding.
ROUNDING = 1e-9


def tiny(name: str, **changes: object) -> Parameters:
    return settings(name).preset("quick", **(COMMON | TINY[name] | changes))


def computed(name: str, **changes: object) -> xr.Dataset:
    """Data of an experiment; by the text, where it has several settings."""
    data = experiments.compute(tiny(name, **changes))
    by_text = {dim: "text" for dim in ("setting", "source") if "text" in data.coords.get(dim, ())}
    return data.sel(by_text, drop=True)


@pytest.fixture(scope="module")
def grids() -> dict[str, xr.Dataset]:
    return {name: computed(name) for name in TINY}


def by_test_loss(data: xr.Dataset) -> xr.DataArray:
    return data["benefit"].sel(rule="test", drop=True)


def same(one: xr.DataArray, other: xr.DataArray, *, atol: float = 0.0) -> bool:
    assert one.shape == other.shape
    return np.allclose(one.values, other.values, rtol=0, atol=atol)


# --------------------------------------------------------------------------------- every grid


#: Curves end sooner or later, no effect may be clear, and nobody published these cells.
MAY_BE_NONE = ("curve", "agreement", "close", "agreement_published")
MAY_BE_NONE += ("MT_published", "MT_published_se", "L_published")


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
}


@pytest.mark.parametrize("name", SHARED_DIMS)
def test_the_grid_has_its_dimensions(grids, name):
    data, outer, points = grids[name], (), SHARED_DIMS[name]
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
                "MT_left": ("n_train", "S_A", "snr", "r_AB"),
                "MT_right": ("n_train", "snr", "r_AB"),
            },
        ),
        ("interactions", {"agreement": ("theory", "subset", "statistic")}),
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
        ("rank_three", 40),
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
        ("rank_three", {}),
    ],
)
def test_cells_that_two_experiments_share_are_the_same_numbers(grids, name, cell):
    where = {"auxiliary_data": {"n_train": 20}}
    one, other = grids[name].sel(**cell), grids["figure2"].sel(**where.get(name, {}))
    assert same(by_test_loss(one), by_test_loss(other))
    for label in ("t", "loss", "test_error", "MT", "benefit_accuracy"):
        assert same(one[label], other[label]), label


def test_cells_that_they_do_not_share_are_others(grids):
    """Negative control of the equality above."""
    here = by_test_loss(grids["figure2"])
    for name, cell in (("auxiliary_data", {"n_aux": 40}),):
        there = by_test_loss(grids[name]).sel(**cell)
        assert not same(there, here.sel(n_train=20), atol=1e-3), name
        assert not same(there, here.sel(n_train=40), atol=1e-3), name


# -------------------------------------------------------------------------------------- theory


def test_theories_are_held_against_all_cells_and_each_number_of_points(grids):
    data = grids["interactions"]
    assert data["theory"].values.tolist() == ["finite", "infinite"]
    assert data["subset"].values.tolist() == ["all", "clean tasks", "20", "40"]
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


# --------------------------------------------------------------------------------- bad settings


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("figure2", {"rank": 11}, "`rank` must be at most N3 = 10, got 11"),
        (
            "figure2",
            {"N1": 15},
            "`rank` must be at most N1 / 2 = 7.5 unless r_AB is 1, got 10",
        ),
        ("figure2", {"N1": 9, "r_AB": [1.0]}, "`rank` must be at most N1 = 9, got 10"),
        ("figure2", {"S_A": [1, 0.1]}, "`S_A` must increase from value to value, got [1, 0.1]"),
        ("depth", {"S_B": [1, 1]}, "`S_B` must increase from value to value, got [1, 1]"),
        ("figure2", {"r_AB": [1, 0]}, "`r_AB` must increase from value to value, got [1, 0]"),
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
        ("rank_three", {"N3": 2}, "`rank` must be at most N3 = 2, got 3"),
        ("figure2", {"n_high": 3}, "`n_high` must be at most the number of S_A, 2, got 3"),
        ("depth", {"n_high": 2}, "`n_high` must be at most the number of S_A, 1, got 2"),
        ("figure2", {"n_test": 100}, "`n_test` must be a power of two, got 100"),
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
        ("figure2", {"S_B": [1.0], "r_AB": [0.5], "n_high": 2}),
        ("rank_three", {"rank": 10, "N3": 10}),
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


def test_interactions_of_one_cell_are_refused_before_they_are_trained():
    with pytest.raises(ParameterError):
        settings("interactions").preset("quick", S_A=[1.0], S_B=[1.0], r_AB=[1.0])


def test_a_parameter_without_effect_is_not_offered():
    assert "bins" not in settings("interactions").model_fields
