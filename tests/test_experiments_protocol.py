"""Flags of the authors' protocol: worlds, covariances, and how close another repetition is."""

import numpy as np
import pytest
import xarray as xr
from scipy.stats import t as student_t
from tiny import data_of

from mtlpaper.chapters.protocol.experiment import (
    _PARTS,
    another,
    covariance,
    in_world,
    measure,
    on_many_points,
)
from mtlpaper.chapters.protocol.numbers import numbers, verdict
from mtlpaper.chapters.protocol.parameters import Flags
from mtlpaper.companion.parameters import ParameterError
from mtlpaper.documents.lee2019 import published

QUICK = Flags.preset("quick")


@pytest.fixture(scope="module")
def grids():
    return list(measure(QUICK, xr.Dataset()))


def units(grid):
    return {tuple(cell.labels.values()): cell.unit for cell in grid.cells()}


def test_every_setting_changes_what_it_names_and_nothing_of_the_world():
    nominal = QUICK.at("nominal")
    assert nominal == QUICK
    seen = set()
    for name, changes in QUICK.settings.items():
        params = QUICK.at(name)
        changed = {key for key in changes if getattr(params, key) != getattr(QUICK, key)}
        assert changed == set(changes)
        unit = on_many_points(params, 100, 10.0, world=1, subset=0)
        problem = unit.problem
        assert (problem.seed, problem.replicate) == (QUICK.seed + 2, 0)
        assert (problem.pool, problem.test_set) == (QUICK.pool, QUICK.test_set // 2 * _PARTS)
        seen.add(unit)
    assert len(seen) == len(QUICK.settings)


@pytest.mark.parametrize("name", ["pool", "test_set"])
def test_a_world_has_a_pool_and_a_test_set(name):
    with pytest.raises(ParameterError, match=f"`{name}` must be"):
        Flags.preset("quick", **{name: 0})


def test_subsets_share_a_world_and_teachers_of_the_mean_are_in_none(grids):
    subsets = [in_world(QUICK, 100, 10.0, world=0, subset=k) for k in (0, 1)]
    assert {unit.problem.seed for unit in subsets} == {QUICK.seed + 1}
    assert [unit.problem.replicate for unit in subsets] == [0, 1]
    expected = units(grids[3]).values()
    assert {(unit.problem.pool, unit.problem.test_set) for unit in expected} == {(0, 0)}
    worlds = {unit.problem.seed for grid in grids[:3] for unit in units(grid).values()}
    assert worlds.isdisjoint({unit.problem.seed for unit in expected})


def test_the_first_subset_at_the_nominal_flags_is_that_of_the_settings():
    data = data_of("protocol")
    first = data["loss_subset"].isel(subset=0, drop=True)
    nominal = data["loss_setting"].sel(setting="nominal", drop=True)
    xr.testing.assert_equal(first, nominal.transpose(*first.dims))


def test_covariance_is_that_of_worlds_and_of_small_test_sets():
    """Values with known parts: shifts of a world, common and own, and noise of test sets."""
    rng = np.random.default_rng(0)
    worlds, parts, n = 4000, 8, 4
    common, own, test = 0.3, 0.2, 0.5
    losses = rng.normal(size=(worlds, 1, 1)) * common * np.array([1.0, 1.0, 0.0, 0.0])
    values = (
        losses + own * rng.normal(size=(worlds, 1, n)) + test * rng.normal(size=(worlds, parts, n))
    )
    # The mean over the parts of a world keeps an eighth of the variance of one part.
    between = (own**2 + test**2 / parts) * np.eye(n)
    between[:2, :2] += common**2
    for size in (1, 2, 8):
        exact = between + test**2 / size * np.eye(n)
        # Five standard errors of the largest variance, which are 0.3 * sqrt(2 / worlds).
        np.testing.assert_allclose(covariance(values, 2, size), exact, atol=0.015)


def test_few_worlds_still_give_a_covariance_that_can_be_inverted():
    values = np.random.default_rng(1).normal(size=(2, 32, 12))
    assert np.linalg.eigvalsh(covariance(values, 9)).min() > 0


def test_chi_squared_is_the_distance_of_the_published_means():
    """Recomputed from the dataset by explicit loops for the first setting's losses and benefits."""
    data = data_of("protocol")
    table = published.load("rank-10")
    S = float(data["S_A"][-1])

    def values(loss):
        alone = loss.isel(student=0)
        losses = [float(alone.sel(n_train=n, S_A=s)) for n in data["n_train"] for s in data["S_A"]]
        at = [loss.sel(n_train=n, S_A=S) for n in data["n_train"]]
        return [*losses, *(float(one[0] - one[k]) for one in at for k in (1, 2))]

    many = np.array(
        [
            [
                values(data["loss_subset"].isel(world=w, part=p).mean("subset"))
                for p in range(_PARTS)
            ]
            for w in range(data.sizes["world"])
        ]
    )
    cells = [(int(n), float(s)) for n in data["n_train"] for s in data["S_A"]]
    theirs = [float(table["L_single"].sel(n_train=n, S_A=s)) for n, s in cells]
    theirs += [
        float(table["MT"].sel(n_train=int(n), S_A=S, S_B=10.0, r_AB=r))
        for n in data["n_train"]
        for r in (0.0, 1.0)
    ]
    C = covariance(many, len(cells))
    for name in ("nominal", "70 inputs"):
        ours = values(data["loss_setting"].sel(setting=name).mean(["world", "part"]))
        apart = np.array(theirs) - ours
        found = float(data["chi2"].sel(setting=name))
        assert found == pytest.approx(apart @ np.linalg.solve(C, apart), rel=1e-9)
    assert int(data["n_values"]) == len(theirs)
    gap = data["log_likelihood"] - (data["chi2"].sel(setting="nominal") - data["chi2"]) / 2
    assert float(abs(gap).max()) == 0


def test_larger_test_sets_scatter_less_over_subsets():
    scatter = data_of("protocol")["scatter"].sel(bound="estimate").values
    assert (np.diff(scatter) < 0).all()


def test_another_world_lies_in_its_range_as_often_as_stated():
    """95 % of new ones within, and not within a range half as wide."""
    rng = np.random.default_rng(2)
    samples = rng.normal(1.5, 0.2, size=(7, 20_000))
    mean, low, high = another(samples[:-1])
    off = abs(samples[-1] - mean)
    np.testing.assert_allclose(high - mean, mean - low)
    # Three standard errors of a share of 20 000.
    assert np.mean(off < high - mean) == pytest.approx(0.95, abs=0.005)
    share = 2 * student_t.cdf(student_t.ppf(0.975, 5) / 2, 5) - 1
    assert np.mean(off < (high - mean) / 2) == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize(
    ("correlation", "rms", "words"),
    [
        (0.9, 0.01, "as close to our mean as"),
        (0.7, 0.01, "farther from our mean than"),
        (0.9, 0.03, "farther from our mean than"),
        (0.99, 0.01, "closer to our mean than"),
        (0.9, 0.001, "closer to our mean than"),
        (0.99, 0.03, "farther from our mean than"),
    ],
)
def test_the_verdict_follows_from_both_ranges(correlation, rms, words):
    labels = {"measure": ["correlation", "rms difference"]}
    ends = xr.DataArray(
        [[0.9, 0.01], [0.8, 0.005], [0.95, 0.02]],
        {"bound": ["estimate", "low", "high"], **labels},
        ["bound", "measure"],
    )
    theirs = xr.DataArray([correlation, rms], labels, ["measure"])
    assert verdict(xr.Dataset({"next_alike": ends, "published_alike": theirs})) == words


def test_numbers_name_the_settings_above_the_limit_and_count_closer_repetitions():
    data = data_of("protocol").copy()
    chi2 = xr.full_like(data["chi2"], 1.0)
    chi2[{"setting": 3}] = 1e3
    alike = data["alike"].copy(data=[[0.9, 0.02], [0.7, 0.01]])
    rows = data["published_alike"].copy(data=[0.8, 0.03])
    found = numbers(data.assign(chi2=chi2, alike=alike, published_alike=rows))
    assert (found["n_above"], found["above"]) == (1, "32 hidden units")
    assert found["n_closer"] == 1
