"""Digits as tasks: which network is which cell, and what follows from their losses."""

import numpy as np
import pytest
import xarray as xr
from claims_data import digits as ideal
from tiny import data_of, params_of

from mtlpaper.chapters.digits import experiment, tables
from mtlpaper.companion.parameters import ParameterError
from mtlpaper.companion.registry import settings
from mtlpaper.methods import real

PARAMS = params_of("digits")


@pytest.fixture
def data() -> xr.Dataset:
    return data_of("digits").copy(deep=True)


def derived(data: xr.Dataset) -> xr.Dataset:
    return data.assign(experiment.derive(PARAMS, data).data_vars)


def test_benefits_are_those_of_the_networks_that_bear_the_name(data):
    found = derived(data)
    for prefix, student in (("", "linear"), ("theory_", "theory"), ("deep_", "deep")):
        loss = data[f"{prefix}loss"].mean([*({"seed", "dataset"} & {*data[f"{prefix}loss"].dims})])
        loss = loss.mean("group").rename({f"{prefix}net": "net"})
        if student != "deep":
            loss = loss.sel(flip_A=0.0, n_aux=40)
        mean = found["MT"].sel(bound="estimate", student=student, flip_A=0.0, n_aux=40)
        for flip in (0.0, 0.9):
            for r in (0.0, 1.0):
                beside = loss.sel(net=f"r_AB = {r:g}, {flip:g} turned")
                gain = (loss.sel(net="alone") - beside).sel(inputs="whitened")
                one = mean.sel(inputs="whitened", flip_B=flip, r_AB=r)
                assert float(one) == pytest.approx(float(gain))
        if student != "deep":
            gain = loss.sel(net="alone") - loss.sel(net="loops")
            one = found["MT_task"].sel(bound="estimate", student=student, task="loops")
            np.testing.assert_allclose(one, gain)


def test_what_was_not_trained_is_not_a_number(data):
    MT = derived(data)["MT"]
    few = {"flip_A": 0.8, "n_aux": 20}
    assert np.isnan(MT.sel(few)).all()
    assert np.isfinite(MT.sel(student="linear", flip_A=0.8, n_aux=40)).all()
    assert np.isfinite(MT.sel(student="deep", flip_A=0.0, n_aux=40)).all()
    assert np.isnan(MT.sel(student="deep", flip_A=0.8)).all()


def set_benefits(data: xr.Dataset, benefit: dict[str, float], n_aux: slice = slice(None)) -> None:
    """Let linear students of all divisions have these benefits beside these tasks."""
    data["loss"][{"n_aux": n_aux}] = 2.0
    for net, gain in benefit.items():
        data["loss"][{"n_aux": n_aux, "net": list(data["net"].values).index(net)}] = 2.0 - gain


def test_effects_are_between_the_ends_of_labels_and_of_relatedness(data):
    corners = {
        "r_AB = 0, 0 turned": -0.4,
        "r_AB = 1, 0 turned": 0.8,
        "r_AB = 0, 0.9 turned": -0.1,
        "r_AB = 1, 0.9 turned": 0.2,
    }
    set_benefits(data, {net: 0.5 * gain for net, gain in corners.items()}, slice(0, 1))
    set_benefits(data, corners, slice(1, 2))
    found = derived(data).sel(bound="estimate", student="linear")
    expected = [1.2, 0.6, -0.3, -0.1, -0.4, 0.8]
    np.testing.assert_allclose(found["difference"].sel(inputs="whitened"), expected)
    np.testing.assert_allclose(found["growth"].sel(inputs="whitened"), 0.5 * np.array(expected))


def test_tasks_are_held_against_the_line_between_rotated_digits(data):
    set_benefits(data, {"r_AB = 0, 0 turned": -0.2, "r_AB = 1, 0 turned": 0.6, "loops": 0.3})
    found = derived(data)
    r = float(data["r_task"].sel(task="loops"))
    off = found["off_curve"].sel(task="loops")
    np.testing.assert_allclose(off, 0.3 - (-0.2 + 0.8 * r))
    np.testing.assert_allclose(found["least_r"], 0.25)


@pytest.mark.parametrize(
    ("benefit", "expected"),
    [([-1, -1, 1], 0.75), ([1, -1, 3], 0.625), ([1, 1, 1], 0.0), ([1, 1, -1], 1.0)],
)
def test_the_last_crossing_counts(benefit, expected):
    r = np.array([0.0, 0.5, 1.0])
    assert experiment._crossing(r, np.array(benefit, float)) == pytest.approx(expected)


def test_the_largest_move_by_validation_is_that_of_a_mean_benefit(data):
    data["chosen_loss"].loc[{"chosen": "as in training"}] = data["loss"].mean("group")
    data["chosen_loss"].loc[{"chosen": "as in training", "net": "ink", "seed": 0}] += 0.3
    assert float(derived(data)["moved"]) == pytest.approx(0.15)


def test_the_theory_is_held_against_linear_students(data):
    data["theory_loss"][:] = data["loss"].values
    close = derived(data)["agreement"]
    np.testing.assert_allclose(close.sel(closeness=["correlation", "slope"]), 1)
    np.testing.assert_allclose(close.sel(closeness="rms"), 0, atol=1e-12)
    # With clean main labels 4 cells at each number of points; with turned ones at the last.
    np.testing.assert_array_equal(close.sel(closeness="cells"), 12)


def test_the_table_of_claims_judges_all_students_alike():
    data = ideal()
    deep = data.assign_coords(student=["deep"])
    deep = deep.assign(difference=-deep["difference"], growth=deep["growth"] * np.nan)
    theory = data.assign_coords(student=["theory"])
    data = xr.concat([data, theory, deep], "student", data_vars="minimal").assign_attrs(data.attrs)
    frame = tables.survivors(data).set_index("claim")
    assert frame["linear students"].str.startswith("holds").all()
    first, last = (frame["deep students"].iloc[i] for i in (0, -1))
    assert first == "fails, -0.100"
    assert last == "–"


def test_more_images_than_there_are_are_refused():
    left = real.N_IMAGES - 100 - 200 - 4 * 128
    accepted = f"at most {real.N_IMAGES} together, got {real.N_IMAGES + 1}"
    with pytest.raises(ParameterError, match=accepted):
        settings("digits").preset("paper", n_aux=[100, left + 1])
    # As many as are left can be drawn, and no more.
    params = settings("digits").preset("paper", n_aux=[100, left])
    assert [list(grid.cells()) for grid in experiment.measure(params, xr.Dataset())]
    more = params.model_copy(update={"n_aux": (100, left + 1)})
    with pytest.raises(ValueError, match=f"`n_aux` must be from 1 to the {left} images"):
        [list(grid.cells()) for grid in experiment.measure(more, xr.Dataset())]


@pytest.mark.parametrize("name", ["flip_A", "flip_B"])
def test_labels_as_they_are_come_first(name):
    with pytest.raises(ValueError, match=f"`{name}` must begin with 0"):
        settings("digits").preset("paper", **{name: [0.3, 0.9]})
