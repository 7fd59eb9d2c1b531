"""Numbers of the prose: plain, finite, and what the data say."""

import json
import math

import numpy as np
import pytest
import xarray as xr
from tiny import data_of

from mtlpaper.chapters.common.numbers import significant
from mtlpaper.companion.registry import chapters

BOUNDS = ["estimate", "low", "high"]
RELATED, UNRELATED, NOISY = "related, high S_B", "unrelated, high S_B", "unrelated, low S_B"


def array(values: list, **labels: list) -> xr.DataArray:
    return xr.DataArray(values, labels, list(labels))


def exact(values: list, **labels: list) -> xr.DataArray:
    """Estimates, with intervals that must not matter."""
    estimate = array(values, **labels)
    return xr.concat([estimate, estimate - 99, estimate + 99], "bound").assign_coords(bound=BOUNDS)


def numbers_of(name: str, parameters: dict | None = None, **variables: object) -> dict:
    data = xr.Dataset(variables, attrs={"parameters": json.dumps(parameters or {})})
    return chapters()[name].numbers(data)


#: Half of the minima lie at the start, a tenth at the end, of 7 networks in two cells.
MINIMA = {
    "share": array([[0.4, 0.6], [0.1, 0.1]], place=["at the start", "at the end"], cell=[0, 1]),
    "n_networks": array([3, 4], cell=[0, 1]),
}
CLOSE = {"cells": 4, "correlation": 0.9, "slope": 0.5, "rms": 0.01}
#: What concerns our settings; the text's are others.
BY_SETTING = {
    name: xr.concat([of, of + 1], "setting").assign_coords(setting=["ours", "text"])
    for name, of in {**MINIMA, "close": array([*CLOSE.values()], closeness=[*CLOSE])}.items()
}
TOLD = {"at_start_percent": 50.0, "at_end_percent": 10.0, "n_networks": 7}


@pytest.mark.parametrize("name", chapters())
def test_every_chapter_gives_plain_and_finite_numbers(name):
    found = chapters()[name].numbers(data_of(name))
    assert found
    for value in found.values():
        assert type(value) in (int, float, str)
        assert not isinstance(value, float) or math.isfinite(value)


@pytest.mark.parametrize(
    ("value", "digits", "rounded"),
    [(0.0451, 1, 0.05), (-123.4, 2, -120.0), (99.96, 3, 100.0), (0.0, 1, 0.0)],
)
def test_a_number_keeps_its_first_digits(value, digits, rounded):
    assert significant(value, digits) == rounded


def by_source(published: list, ours: list, **labels: list) -> xr.DataArray:
    """What the two sources of the prose say, and a third which must not matter."""
    text = (99 - np.array(ours)).tolist()
    return exact([published, ours, text], source=["published", "ours", "text"], **labels)


def test_figure2_tells_the_ends_and_the_best_of_both_panels():
    effects = {"effect": [RELATED, NOISY, UNRELATED]}
    left = by_source(
        [[0.5, 7.0, -7.0], [0.6, 8.0, -8.0], [0.9, 9.0, -9.0]],
        [[0.1, 1.0, -1.0], [0.3, 2.0, -2.0], [0.2, 3.0, -3.0]],
        S_A=[0.1, 1.0, 10.0],
        **effects,
    )
    right = by_source(
        [[0.75], [0.125], [0.375]],
        [[0.0], [0.5], [0.25]],
        n_right=[100, 400, 800],
        effect=[RELATED],
    )
    settings = {"setting": ["ours", "text"]}
    close = array(
        [[90.0, 0.75, 0.0125], [90.0, 0.5, 0.5]],
        **settings,
        closeness=["cells", "correlation", "rms"],
    )
    minima = {name: xr.concat([of, 7 * of], "setting") for name, of in MINIMA.items()}
    found = numbers_of(
        "figure2",
        MT_left=by_source([9.0, -9.0], [-0.5, 0.75], line=[0, 1]),
        MT_right=by_source([9.0, -9.0], [0.25, 0.0], line=[0, 1]),
        effect_left=left,
        effect_right=right,
        close=close,
        **{name: of.assign_coords(settings) for name, of in minima.items()},
    )
    assert found == pytest.approx(
        {
            "left_low": -0.5,
            "left_high": 0.75,
            "right_low": 0.0,
            "right_high": 0.25,
            "S_A_first": 0.1,
            "related_first": 0.1,
            "S_A_last": 10.0,
            "related_last": 0.2,
            "S_A_best": 1.0,
            "related_best": 0.3,
            "unrelated_low": 2.0,
            "unrelated_high": -2.0,
            "N_first": 100,
            "at_N_first": 0.0,
            "N_last": 800,
            "at_N_last": 0.25,
            "N_best": 400,
            "at_N_best": 0.5,
            # The authors' at the same ends, and where ours are best.
            "published_related_first": 0.5,
            "published_related_last": 0.9,
            "published_related_best": 0.6,
            "published_unrelated_low": 8.0,
            "published_unrelated_high": -8.0,
            "published_at_N_first": 0.75,
            "published_at_N_last": 0.375,
            "published_at_N_best": 0.125,
            "cells": 90,
            "correlation": 0.75,
            "rms": 0.0125,
            **TOLD,
        }
    )


