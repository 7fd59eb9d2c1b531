"""Tables follow the data, and change when the data do."""

import json

import numpy as np
import pytest
import xarray as xr

from mtlpaper.chapters.common.aligned_tasks import tables as aligned_tables
from mtlpaper.chapters.common.labels import BOUNDS
from mtlpaper.chapters.common.two_tasks import tables as shared
from mtlpaper.chapters.figure1 import tables as figure1_tables
from mtlpaper.chapters.interactions import tables as interactions_tables
from mtlpaper.chapters.label_rules import tables as label_rules_tables
from mtlpaper.documents.lee2019.printed import FIGURE1_NEXT_TICK


def with_limits(variables: dict, coords: dict, **limits: float) -> xr.Dataset:
    return xr.Dataset(variables, coords, {"parameters": json.dumps(limits)})


def figure1(*gaps: tuple[float, float, float]) -> xr.Dataset:
    N3 = [2, 20, 30, 40, 50][: len(gaps)]
    s = np.ones((len(gaps), 3, 4)) * [1.0, 1.1, 1.2, 1.3]
    dims = ("N3", "seed", "time")
    return with_limits(
        {"s_sgd": (dims, s), "s_eq3": (dims, 1.01 * s), "gap": (("N3", "bound"), list(gaps))},
        {"N3": N3, "bound": list(BOUNDS)},
        tolerance=0.05,
    )


GOOD, BAD = (0.01, 0.005, 0.02), (0.08, 0.06, 0.1)


def test_a_gap_is_within_the_tolerance_with_its_whole_interval():
    edge, beyond = np.nextafter(0.05, [0, 1])
    told = {
        (0.01, 0.005, 0.05): "yes",
        (0.04, 0.02, beyond): "unclear",
        (0.06, 0.05, 0.07): "unclear",
        (0.04, beyond, 0.1): "no",  # the interval decides, and not the estimate
        (0.06, edge, edge): "yes",
    }
    rows = figure1_tables.gaps(figure1(*told)).to_dict("records")
    assert [row["within 5 %"] for row in rows] == list(told.values())


def test_figure1_table_shows_what_the_data_hold():
    first, second = figure1_tables.gaps(figure1(GOOD, BAD)).to_dict("records")
    assert first["classes"] == 2
    assert (first["SGD ends at"], first["Eq. (3) ends at"]) == ("1.30", "1.31")
    assert first["largest gap (%)"] == "1.0"
    assert first["95 % interval (%)"].replace("\u00a0", " ") == "0.5 – 2.0"
    assert (first["within 5 %"], second["within 5 %"]) == ("yes", "no")


def test_bounds_are_found_by_name_and_not_by_place():
    data = figure1(GOOD, BAD)
    assert figure1_tables.gaps(data.isel(bound=[2, 0, 1])).equals(figure1_tables.gaps(data))


@pytest.mark.parametrize(("end", "fits"), [(1.59, True), (FIGURE1_NEXT_TICK, False), (2.7, False)])
def test_a_curve_fits_the_axis_below_the_next_tick(end, fits):
    assert (
        label_rules_tables.fits_the_axis(xr.DataArray([end - 0.1, end + 0.1], dims="seed")) == fits
    )


def test_an_interval_is_written_in_one_of_two_forms_and_a_missing_one_as_a_dash():
    value = xr.DataArray([0.1, -0.05, 0.2], {"bound": list(BOUNDS)})
    assert shared.interval(value) == "+0.100 (-0.050 to +0.200)"
    assert shared.interval(value, 1, "") == "0.1 (-0.1 to 0.2)"
    assert aligned_tables.interval(value) == "+0.1000 [-0.0500, +0.2000]"
    assert shared.interval(value * np.nan) == "–"


# ---------------------------------------------------------------------------- benefits


def test_agreement_is_told_for_each_theory():
    row = {"correlation": 0.96, "slope": 1, "rmse": 0.01, "sign": 0.5, "n_clear": 7, "n_cells": 9}
    data = xr.Dataset(
        {"agreement": (("bound", "theory", "subset", "statistic"), [[[[*row.values()]]]])},
        {"bound": ["estimate"], "theory": ["finite"], "subset": ["all"], "statistic": [*row]},
    )
    (told,) = interactions_tables.agreement(data).to_dict("records")
    assert (told["correlation"], told["right sign (%)"]) == ("0.960", "50.0")
    assert told["clear cells"] == "7 of 9"


def segments(*values: float) -> xr.DataArray:
    return xr.DataArray(
        [list(values), [0.0] * len(values), [1.0] * len(values)],
        dims=("bound", "cell"),
        coords={"bound": list(BOUNDS)},
    )


def test_ranges_are_those_of_the_estimates_and_not_of_the_intervals():
    (row,) = shared.axes({"Figure 2, left": segments(-0.02, 0.15)}).to_dict("records")
    assert row["published axis"] == "-0.03 to +0.18"
    assert row["our segments"] == "-0.020 to +0.150"


def test_effects_show_estimate_and_interval_of_each_group():
    effect = xr.DataArray(
        np.array([[[0.1], [-0.2]], [[0.05], [-0.3]], [[0.2], [-0.1]]]),
        dims=("bound", "S_A", "effect"),
        coords={"bound": list(BOUNDS), "S_A": [0.1, 10.0], "effect": ["gain"]},
    )
    assert shared.effects(effect, "S_A").to_dict("records") == [
        {"S_A": "0.1", "gain": "+0.100 (+0.050 to +0.200)"},
        {"S_A": "10", "gain": "-0.200 (-0.300 to -0.100)"},
    ]
