"""Tables and verdicts follow the data, and turn when the data do."""

import json

import numpy as np
import pytest
import xarray as xr

from mtlpaper import tables
from mtlpaper.experiments.labels import BOUNDS
from mtlpaper.published import FIGURE1_NEXT_TICK


def with_limits(variables: dict, coords: dict, **limits: float) -> xr.Dataset:
    return xr.Dataset(variables, coords, {"parameters": json.dumps(limits)})


def figure1(*gaps: tuple[float, float, float]) -> xr.Dataset:
    N3 = [2, 20][: len(gaps)]
    s = np.ones((len(gaps), 3, 4)) * [1.0, 1.1, 1.2, 1.3]
    dims = ("N3", "seed", "time")
    return with_limits(
        {"s_sgd": (dims, s), "s_eq3": (dims, 1.01 * s), "gap": (("N3", "bound"), list(gaps))},
        {"N3": N3, "bound": list(BOUNDS)},
        tolerance=0.05,
    )


GOOD, UNSURE, BAD = (0.01, 0.005, 0.02), (0.04, 0.02, 0.07), (0.08, 0.06, 0.1)


@pytest.mark.parametrize(
    ("gaps", "word"),
    [
        ((GOOD, GOOD), "reproduced"),
        ((GOOD, UNSURE), "partly"),
        ((UNSURE, BAD), "not reproduced"),
        ((BAD, GOOD), "not reproduced"),
    ],
)
def test_figure1_is_as_good_as_its_worst_number_of_classes(gaps, word):
    assert tables.figure1_verdict(figure1(*gaps)) == word


def test_figure1_table_shows_what_the_data_hold():
    first, second = tables.figure1(figure1(GOOD, BAD)).to_dict("records")
    assert first["classes"] == 2
    assert (first["SGD ends at"], first["Eq. (3) ends at"]) == ("1.30", "1.31")
    assert first["largest gap (%)"] == "1.0"
    assert first["95 % interval (%)"].replace("\u00a0", " ") == "0.5 – 2.0"
    assert (first["verdict"], second["verdict"]) == ("reproduced", "not reproduced")


def test_bounds_are_found_by_name_and_not_by_place():
    gap = figure1(GOOD)["gap"].sel(N3=2)
    assert tables.gap_of(gap.isel(bound=[2, 0, 1])) == tables.gap_of(gap)


@pytest.mark.parametrize(("end", "fits"), [(1.59, True), (FIGURE1_NEXT_TICK, False), (2.7, False)])
def test_a_curve_fits_the_axis_below_the_next_tick(end, fits):
    assert tables.fits_the_axis(xr.DataArray([end - 0.1, end + 0.1], dims="seed")) == fits


@pytest.mark.parametrize(
    ("kinds", "word"),
    [
        (["exponential", "exponential"], "reproduced"),
        (["exponential", "not suppressed"], "partly"),
        (["slower than exponential", "not suppressed"], "not reproduced"),
    ],
)
def test_suppression_counts_settings(kinds, word):
    assert tables.suppression_verdict(xr.Dataset({"kind": ("sigma", kinds)})) == word


@pytest.mark.parametrize(("share", "word"), [(0.6, "reproduced"), (0.61, "not reproduced")])
def test_share_is_judged_at_the_inputs_shown(share, word):
    data = with_limits(
        {"share": (("N1", "N3"), [[0.9, 0.9], [0.1, share]])},
        {"N1": [20, 100], "N3": [2, 20]},
        share=0.6,
        shown_N1=100,
    )
    assert tables.share_verdict(data) == word


@pytest.mark.parametrize(
    ("slope", "word"), [(1.04, "reproduced"), (0.94, "not reproduced"), (1.06, "not reproduced")]
)
def test_slope_is_judged_for_gradient_descent_alone(slope, word):
    values = [[[1.0, 1, 1], [1.5, 1, 2]], [[slope, 1, 1], [0.5, 0, 1]]]
    data = with_limits(
        {"slope": (("N3", "descent", "bound"), values)},
        {"N3": [2, 20], "descent": ["gradient descent", "mini-batch SGD"], "bound": list(BOUNDS)},
        slope_tolerance=0.05,
    )
    assert tables.slope_verdict(data) == word
