"""Tables and verdicts follow the data, and turn when the data do."""

import json

import numpy as np
import pytest
import xarray as xr

from mtlpaper import tables
from mtlpaper.experiments.labels import BOUNDS
from mtlpaper.published import FIGURE1_NEXT_TICK
from mtlpaper.settings import SETTINGS


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


# ---------------------------------------------------------------------------- benefits


def agreement_data(correlation: float, sign: float) -> xr.Dataset:
    statistics = ["correlation", "slope", "rmse", "sign", "n_clear", "n_cells"]
    row = [correlation, 1.0, 0.01, sign, 7, 9]
    values = np.tile(row, (3, 2, 1, 1))
    return with_limits(
        {"agreement": (("bound", "theory", "subset", "statistic"), values)},
        {
            "bound": list(BOUNDS),
            "theory": ["finite", "infinite"],
            "subset": ["all"],
            "statistic": statistics,
        },
        least_correlation=0.95,
        least_sign=0.95,
    )


@pytest.mark.parametrize(
    ("correlation", "sign", "word"),
    [
        (0.96, 0.96, "reproduced"),
        (0.95, 0.95, "reproduced"),
        (0.94, 0.96, "partly"),
        (0.96, 0.94, "partly"),
        (0.94, 0.94, "not reproduced"),
    ],
)
def test_the_theory_needs_both_correlation_and_signs(correlation, sign, word):
    data = agreement_data(correlation, sign)
    assert tables.agreement_verdict(data) == word
    first = tables.agreement(data).to_dict("records")[0]
    assert first["correlation"] == f"{correlation:.3f}"
    assert first["clear cells"] == "7 of 9"


def segments(*values: float) -> xr.DataArray:
    return xr.DataArray(
        [list(values), [0.0] * len(values), [1.0] * len(values)],
        dims=("bound", "cell"),
        coords={"bound": list(BOUNDS)},
    )


def test_ranges_are_those_of_the_estimates_and_not_of_the_intervals():
    (row,) = tables.axes({"Figure 2, left": segments(-0.02, 0.15)}).to_dict("records")
    assert row["published axis"] == "-0.03 to +0.18"
    assert row["our segments"] == "-0.020 to +0.150"


def test_effects_show_estimate_and_interval_of_each_group():
    effect = xr.DataArray(
        np.array([[[0.1], [-0.2]], [[0.05], [-0.3]], [[0.2], [-0.1]]]),
        dims=("bound", "S_A", "effect"),
        coords={"bound": list(BOUNDS), "S_A": [0.1, 10.0], "effect": ["gain"]},
    )
    assert tables.effects(effect, "S_A").to_dict("records") == [
        {"S_A": "0.1", "gain": "+0.100 (+0.050 to +0.200)"},
        {"S_A": "10", "gain": "-0.200 (-0.300 to -0.100)"},
    ]


def chosen(**changes: object) -> xr.Dataset:
    defaults = SETTINGS["depth"].preset("paper")
    fixes = {
        "size": defaults.N1,
        **{n: getattr(defaults, n) for n in ("s0", "sigma", "inputs", "bins", "n_high")},
        **{n: getattr(defaults, n) for n in ("activation", "scale")},
    }
    return xr.Dataset({f"chosen_{name}": value for name, value in (fixes | changes).items()})


def test_the_rule_is_held_against_the_defaults():
    assert tables.inferred_verdict(chosen()) == "reproduced"
    assert tables.inferred_verdict(chosen(s0=0.7)) == "partly"
    other = {"size": 7, "s0": 7.0, "sigma": 7.0, "inputs": "none", "bins": "none", "n_high": 7}
    assert (
        tables.inferred_verdict(chosen(**other, activation="none", scale=7.0)) == "not reproduced"
    )
