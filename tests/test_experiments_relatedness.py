"""Relatedness beyond one number: the design, the fits, and a ranking that finds planted laws."""

import numpy as np
import pytest
import xarray as xr

from mtlpaper.benefit import TheoryUnit, solve
from mtlpaper.chapters.relatedness import laws, tables
from mtlpaper.chapters.relatedness.experiment import unit_of
from mtlpaper.chapters.relatedness.families import (
    FAMILIES,
    auxiliary_tasks,
    graded,
    main_tasks,
    other_ranks,
)
from mtlpaper.chapters.relatedness.ranking import FITS, FLOW, rank_candidates
from mtlpaper.companion import experiments
from mtlpaper.companion.parameters import ParameterError
from mtlpaper.companion.registry import settings
from mtlpaper.overlaps import PairedTeachers, noisy_overlaps, overlaps

PARAMS = settings("relatedness").preset("paper")
TINY = {
    "N1": 12,
    "N2": 12,
    "N3": 4,
    "rank": 3,
    "S_A": [2.0],
    "S_B": [0.5, 10.0],
    "r_AB": [0.0, 1.0],
    "n_train": [20, 30],
    "n_seeds": 2,
    "n_test": 64,
    "t_max": 30.0,
    "learning_rate": 10.0,
    "n_points": 64,
}

# ---------------------------------------------------------------------------------- the design


def test_main_tasks():
    mains = main_tasks(PARAMS)
    assert [main.name for main in mains] == [
        "flat, S_A = 1",
        "flat, S_A = 10",
        "graded, S_A = 10",
        "half rank, S_A = 10",
    ]
    assert [len(main.S) for main in mains] == [10, 10, 10, 5]
    # Rounding of a power and a root.
    assert mains[2].S[0] == pytest.approx(PARAMS.spread * mains[2].S[-1], rel=1e-12)
    assert list(mains[2].S) == sorted(mains[2].S, reverse=True)
    for main, S_A in zip(mains, (1, 10, 10, 10), strict=True):
        assert np.sqrt(np.mean(np.square(main.S))) == pytest.approx(S_A, rel=1e-12)


@pytest.mark.parametrize("place", range(4))
def test_auxiliary_tasks_fit_beside_their_main_task(place):
    main = main_tasks(PARAMS)[place]
    tasks = auxiliary_tasks(PARAMS, main)
    names = [(task.name, task.scale) for task in tasks]
    assert len(set(names)) == len(tasks) == 52
    assert set(dict.fromkeys(task.family for task in tasks)) == set(FAMILIES)
    for task in tasks:
        assert len(task.r) == min(len(main.S), len(task.S))
        assert 0 <= min(task.r) <= max(task.r) <= 1
        assert np.sqrt(np.mean(np.square(task.S))) == pytest.approx(task.scale, rel=1e-12)
        # Of another rank there, and only there.
        assert (len(task.S) != len(main.S)) == (task.family == "another rank")
        assert (len(set(task.S)) > 1) == (task.family == "unequal singular values")
    first = auxiliary_tasks(PARAMS, main_tasks(PARAMS)[0])
    assert names == [(task.name, task.scale) for task in first]


def test_unequal_angles_share_their_mean_or_mean_square_with_equal_ones():
    tasks = {task.name: np.array(task.r) for task in auxiliary_tasks(PARAMS, main_tasks(PARAMS)[0])}
    assert [tasks[name].mean() for name in ("r = 0.5", "strong half", "falling")] == [0.5] * 3
    assert np.mean(tasks["half at 45 degrees"] ** 2) == pytest.approx(
        np.mean(tasks["r = 0.5"] ** 2)
    )
    assert tasks["one"].sum() == 1
    assert np.array_equal(tasks["rising"], tasks["falling"][::-1])


def test_no_design_has_the_same_task_twice():
    """A family left out must not sit among the others."""
    for main in main_tasks(PARAMS):
        tasks = auxiliary_tasks(PARAMS, main)
        assert len({(task.S, task.r) for task in tasks}) == len(tasks)


def test_other_ranks_leave_out_the_main_tasks_own():
    assert other_ranks(10, 10) == [1, 5, 9]
    assert other_ranks(5, 10) == [1, 6, 10]
    assert other_ranks(1, 2) == [2]
    assert graded(1, 3.0, 10.0) == (3.0,)