def test_rank_three_tells_the_best_related_and_the_worst_unrelated_task_of_every_source():
    values = [[[0.1, -0.1], [0.2, -0.3]], [[0.4, 0.0], [0.3, -0.2]]]
    effect = exact(
        values, source=["published", "ours"], n_train=[100, 400], effect=[RELATED, UNRELATED]
    )
    single = exact(
        [[[9.0, 9.0], [0.5, 9.0]], [[9.0, 9.0], [9.0, 9.0]]],
        source=["published", "ours"],
        n_train=[100, 400],
        S_A=[0.1, 1.0],
    )
    found = numbers_of("rank_three", effect_right=effect, L_single=single, **BY_SETTING)
    published = {"related_published": 0.2, "unrelated_published": -0.3}
    ours = {"related_ours": 0.4, "unrelated_ours": -0.2}
    losses = {"noisy_loss": 0.5, "guess_3": math.log(3), "guess_10": math.log(10), "N_last": 400}
    assert found == pytest.approx(published | ours | losses | CLOSE | TOLD)


def test_auxiliary_data_tell_the_ends_of_every_source():
    values = [[[0.1, -0.1], [9.0, 9.0], [0.2, -0.3]], [[0.4, 0.0], [9.0, 9.0], [0.3, -0.2]]]
    axes = {"n_aux": [100, 200, 400], "effect": [RELATED, UNRELATED]}
    effect = exact(values, source=["published", "ours"], **axes)
    found = numbers_of("auxiliary_data", {"n_train": 50}, effect_left=effect, **BY_SETTING)
    expected = {
        "related_first_published": 0.1,
        "unrelated_first_published": -0.1,
        "related_last_published": 0.2,
        "unrelated_last_published": -0.3,
        "related_first_ours": 0.4,
        "unrelated_first_ours": 0.0,
        "related_last_ours": 0.3,
        "unrelated_last_ours": -0.2,
    }
    sizes = {"n_train": 50, "n_aux_first": 100, "n_aux_last": 400}
    assert found == pytest.approx(expected | sizes | CLOSE | TOLD)


def test_interactions_tell_where_theory_is_farthest_off():
    axes = {"n_train": [100, 400], "S_A": [1.0], "S_B": [0.1, 10.0], "r_AB": [0.5]}
    cell = {"correlation": 0.9, "slope": 1.1, "rmse": 0.2, "sign": 0.75, "n_clear": 3, "n_cells": 4}
    found = numbers_of(
        "interactions",
        {"least_correlation": 0.95, "least_sign": 0.5, "n_cavity": 2},
        loss_gap=array(
            [[[0.0, -0.3], [0.1, 0.2]], [[0.0, 0.01], [-0.02, 0.0]]],
            finite_theory=["finite", "cavity"],
            n_train=[100, 400],
            S_clean=[1.0, 10.0],
        ),
        agreement_same=array(
            [[0.5, 0.25], [0.75, 0.125]],
            finite_theory=["finite", "cavity"],
            statistic=["correlation", "rmse"],
        ),
        MT=exact([[[[0.0], [0.1]]], [[[0.5], [0.0]]]], **axes),
        MT_theory=array([[[[0.1], [0.1]]], [[[0.25], [0.1]]]], **axes),
        agreement=exact([[[*cell.values()]]], theory=["finite"], subset=["all"], statistic=[*cell]),
        agreement_published=exact(
            [[[0.75, 0.125], [0.5, 0.25]]],
            model=["networks"],
            subset=["all", "clean tasks"],
            statistic=["correlation", "rmse"],
        ),
        MT_published=array([[[[0.0], [np.nan]]], [[[0.5], [0.0]]]], **axes),
        **MINIMA,
    )
    assert found["published_cells"] == 3
    assert (found["finite_loss_gap"], found["cavity_loss_gap"]) == (0.3, 0.02)
    assert (found["cavity_same_correlation"], found["cavity_same_rmse"]) == (0.75, 0.125)
    assert (found["published_networks_correlation"], found["published_networks_rmse"]) == (
        0.75,
        0.125,
    )
    assert found["published_networks_clean_correlation"] == 0.5
    assert found["published_networks_clean_rmse"] == 0.25
    assert (found["worst_gap"], found["worst_n_train"], found["worst_S_B"]) == (-0.25, 400, 0.1)
    assert (found["n_clear"], found["n_cells"], found["least_sign_percent"]) == (3, 4, 50)
    assert (found["finite_rmse"], found["finite_sign_percent"]) == (0.2, 75)


