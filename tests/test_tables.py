"""Tables follow the data, and change when the data do."""

import json

import numpy as np
import pytest
import xarray as xr

from mtlpaper.chapters.common.aligned_tasks import tables as aligned_tables
from mtlpaper.chapters.common.labels import BOUNDS
from mtlpaper.chapters.common.two_tasks import tables as shared
from mtlpaper.chapters.common.two_tasks.sources import CLOSENESS
from mtlpaper.chapters.figure1 import tables as figure1_tables
from mtlpaper.chapters.interactions import tables as interactions_tables
from mtlpaper.chapters.label_rules import tables as label_rules_tables
from mtlpaper.chapters.table1 import tables as table1_tables
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


def test_agreement_with_published_benefits_is_told_for_each_model():
    row = {"correlation": 0.9, "slope": 2, "rmse": 0.01, "sign": np.nan, "n_clear": 0, "n_cells": 9}
    none = [np.nan] * len(row)
    data = xr.Dataset(
        {
            "agreement_published": (
                ("bound", "model", "subset", "statistic"),
                [[[[*row.values()], none], [none, none]]],
            )
        },
        {
            "bound": ["estimate"],
            "model": ["networks", "infinite"],
            "subset": ["all", "100"],
            "statistic": [*row],
        },
    )
    told = interactions_tables.agreement_published(data).to_dict("records")
    assert [(one["model"], one["cells"]) for one in told] == [
        ("our networks", "all"),
        ("our networks", "100"),
        ("infinite-data flow (T 6)", "all"),
        ("infinite-data flow (T 6)", "100"),
    ]
    assert (told[0]["correlation"], told[0]["slope"]) == ("0.900", "2.000")
    assert (told[0]["right sign (%)"], told[0]["clear cells"]) == ("–", "0 of 9")
    assert set(list(told[1].values())[2:]) == {"–"}  # without published cells


def test_losses_are_differences_from_the_published_ones():
    axes = {"n_train": [100, 200], "S_A": [0.631, 10.0]}
    ours = xr.DataArray([[1.0, 2.0], [3.0, 4.0]], axes)
    bounds = xr.concat([ours, ours - 9, ours + 9], "bound").assign_coords(bound=list(BOUNDS))
    theirs = xr.DataArray([[1.25, 1.5], [3.0, np.nan]], axes)
    data = xr.Dataset({"L_single": bounds, "L_published": theirs})
    assert interactions_tables.losses(data).to_dict("records") == [
        {"training points": 100, "S_A = 0.631": "-0.250", "S_A = 10": "0.500"},
        {"training points": 200, "S_A = 0.631": "0.000", "S_A = 10": "–"},
    ]


#: The sources of a number, and their names in tables.
NAMES = {
    "published": "the authors' rows",
    "ours": "our networks",
    "text": "our networks, by the text",
}


def test_ranges_are_those_of_the_estimates_and_not_of_the_intervals():
    estimate = np.array([[-0.02, 0.15], [-0.03, 0.125], [0.25, 0.5]])
    segments = xr.DataArray(
        [estimate, estimate - 9, estimate + 9],
        {"bound": list(BOUNDS), "source": list(NAMES)},
        ("bound", "source", "cell"),
    )
    assert shared.axes({"Figure 2, left": segments}).to_dict("records") == [
        {
            "panel": "Figure 2, left",
            "published axis": "-0.03 to +0.18",
            "the authors' rows": "-0.020 to +0.150",
            "our networks": "-0.030 to +0.125",
            "our networks, by the text": "+0.250 to +0.500",
        }
    ]


def test_effects_show_estimate_and_interval_of_each_group_and_source():
    estimate = np.array([[[0.1], [-0.2]], [[0.3], [-0.4]], [[np.nan], [0.5]]])
    effect = xr.DataArray(
        [estimate, estimate - 0.05, estimate + 0.1],
        {"bound": list(BOUNDS), "source": list(NAMES), "S_A": [0.1, 10.0], "effect": ["gain"]},
    )
    told = ["+0.100 (+0.050 to +0.200)", "+0.300 (+0.250 to +0.400)", "–"]
    told += ["-0.200 (-0.250 to -0.100)", "-0.400 (-0.450 to -0.300)", "+0.500 (+0.450 to +0.600)"]
    groups = ["0.1"] * 3 + ["10"] * 3
    names = list(NAMES.values()) * 2
    assert shared.effects(effect, "S_A").to_dict("records") == [
        {"S_A": group, "source": name, "gain": gain}
        for group, name, gain in zip(groups, names, told, strict=True)
    ]