def test_angles_need_room_beside_the_main_task():
    with pytest.raises(ParameterError, match=r"`rank` must be at most N1 / 2 = 5 for any angle"):
        settings("relatedness").preset("paper", N1=10, rank=6, r_AB=[1.0])


# ------------------------------------------------------------------------------------- the fits

FAMILY = ["a", "a", "b", "b", "b", "c"]
X = np.array([0.0, 1.0, 0.3, 0.6, 0.6, 0.9])


def test_a_line_is_found_from_the_other_families():
    y = np.stack([2 * X - 1, 3 - X])
    assert np.allclose(laws.left_out(laws.line, X, y, FAMILY), y, atol=1e-14)  # rounding
    intercept, slope = laws.coefficients(X, y)
    assert np.allclose([intercept, slope], [[-1, 3], [2, -1]], atol=1e-14)


def test_an_increasing_function_is_found_between_what_was_seen():
    inside = np.array([False, False, True, True, True, False])
    y = X**3  # straight between 0, 0.9 and 1, of which the family b has seen these
    seen = laws.left_out(laws.monotone, X, y, FAMILY)
    expected = np.interp(X[inside], [0.0, 0.9, 1.0], [0.0, 0.9**3, 1.0])
    assert np.allclose(seen[inside], expected, atol=1e-14)
    # Falling data leave a constant: their mean over the two other families.
    falling = laws.left_out(laws.monotone, X, -X, FAMILY)
    assert np.allclose(falling[inside], -np.mean(X[~inside]), atol=1e-14)
    # Beyond what was seen it stays where it is.
    assert laws.monotone(np.array([0.0, 1.0]), np.array([0.0, 2.0]), np.array([3.0])) == [2.0]


@pytest.mark.parametrize("fit", [laws.line, laws.monotone])
def test_a_family_does_not_see_itself(fit):
    y = np.random.default_rng(0).random(6)
    before = laws.left_out(fit, X, y, FAMILY)
    changed = y + 5 * (np.array(FAMILY) == "b")
    after = laws.left_out(fit, X, changed, FAMILY)
    inside = np.array(FAMILY) == "b"
    assert np.array_equal(before[inside], after[inside])
    assert not np.array_equal(before[~inside], after[~inside])  # negative control


def test_a_constant_candidate_predicts_the_mean():
    y = np.array([1.0, 2.0, 3.0])
    assert np.allclose(laws.line(np.full(3, 0.1), y, np.array([0.1, 7.0])), 2.0, atol=1e-14)
    assert np.isnan(laws.crossing(np.full(3, 0.1), y - 2))


def test_the_sign_changes_where_an_increasing_function_does():
    """A curve that is flat and then rises: its zero, which a line through it misses by far."""
    x = np.linspace(0, 1, 21)
    y = np.maximum(x - 0.5, 0) - 0.11  # zero at 0.61, between two tasks
    assert laws.crossing(x, y) == pytest.approx(0.61, abs=1e-12)
    intercept, slope = laws.coefficients(x, y)
    assert abs(-intercept / slope - 0.61) > 0.05
    assert np.isnan(laws.crossing(np.stack([x, x]), np.stack([y - 1, y + 1]))).all()


def test_the_sign_changes_as_by_isotonic_regression():
    rng = np.random.default_rng(0)
    x = np.round(rng.random((100, 20)), 1)  # with equal values
    y = x - rng.random((100, 1)) + 0.5 * rng.standard_normal(x.shape)
    for one, benefit, found in zip(x, y, laws.crossing(x, y), strict=True):
        levels = np.unique(one)
        value = laws.monotone(one, benefit, levels)
        if value[0] < 0 < value[-1]:
            above = int(np.argmax(value > 0))
            ends = levels[above - 1 : above + 1]
            assert found == pytest.approx(np.interp(0, value[above - 1 : above + 1], ends))
        else:
            assert np.isnan(found)


def test_signs_count_where_they_are_clear():
    predicted, y = np.array([[1.0, -1.0, 1.0]]), np.array([[2.0, 2.0, -1.0]])
    assert laws.right_signs(predicted, y, np.array([True, True, False])) == [0.5]
    assert np.isnan(laws.right_signs(predicted, y, np.zeros(3, bool)))


