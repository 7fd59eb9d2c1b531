"""The chapter on depth: its units, its averages and the published cells beside them, by hand."""

import numpy as np
import pytest
import xarray as xr
from claims_data import IDEAL
from scipy.stats import t as student_t

from mtlpaper.chapters.common.two_tasks import experiment as benefits
from mtlpaper.chapters.depth import tables
from mtlpaper.chapters.depth.experiment import relu
from mtlpaper.chapters.depth.numbers import numbers
from mtlpaper.chapters.depth.parameters import Depth
from mtlpaper.companion import experiments
from mtlpaper.companion.claims import all_claims
from mtlpaper.companion.registry import settings
from mtlpaper.documents.lee2019 import published

#: Small networks; of the points, tasks and students there are published cells.
TINY: dict[str, object] = {
    "N1": 12,
    "N2": 12,
    "N3": 4,
    "rank": 3,
    "S_A": [0.631, 10.0],
    "S_B": [0.01, 10.0],
    "r_AB": [0.0, 1.0],
    "n_seeds": 2,
    "n_test": 64,
    "t_max": 10.0,
    "n_train": [200],
    "epochs": 1000,
}
#: Means of the same numbers in another order: rounding.
ROUNDING = 1e-9
RIGHT = {"n_train": 400, "S_A": 10.0}
TASKS = ("S_B", "r_AB")


def tiny(**changes: object) -> Depth:
    here = {"n_train_right": 400, "depth": [1, 3]}
    return Depth.preset("quick", **(TINY | here | changes))


@pytest.fixture(scope="module")
def data() -> xr.Dataset:
    return experiments.compute(tiny())


def ours(data: xr.Dataset, setting: str) -> xr.DataArray:
    return data["benefit"].sel(rule="test", setting=setting, **RIGHT).mean("seed")


def rows(name: str, data: xr.Dataset) -> xr.DataArray:
    """Published values of the figure, the linear student first."""
    cell = {"n_train": 400, "S_A": 10.0, "S_B": data["S_B"], "r_AB": data["r_AB"]}
    parts = [published.load(table)[name].sel(cell) for table in ("rank-10", "relu")]
    deep = parts[1].sel(student=["1 ReLU", "3 ReLU"])
    return xr.concat([parts[0].expand_dims(student=["linear"]), deep], "student")


def same(one: xr.DataArray, other: xr.DataArray) -> bool:
    aligned = other.transpose(*one.dims)
    assert one.shape == aligned.shape
    return np.allclose(one.values, aligned.values, rtol=0, atol=ROUNDING)


# -------------------------------------------------------------------------------------- units


@pytest.mark.parametrize(("setting", "activation"), [("authors", "every"), ("text", "between")])
def test_relu_students_are_trained_past_their_minima_at_both_settings(setting, activation):
    params = tiny(deep_learning_rate=0.07).at(setting)
    unit = relu(params, 400, 10.0, 1, 3)
    assert unit.problem == benefits.problem_of(params, 400, 400, 10.0, 1)
    assert (unit.depth, unit.activation, unit.N2) == (3, activation, 12)
    assert (unit.initial, unit.scale) == ("orthogonal", 1.0)
    assert unit.biases == (setting == "authors")
    training = unit.training
    assert (training.learning_rate, training.look_every) == (0.07, 0.14)
    assert training.t_max == params.t_max == 10.0
    assert training.stop_early
    # Negative control: the linear student's training ends after its epochs by the script.
    length = benefits.linear(params, 400, 400, 10.0, 1).training.t_max
    assert (length == params.t_max) == (setting == "text")


def test_the_linear_student_is_that_of_figure_2(data):
    figure2 = settings("figure2").preset("quick", **TINY, n_train_left=400)
    other = experiments.compute(figure2)
    here = data.sel(student="linear")
    for name in ("loss", "t", "benefit", "test_error"):
        assert np.array_equal(here[name], other[name].transpose(*here[name].dims)), name
    # Negative control: a student with ReLUs is another.
    assert not np.allclose(data["loss"].sel(student="1 ReLU"), here["loss"], rtol=0, atol=1e-3)


def test_the_points_of_the_figure_are_trained_too(data):
    assert data["n_train"].values.tolist() == [200, 400]
    assert data["student"].values.tolist() == ["linear", "1 ReLU", "3 ReLU"]
    # Two datasets, numbers of points and main tasks, one and four networks each.
    assert (data["n_networks"] == 40).all()
    assert data["n_networks"].dims == ("setting", "student")


# ----------------------------------------------------------------------------------- averages