def test_closeness_is_told_for_each_setting():
    close = xr.DataArray(
        [[90, 0.98765, 1.125, 0.01234, 2.5, 0.25], [90, 0.5, 0.75, 0.1, 30.0, 1.0]],
        {"setting": ["ours", "text"], "closeness": list(CLOSENESS)},
    )
    assert shared.closeness(close).to_dict("records") == [
        {
            "source": "our networks",
            "cells": "90",
            "correlation": "0.988",
            "slope": "1.12",
            "rms difference (nats)": "0.0123",
            "chi squared a cell": "2.50",
            "more than 2 standard errors apart": "25%",
        },
        {
            "source": "our networks, by the text",
            "cells": "90",
            "correlation": "0.500",
            "slope": "0.75",
            "rms difference (nats)": "0.1000",
            "chi squared a cell": "30.00",
            "more than 2 standard errors apart": "100%",
        },
    ]


def test_minima_are_told_of_all_networks_and_our_largest_benefit():
    estimate = np.array([[9.0], [-0.25], [0.125]])
    data = xr.Dataset(
        {
            "share": (("setting", "place"), [[0.25, 0.75], [0.75, 0.25]]),
            "n_networks": ("setting", [40, 40]),
            "MT": (("bound", "source", "cell"), [estimate, estimate - 1, estimate + 1]),
            "test_error": ("cell", [0.0125]),
        },
        {"place": ["at the start", "interior"], "bound": list(BOUNDS), "source": list(NAMES)},
    )
    assert shared.minima(data).to_dict("records") == [
        {
            "networks": 80,
            "at the start (%)": "50.0",
            "interior (%)": "50.0",
            "test error, 95th percentile": "0.0125",
            "largest |MT|": "0.250",
        }
    ]


def test_cells_of_clean_tasks_are_counted_by_their_whole_interval():
    """Two relatednesses: one harms in one cell and cannot be told in another, one helps in both."""
    axes = {"bound": list(BOUNDS), "S_A": [0.1, 10.0], "S_B": [0.1, 1.0, 10.0], "r_AB": [0.0, 1.0]}
    MT = xr.DataArray(np.full((3, 2, 3, 2), -9.0), axes)  # noisy tasks do not count
    clean = {"S_A": 10.0, "S_B": [1.0, 10.0]}
    estimate = np.array([[-0.2, 0.1], [-0.1, 0.3]])
    half = np.array([[0.1, 0.05], [0.2, 0.05]])
    for bound, sign in zip(BOUNDS, (0, -1, 1), strict=True):
        MT.loc[{"bound": bound, **clean}] = estimate + sign * half
    told = interactions_tables.by_relatedness(xr.Dataset({"MT": MT})).to_dict("records")
    counts = [(one["cells"], one["help"], one["harm"], one["cannot tell"]) for one in told]
    assert counts == [(2, 0, 1, 1), (2, 2, 0, 0)]
    assert [one["mean benefit (nats)"] for one in told] == ["-0.150", "+0.200"]


def test_help_starts_where_no_level_above_lacks_it():
    levels = [0.0, 0.25, 0.5, 0.75, 1.0]
    estimate = np.array([[-1.0, -0.5, 0.1, 0.5, 1.0], [0.0, -1.0, 1.0, 0.0, 1.0]])
    MT = np.stack([estimate, estimate - 0.2, estimate + 0.2])[:, None, None]
    axes = {"bound": list(BOUNDS), "n_train": [100], "S_A": [10.0], "S_B": [1.0, 10.0]}
    told = table1_tables.starts(xr.Dataset({"MT": xr.DataArray(MT, axes | {"r_AB": levels})}))
    assert list(told["harms up to r_AB"]) == ["0.25", "–"]
    assert list(told["helps from r_AB"]) == ["0.75", "1"]
    assert told["benefit of the most related (nats)"][0] == "+1.000 (+0.800 to +1.200)"