# ---------------------------------------------------------------------------------- the ranking


def known(params) -> dict[str, np.ndarray]:
    mains = main_tasks(params)
    rows = []
    for main in mains:
        pairs = [
            PairedTeachers(np.array(main.S), np.array(task.S), np.array(task.r))
            for task in auxiliary_tasks(params, main)
        ]
        rows.append([overlaps(p) | noisy_overlaps(p, params.N1, params.N3, 0.5) for p in pairs])
    shape = (len(params.n_train), len(mains), len(rows[0]))
    return {
        name: np.broadcast_to([[cell[name] for cell in row] for row in rows], shape)
        for name in rows[0][0]
    }


def planted(law: str, noise: float = 0.002, scatter: float = 0.0) -> tuple[xr.Dataset, dict]:
    """Benefits that are 0.2 times a candidate minus 0.06, with other noise in every dataset."""
    candidates, rng = known(PARAMS), np.random.default_rng(0)
    law_of = 0.2 * candidates[law] - 0.06 + scatter * rng.standard_normal(candidates[law].shape)
    shape = (5, *law_of.shape)
    tasks = auxiliary_tasks(PARAMS, main_tasks(PARAMS)[0])
    cells = ("n_train", "main", "auxiliary")
    data = xr.Dataset(
        {
            "benefit": (("seed", *cells), law_of + noise * rng.standard_normal(shape)),
            "benefit_theory": (("seed", *cells), rng.standard_normal(shape)),
            "clear": (cells, np.abs(law_of) > 0.01),
        },
        {
            "family": ("auxiliary", [task.family for task in tasks]),
            "S_B": ("S_B", list(PARAMS.S_B)),
        },
    )
    return data, candidates


@pytest.mark.parametrize("law", ["mean r", "B's energy", "trunks", "noisy subspaces"])
def test_a_planted_law_is_found(law):
    seen = rank_candidates(*planted(law))
    assert seen["best"].item() == law
    assert float(seen["best_share"]) == 1
    cell = seen.sel(candidate=law)
    # The mean of five datasets' noise, 0.002 / sqrt 5, and a little for the line's own error.
    assert float(cell["law_error"].sel(bound="estimate")) == pytest.approx(0.0009, rel=0.2)
    assert float(cell["law_sign"].sel(bound="estimate")) == 1
    # Straight between the two tasks around 0.3; their noise, 0.0009, is a share of the step there.
    assert np.allclose(cell["crossing"].sel(bound="estimate"), 0.3, atol=0.02)
    others = seen["law_error"].sel(bound="estimate").drop_sel(candidate=law)
    assert float(others.min()) > 0.005
    # Clearly better than the mean relatedness, unless it is that.
    difference = float(cell["law_difference"].sel(bound="high"))
    assert difference == 0 if law == "mean r" else difference < 0


def test_benefits_that_follow_nothing_leave_every_candidate_at_the_null_error():
    data, candidates = planted("trunks")
    rng = np.random.default_rng(1)
    data["benefit"] = data["benefit"].copy(data=0.05 * rng.standard_normal((5, 2, 4, 52)))
    seen = rank_candidates(data, candidates).sel(bound="estimate")
    # A line that is fitted to noise errs a little more than a constant.
    assert np.all(seen["law_error"] > 0.97 * seen["null_error"])
    assert np.isnan(rank_candidates(data, candidates)["crossing"]).mean() > 0.7


def test_a_candidate_among_equals_is_not_sure():
    """With as much scatter as effect, resamples may disagree, and intervals overlap."""
    sharp, blurred = (rank_candidates(*planted("trunks", noise=noise)) for noise in (0.002, 0.2))
    width = [
        float(d["law_error"].sel(candidate="trunks", bound="high"))
        - float(d["law_error"].sel(candidate="trunks", bound="low"))
        for d in (sharp, blurred)
    ]
    assert width[1] > 10 * width[0]
    assert float(blurred["best_share"]) < 1