def test_table1_counts_clear_cells_and_right_signs():
    # clear and right, clear and wrong, on both sides of zero; then unclear, whatever theory says
    low, high = [-0.3, -0.3, -0.1, 0.1, 0.1], [-0.1, -0.1, 0.1, 0.3, 0.3]
    theory = [-0.2, 0.2, 0.1, 0.2, -0.2]
    labels = {"S_B": [10.0], "r_AB": [0.0, 0.25, 0.5, 0.75, 1.0]}
    MT = array([[[0.0] * 5], [low], [high]], bound=BOUNDS, **labels)
    found = numbers_of("table1", MT=MT, MT_theory=exact([theory], **labels))
    assert (found["n_clear"], found["n_right"]) == (4, 2)
    assert (found["harms"], found["helps"]) == (
        "harm up to a relatedness of 0.25",
        "help from 0.75 on",
    )
    found = numbers_of("table1", MT=0 * MT, MT_theory=exact([theory], **labels))
    assert (found["harms"], found["helps"]) == ("no harm", "no help")


def test_aligned_students_count_weak_cells_beyond_the_integration_s_error():
    axes = {"S_A": [1.0, 2.0, 3.0, 4.0], "S_B": [0.1, 10.0], "rho": [0.0, 0.3], "r_AB": [0.0, 0.1]}
    blank = array([[[[0.0] * 2] * 2] * 2] * 4, **axes)
    MT, difference = blank.copy(), blank.copy()
    weak = {"S_B": 10.0, "rho": 0.0, "r_AB": 0.1}
    MT.loc[weak] = [0.5, -0.25, 0.125, 9e-9]
    difference.loc[weak] = [1.0, -1.0, -1.0, -1.0]
    MT.loc[{"S_A": 2.0, "S_B": 0.1, "rho": 0.3, "r_AB": 0.0}] = -0.0456
    difference.loc[{"S_A": 2.0, "S_B": 0.1, "rho": 0.0, "r_AB": 0.0}] = -0.0123
    drawn = {"rho": [0.0], "kind": ["unrelated"], "end": ["largest"], "label_rule": ["soft"]}
    found = numbers_of(
        "aligned",
        {"weak": 0.1},
        MT=MT,
        s_difference=difference,
        benefit_drawn=exact([[[[1.0]]]], **drawn),
        flow_gap=exact([[0.25, 0.5]], label_rule=["soft"], cell=["S_B = 10", "S_B = 0.1"]),
    )
    assert found == {
        "soft_least_percent": 25.0,
        "soft_most_percent": 50.0,
        "soft_most": "S_B = 0.1",
        "largest_unrelated": 0.1,
        "weak_cells": 3,
        "weak_same_sign": 2,
        "related_most": 0.5,
        "drawn_soft_estimate": 1.0,
        "drawn_soft_low": -98.0,
        "drawn_soft_high": 100.0,
        "overlapping": -0.046,
    }