def test_segments_are_those_of_each_source(data):
    MT = data["MT_right"].sel(bound="estimate").rename(snr="S_B")
    assert MT.dims == ("source", "student", "S_B", "r_AB")
    for source in ("ours", "text"):
        assert same(MT.sel(source=source), ours(data, source)), source
    assert not same(MT.sel(source="ours"), ours(data, "text"))
    assert same(MT.sel(source="published"), rows("MT", data))
    effect = data["effect_right"].sel(bound="estimate", effect="high minus low S_B, related")
    related = MT.sel(r_AB=1.0)
    assert same(effect, related.isel(S_B=1) - related.isel(S_B=0))


def test_the_shift_is_the_change_of_the_mean_benefit(data):
    shift = data["shift"]
    assert shift.dims == ("bound", "source", "student")
    assert (shift.sel(student="linear") == 0).all()
    estimate = shift.sel(bound="estimate")
    for source in ("ours", "text"):
        mean = ours(data, source).mean(TASKS)
        assert same(estimate.sel(source=source), mean - mean.sel(student="linear")), source
    theirs, error = rows("MT", data).mean(TASKS), rows("MT_se", data).sel(student="3 ReLU")
    assert same(estimate.sel(source="published"), theirs - theirs.sel(student="linear"))
    # Eight independent cells, four of each student, with five subsets each.
    linear = rows("MT_se", data).sel(student="linear")
    half = student_t.ppf(0.975, 4) * np.sqrt((error**2).sum() + (linear**2).sum()) / 4
    middle, low, high = shift.sel(source="published", student="3 ReLU").values
    assert np.allclose([middle - low, high - middle], half, rtol=0, atol=ROUNDING)


def test_closeness_is_that_of_relu_students(data):
    close = data["close"]
    assert (close.sel(closeness="cells") == 2 * 2 * 2 * 2 * 2).all()
    mine = data["benefit"].sel(rule="test", setting="text", student=["1 ReLU", "3 ReLU"])
    theirs = published.load("relu")["MT"].sel(
        student=mine["student"], n_train=[200, 400], S_A=[0.631, 10], S_B=[0.01, 10], r_AB=[0, 1]
    )
    apart = (mine.mean("seed") - theirs).values
    seen = close.sel(setting="text", closeness="rms")
    assert seen == pytest.approx(np.sqrt(np.mean(apart**2)))


def test_students_that_were_not_published_are_shown_without_rows():
    found = experiments.compute(tiny(depth=[2], n_seeds=2))
    assert np.isnan(found["MT_right"].sel(source="published", student="2 ReLU")).all()
    assert np.isfinite(found["MT_right"].sel(source="ours")).all()
    assert (found["close"].sel(closeness="cells") == 0).all()


# ---------------------------------------------------------------------------- tables, numbers


def test_losses_stand_beside_the_published_ones(data):
    told = tables.losses(data).set_index(["hidden layers", "training points", "S_A"])
    assert len(told) == 3 * 2 * 2
    row = told.loc[("3 ReLU", 400, "10")]
    assert row["the authors' rows"].startswith("2.124 (")  # 2.12369
    expected = data["loss"].sel(setting="ours", student="3 ReLU", net="alone", **RIGHT).mean()
    assert row["our networks"].startswith(f"{float(expected):.3f} (")


def test_numbers_are_those_of_each_source(data):
    found = numbers(data)
    assert (found["student_first"], found["student_last"]) == ("1 ReLU", "3 ReLU")
    assert found["N_last"] == 400
    for prefix, source in (("", "ours"), ("published_", "published"), ("text_", "text")):
        shift = data["shift"].sel(source=source, student="3 ReLU")
        for bound in shift["bound"].values:
            assert found[f"{prefix}shift_last_{bound}"] == shift.sel(bound=bound)
        single = data["L_single"].sel(bound="estimate", source=source, **RIGHT)
        assert found[f"{prefix}loss_first"] == single.sel(student="1 ReLU")
    assert found["n_networks"] == 80  # by the script, without the linear ones


def test_the_axis_is_that_of_relu_students():
    """The published panel has no linear student."""
    data, claim = IDEAL["depth"](), all_claims()["axis-figure3-right"]
    far = data["MT_right"] + xr.DataArray(
        [1.0, 0.0, 0.0], {"student": data["student"]}, dims="student"
    )
    assert claim.judge(data.assign(MT_right=far)).verdict == "reproduced"
    # Negative control: a deep student's benefits count.
    assert claim.judge(data.assign(MT_right=far.roll(student=1))).verdict != "reproduced"