def test_estimates_lie_in_their_intervals_and_families_make_up_the_error():
    seen = rank_candidates(*planted("trunks", scatter=0.02))
    low, high = (seen["law_error"].sel(bound=bound) for bound in ("low", "high"))
    estimate = seen["law_error"].sel(bound="estimate")
    assert np.all((low <= estimate) & (estimate <= high))
    assert np.array_equal(seen["fit_error"].sel(fit=FITS[0]), estimate)
    sizes = [5 + 0, 6, 9, 6]
    by_family = (seen["family_error"].sel(bound="estimate") ** 2).transpose("candidate", "left_out")
    assert np.allclose(np.sqrt(by_family.values @ sizes / sum(sizes)), estimate, rtol=1e-12)


# ------------------------------------------------------------------------------------- the whole


@pytest.fixture(scope="module")
def tiny() -> xr.Dataset:
    return experiments.compute(settings("relatedness").preset("paper", **TINY))


def test_what_comes_out(tiny):
    cells = (2, 3, tiny.sizes["auxiliary"])
    assert tiny["benefit"].shape == tiny["benefit_theory"].shape == (2, *cells)
    assert tiny["predictor"].shape == (tiny.sizes["candidate"], *cells)
    assert int(tiny["n_networks"]) == 2 * 2 * 3 * (1 + cells[2])
    assert tiny["candidate"].values[-1] == FLOW
    theory = tiny["predictor"].sel(candidate=FLOW)
    assert np.allclose(theory, tiny["benefit_theory"].mean("seed"), rtol=1e-12)
    assert tiny["best"].item() != FLOW
    assert set(tiny["family"].values) == set(FAMILIES)


def test_benefits_are_those_of_their_units(tiny):
    params = settings("relatedness").preset("paper", **TINY)
    unit = unit_of(params, 30, main_tasks(params)[2], 1)
    at = {"seed": 1, "n_train": 30, "main": tiny["main"].values[2]}
    for name, one in (("benefit", unit), ("benefit_theory", TheoryUnit(unit, "finite", 64))):
        loss = solve(one)["loss"].mean(axis=1)
        # Means over groups and differences of networks in another order.
        assert np.allclose(tiny[name].sel(at), loss[0] - loss[1:], rtol=0, atol=1e-14)
        # Negative control: another main task has other benefits.
        other = tiny[name].sel(at | {"main": tiny["main"].values[1]})
        assert not np.allclose(other, loss[0] - loss[1:], rtol=0, atol=1e-6)


def test_every_number_follows_from_the_losses(tiny):
    loss = tiny["loss"].transpose("seed", "n_train", "main", "net", "group").values
    pairs = loss[..., :1, :] - loss[..., 1:, :]
    error = pairs.std(axis=-1, ddof=1) / 2  # four groups
    assert np.allclose(tiny["test_error"], error, rtol=1e-12)
    single = loss[..., 0, :].mean(axis=(0, -1))
    assert np.allclose(tiny["L_single"].sel(bound="estimate"), single, rtol=1e-12)
    assert tiny["net"].values.tolist() == ["alone", *tiny["auxiliary"].values]
    MT = tiny["MT"]
    clear = (MT.sel(bound="low") > 0) | (MT.sel(bound="high") < 0)
    assert np.array_equal(tiny["clear"], clear)
    assert 0 < clear.mean() < 1


def test_candidates_are_the_overlaps_of_their_tasks(tiny):
    params = settings("relatedness").preset("paper", **TINY)
    main = main_tasks(params)[1]
    for i, task in enumerate(auxiliary_tasks(params, main)):
        p = PairedTeachers(np.array(main.S), np.array(task.S), np.array(task.r))
        expected = overlaps(p) | noisy_overlaps(p, params.N1, params.N3, params.sigma)
        seen = tiny["predictor"].sel(candidate=list(expected)).isel(n_train=1, main=1, auxiliary=i)
        assert np.array_equal(seen, list(expected.values()))
        assert tiny["auxiliary"].values[i] == f"{task.name}, S_B = {task.scale:g}"
        assert int(tiny["rank_B"][1, i]) == len(task.S)


def test_tables(tiny):
    ranking = tables.ranking(tiny)
    assert len(ranking) == tiny.sizes["candidate"]
    errors = [float(text.split(" ")[0]) for text in ranking["error (mnat)"]]
    assert errors == sorted(errors)
    crossings = tables.crossings(tiny)
    assert len(crossings) == 2 * 3 * 2
    assert list(crossings.columns[-2:]) == [tiny["best"].item(), "mean r"]