def test_bound_tells_means_over_sources_and_the_worst_of_them():
    rules = {"source": ["mode", "mean"], "label_rule": ["soft", "argmax"]}
    forms = ["Eq. (5) as printed", "general"]
    found = numbers_of(
        "bound",
        {"least_benefit": 0.001},
        MT=array([0.0] * 5, pair=[*range(5)]),
        violation=exact([[[0.5, 0.0]] * 2, [[0.25, 0.0]] * 2], **rules, form=forms),
        worst=array([[[9.0, -0.2], [9.0, 0.0123]]] * 2, **rules, form=forms),
        tightness=exact([[0.5, 0.1], [0.3, 0.246]], **rules),
    )
    assert found == {
        "printed_soft_percent": 37.5,
        "printed_argmax_percent": 37.5,
        "n_pairs": 5,
        "general_worst": 0.01,
        "tightness_soft": 0.4,
        "tightness_argmax": 0.17,
        "least_benefit": 0.001,
    }


def test_relatedness_looks_for_the_best_sign_among_overlaps_only():
    candidates = {"candidate": ["mean r", "cosine", "other", "flow (T 7b)"]}
    found = numbers_of(
        "relatedness",
        law_error=exact([0.03, 0.01, 0.02, 0.005], **candidates),
        law_sign=exact([0.5, 0.75, 0.87654, 1.0], **candidates),
        law_difference=exact([0.0, 0.004, 0.0, 0.0], **candidates),
        best="cosine",
        best_share=0.6,
        clear=array([[True, False, True]], main=["one"], auxiliary=[*"abc"]),
        null_error=exact(0.1),
        flow_error=exact(0.2),
        n_networks=12,
    )
    assert (found["best"], found["best_error"], found["best_sign_percent"]) == ("cosine", 10, 75)
    assert (found["best_of_signs"], found["best_of_signs_percent"]) == ("other", 87.7)
    assert (found["n_overlaps"], found["n_clear"], found["n_cells"]) == (3, 2, 3)
    assert found["difference"] == 4


def test_multiverse_counts_claims_by_what_the_settings_do_to_them():
    claims = {"claim": ["up-with-relatedness", "b", "c", "d"]}
    found = numbers_of(
        "multiverse",
        {"n_train": [100, 400]},
        share=exact([0.95, 0.05, 0.5, 0.5], **claims),
        decides=array(["none", "s0", "s0", "protocol"], **claims),
        importance=array(
            [[0.0] * 2, [0.5] * 2, [0.3] * 2, [0.1] * 2], **claims, factor=["s0", "protocol"]
        ),
        clear=array(
            [[False, False], [True, False], [True, False], [True, True]],
            **claims,
            factor=["s0", "protocol"],
        ),
        margin=array([[0.0, 0.0]] * 4, **claims, setting=[0, 1]),
        stated=array([True, False], setting=[0, 1]),
    )
    assert found == {
        "n_factors": 2,
        "n_settings": 2,
        "n_stated": 1,
        "n_enough": 400,
        "n_claims": 4,
        "n_always": 1,
        "n_never": 1,
        "n_depend": 1,
        "n_protocol": 1,
    }


def test_spectrum_counts_exponential_decays():
    kind = [["exponential", "slower than exponential"], ["not suppressed", "exponential"]]
    labels = {"sigma": [0.0, 0.5], "imbalance": [1.0], "N3": [2, 20]}
    found = numbers_of("spectrum", kind=array([[one] for one in kind], **labels))
    assert (found["n_exponential"], found["n_settings"]) == (2, 4)
    first, second = "sigma = 0, imbalance = 1, 2 classes", "sigma = 0.5, imbalance = 1, 20 classes"
    assert found["exponential"] == f"{first}; {second}"


def test_learning_rate_tells_the_error_of_the_smallest_step():
    descents, rates = ["gradient descent", "SGD"], [0.1, 0.05]
    found = numbers_of(
        "learning_rate",
        {"learning_rate": rates, "slope_tolerance": 0.05},
        slope=exact([[0.75, 1.125], [9.0, 9.0]], descent=descents, N3=[2, 20]),
        distance=array(
            [[[9.0], [0.5]], [[9.0], [9.0]]], descent=descents, learning_rate=rates, seed=[0]
        ),
        distance_eq3=array([[0.25, 0.75], [0.0, 0.0]], N3=[2, 20], seed=[0, 1]),
    )
    assert found == {
        "slope_off": 0.25,
        "slope_tolerance": 0.05,
        "smallest_rate": 0.05,
        "step_error_percent": 50.0,
        "data_error_percent": 50.0,
        "larger_error": "step",
    }
