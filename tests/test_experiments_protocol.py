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
from mtlpaper.chapters.protocol.joint import (
    RANGES,
    Emulator,
    of_settings,
    posterior,
    scaled,
    trials,
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
    expected = units(grids[4]).values()
    assert {(unit.problem.pool, unit.problem.test_set) for unit in expected} == {(0, 0)}
    worlds = {unit.problem.seed for grid in grids[:4] for unit in units(grid).values()}
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


# ------------------------------------------------------------------------------ all flags together


def test_trials_fill_the_ranges_and_change_nothing_else():
    found = trials(QUICK)
    z = np.array([scaled(params) for params in found])
    assert z.shape == (QUICK.n_trials, len(RANGES))
    # A Latin hypercube has one point in each of as many slices; sizes and epochs are rounded.
    slices = np.sort(np.floor((z + 1) / 2 * QUICK.n_trials + 0.5), axis=0)
    assert (abs(slices - np.arange(QUICK.n_trials)[:, None]) <= 1.5).all()
    flags = {"N1", "N2", "epochs", "noisy_train", "noisy_test", "sigma"}
    for params in found:
        changed = {k for k, v in params.plain().items() if v != QUICK.plain()[k]}
        assert changed <= flags
        assert params.noisy_train == params.noisy_test


@pytest.mark.parametrize("flag", RANGES, ids=lambda flag: flag.name)
def test_a_range_is_its_own_inverse(flag):
    ends = [flag.value(-1), flag.value(1)]
    assert ends == pytest.approx([flag.low, flag.high])
    for z in (-0.7, 0.0, 0.4):
        assert flag.low < flag.value(z) < flag.high
        assert flag.scaled(flag.value(z)) == pytest.approx(z)


def test_settings_that_change_one_flag_of_the_ranges_join_the_fit():
    kept = set(of_settings(QUICK))
    left = {"nominal", "no biases", "2 trunk layers", "clean test labels"}
    assert kept == set(QUICK.settings) - left


def test_sizes_are_weighed_by_other_data_too():
    emulator = Emulator(np.zeros(1), np.zeros((2, 2)), np.zeros(2), np.zeros(2))
    same = np.array([np.eye(2), np.eye(2)])
    found = posterior(emulator, np.zeros(2), same, np.log([1.0, 3.0]), 0)
    assert found.sizes == pytest.approx([0.25, 0.75])


def test_training_past_the_minimum_is_the_end_of_the_range():
    assert scaled(QUICK)[2] == 1
    assert scaled(QUICK.at("2000 epochs"))[2] == pytest.approx(RANGES[2].scaled(2.0))


def quadratic(z, origin, rng, values=3):
    linear = rng.normal(size=(z.shape[1], values))
    curved = rng.normal(size=(z.shape[1], z.shape[1], values))

    def f(at):
        return at @ linear + np.einsum("...i,...j,ijv->...v", at, at, curved)

    return f(z) - f(origin), lambda at: f(at) - f(origin)


def test_the_emulator_is_exact_for_a_quadratic_and_tells_its_error_otherwise():
    rng = np.random.default_rng(3)
    z, origin = rng.uniform(-1, 1, (64, 5)), rng.uniform(-0.5, 0.5, 5)
    change, exact = quadratic(z, origin, rng)
    emulator = Emulator.fitted(origin, z, change)
    assert np.allclose([emulator.scatter, emulator.error], 0, atol=1e-12)
    new = rng.uniform(-1, 1, (50, 5))
    assert np.allclose(emulator(new), exact(new), atol=1e-11)
    # With noise: the error at combinations that were left out, found by leaving each out.
    noisy = change + rng.normal(size=change.shape) * [0.1, 0.2, 0.3]
    left_out = []
    for k in range(len(z)):
        rest = np.arange(len(z)) != k
        left_out.append(noisy[k] - Emulator.fitted(origin, z[rest], noisy[rest])(z[k]))
    found = Emulator.fitted(origin, z, noisy)
    assert np.allclose(found.scatter, np.sqrt(np.mean(np.square(left_out), axis=0)))
    # The error of what was fitted, at the combinations, over many noises of the same size.
    off = []
    for _ in range(400):
        again = change + rng.normal(size=change.shape) * [0.1, 0.2, 0.3]
        off.append(Emulator.fitted(origin, z, again)(z) - change)
    expected = np.sqrt(np.mean(np.square(off), axis=(0, 1)))
    # Left-out errors are larger than the noise by some 1 / (1 - 20 / 64)^(1/2).
    assert found.error == pytest.approx(expected * np.sqrt(64 / 44), rel=0.25)
    with pytest.raises(ValueError, match="15 trials do not determine 20 coefficients"):
        Emulator.fitted(origin, z[:15], change[:15])


def test_the_posterior_of_a_linear_model_is_gaussian():
    """Two flags seen through known slopes; the third is not seen, and stays as before."""
    sd, slopes = np.array([0.05, 0.08]), np.array([[1.0, 0.0, 0.0], [0.5, 1.0, 0.0]])
    coefficients = np.zeros((3 + 6, 2))
    coefficients[:3] = slopes.T
    emulator = Emulator(np.zeros(3), coefficients, np.zeros(2), np.array([0.0, 0.03]))
    truth = np.array([0.2, -0.1])
    C = np.diag(sd**2 - emulator.error**2 * [0, 1])
    far = C + 1e4 * np.eye(2)  # a test set whose scatter the data do not show
    apart = slopes[:, :2] @ truth
    found = posterior(emulator, apart, np.array([C, far]), np.zeros(2), 0)
    exact = np.linalg.inv(slopes[:, :2].T @ np.diag(sd**-2) @ slopes[:, :2])
    assert found.quantiles[0][:2] == pytest.approx(truth, abs=0.005)
    # Some 3000 combinations carry the weight: quantiles within 3 % of a standard deviation, and
    # densities of 24 bins within 9 %, standard errors.
    width = np.diff(found.quantiles[1:], axis=0)[0]
    assert width[:2] == pytest.approx(2 * 1.96 * np.sqrt(np.diag(exact)), rel=0.05)
    assert width[2] == pytest.approx(1.9, abs=0.05)
    assert found.density[2] == pytest.approx(1, abs=0.25)
    r = exact[0, 1] / np.sqrt(exact[0, 0] * exact[1, 1])
    assert found.correlation[0, 1] == pytest.approx(r, abs=0.03)
    assert found.chi2 == pytest.approx(0, abs=0.01)
    assert found.chi2_origin == pytest.approx(np.sum((apart / sd) ** 2))
    assert found.sizes[0] > 0.99
    # (int w)^2 / int w^2 of a Gaussian in two dimensions, of a square of area 4.
    area = 4 * np.pi * np.sqrt(np.linalg.det(exact))
    assert found.n_effective == pytest.approx(2**18 * area / 4, rel=0.1)


def test_the_joint_fit_is_part_of_the_data():
    data = data_of("protocol")
    assert list(data["flag"].values) == [flag.name for flag in RANGES]
    low, high = data["ends"]
    assert bool(((data["fitted"] >= low) & (data["fitted"] <= high)).all())
    assert float(data["size_probability"].sum()) == pytest.approx(1)
    assert data["density"].mean("bin").values == pytest.approx(1)
