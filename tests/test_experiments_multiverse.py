"""The multiverse: its design, what it shows the claims, and which factor it blames."""

import numpy as np
import pytest
import xarray as xr
from tiny import TINY, data_of, params_of

from mtlpaper.chapters.common.two_tasks.segments import EFFECTS
from mtlpaper.chapters.multiverse import experiment as multiverse
from mtlpaper.chapters.multiverse import scanned, tables
from mtlpaper.chapters.multiverse.design import FACTORS, choices, levels_of, sobol_points
from mtlpaper.chapters.multiverse.importance import first_order_index, importance, wilson_interval
from mtlpaper.chapters.multiverse.scanned import scanned_unit
from mtlpaper.chapters.multiverse.views import views_of
from mtlpaper.companion.claims import all_claims
from mtlpaper.companion.parameters import ParameterError
from mtlpaper.companion.registry import settings
from mtlpaper.training import DivergenceError

PAPER = settings("multiverse").preset("paper")


def test_the_design_fills_every_factor_evenly():
    points = sobol_points(PAPER)
    assert points.shape == (128, len(FACTORS))
    for coordinate in points.T:  # a Sobol sequence puts one point into each of 128 intervals
        assert sorted((coordinate * 128).astype(int)) == list(range(128))
    counts = [np.bincount(row) for row in levels_of(PAPER, 4)]
    assert all(count.min() >= 128 // count.size - 1 for count in counts)
    assert all(count.max() <= 128 // count.size + 2 for count in counts)


def test_a_smaller_design_begins_a_larger_one():
    small = settings("multiverse").preset("paper", n_settings=16)
    assert choices(small) == choices(PAPER)[:16]


def test_choices_stay_within_what_is_declared():
    for choice in choices(PAPER):
        assert choice.N1 in PAPER.N1
        assert choice.N2 in (PAPER.N3, choice.N1, 2 * choice.N1)
        for name in ("s0", "sigma", "learning_rate"):
            low, high = getattr(PAPER, name)
            assert low <= getattr(choice, name) <= high


def test_a_factor_with_one_value_is_fixed():
    fixed = settings("multiverse").preset("paper", noise=["sample"], s0=[0.3, 0.3])
    assert {choice.noise for choice in choices(fixed)} == {"sample"}
    assert [choice.s0 for choice in choices(fixed)] == pytest.approx([0.3] * 128)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_settings": 100}, "power of two"),
        ({"s0": [1.0, 0.1]}, "`s0` must be a least and a largest"),
        ({"N1": [10]}, "`N1` must be at least 2 rank"),
        ({"n_train": [400, 100]}, "`n_train` must increase"),
        ({"rank": 11, "N1": [30]}, "`rank` must be at most N3"),
    ],
)
def test_nonsense_is_refused(changes, message):
    with pytest.raises(ParameterError, match=message):
        settings("multiverse").preset("paper", **changes)


def test_first_order_index_of_known_functions():
    """The sum of two factors over a full factorial: the shares are those of their variances."""
    levels = np.array([(i, j) for i in range(4) for j in range(4) for _ in range(50)]).T
    a, b = 2.0 * levels[0], 1.0 * levels[1]
    y = a + b
    assert first_order_index(y, levels[0]) == pytest.approx(0.8, abs=0.01)
    assert first_order_index(y, levels[1]) == pytest.approx(0.2, abs=0.01)
    assert first_order_index(a, levels[0]) == pytest.approx(1.0)
    assert first_order_index(np.ones(800), levels[0]) == 0.0
    # What is only an interaction is nobody's own share.
    product = (levels[0] - 1.5) * (levels[1] - 1.5)
    assert first_order_index(product, levels[0]) == pytest.approx(0.0, abs=0.01)


def test_index_of_noise_is_zero_on_average():
    rng = np.random.default_rng(0)
    levels = np.arange(60) % 6
    found = [first_order_index(rng.standard_normal(60), levels) for _ in range(400)]
    assert abs(np.mean(found)) < 3 * np.std(found) / 20


def test_importance_finds_the_planted_factor_and_no_other():
    rng = np.random.default_rng(1)
    levels = np.stack([rng.integers(4, size=128) for _ in range(6)])
    outcome = np.exp(levels[2] + 0.5 * rng.standard_normal(128))  # monotone: ranks see through it
    weight, chance = importance(outcome, levels)
    assert weight.argmax() == 2
    assert weight[2] > 0.5 > chance[2]
    assert (np.delete(weight, 2) <= np.delete(chance, 2)).all()
    # Negative control: without the factor nothing is above chance.
    weight, chance = importance(rng.standard_normal(128), levels)
    assert (weight <= chance).all()


def test_importance_needs_settings():
    with pytest.raises(ValueError, match="at least three settings"):
        importance(np.zeros(2), np.zeros((3, 2), int))


def test_wilson_interval_by_hand():
    # (p + z^2 / 2n -+ z sqrt(p q / n + z^2 / 4 n^2)) / (1 + z^2 / n) at p = .5, n = 10, z = 1.96
    assert wilson_interval(5, 10) == pytest.approx((0.5, 0.2366, 0.7634), abs=1e-4)
    assert wilson_interval(0, 10)[1] == pytest.approx(0.0)
    with pytest.raises(ValueError, match="total"):
        wilson_interval(0, 0)


def planted(value: dict[tuple[float, float], float]) -> xr.DataArray:
    """Benefits of every panel from a function of (S_B, r_AB)."""
    S_B, r_AB = multiverse.all_S_B(PAPER), multiverse.all_r_AB(PAPER)
    names = list(multiverse.panels(PAPER))
    grid = np.array([[value[s, r] for r in r_AB] for s in S_B])
    return xr.DataArray(
        np.broadcast_to(grid, (len(names), 3, 3)).copy(),
        {"panel": names, "S_B": list(S_B), "r_AB": list(r_AB)},
        ("panel", "S_B", "r_AB"),
    )


#: As published: clean related tasks help, clean unrelated ones harm, noisy ones do nothing.
PUBLISHED = {
    (0.1, 0.0): 0.0,
    (0.1, 0.1): 0.0,
    (0.1, 1.0): 0.01,
    (1.0, 0.0): -0.02,
    (1.0, 0.1): -0.01,
    (1.0, 1.0): 0.05,
    (10.0, 0.0): -0.05,
    (10.0, 0.1): -0.03,
    (10.0, 1.0): 0.1,
}


@pytest.mark.parametrize("bins", ["ends", "halves"])
def test_views_say_what_was_planted(bins):
    choice = next(choice for choice in choices(PAPER) if choice.bins == bins)
    views = views_of(PAPER, choice, planted(PUBLISHED), np.array([0.01, 0.2]))
    effect = views["figure2"]["effect_right"].sel(n_right=400)
    assert tuple(effect["effect"].values) == EFFECTS
    high0, high1 = (-0.05, 0.1) if bins == "ends" else (-0.035, 0.075)
    assert float(effect.sel(effect="unrelated, high S_B")) == pytest.approx(high0)
    assert float(effect.sel(effect="related minus unrelated, high S_B")) == pytest.approx(
        high1 - high0
    )
    judged = {
        name: multiverse._judge(all_claims()[name], views)
        for name in all_claims()
        if all_claims()[name].statistic
    }
    holds = {name for name, (_, margin) in judged.items() if margin >= 0}
    expected = {
        "figure1-2-classes",
        "up-with-relatedness",
        "up-with-snr-related",
        "down-with-snr-unrelated",
        "unrelated-harm",
        "unrelated-noisy-ignored",
        "gain-past-200",
        "row-c-harms",
        "depth-trends",
    }
    assert expected <= holds
    assert not {"figure1-20-classes", "vanishing-3200", "no-gain-100", "row-a", "row-d"} & holds
    assert np.isnan(judged["eq5-soft"]).all()  # nothing of it is in the scan


def test_the_opposite_world_fails_the_same_claims():
    """Negative control: with the sign of every benefit turned, the trends fail."""
    choice = choices(PAPER)[0]
    turned = {panel: -value for panel, value in PUBLISHED.items()}
    views = views_of(PAPER, choice, planted(turned), np.array([0.2, 0.2]))
    for name in ("up-with-relatedness", "unrelated-harm", "gain-past-200", "row-c-harms"):
        assert multiverse._judge(all_claims()[name], views)[1] < 0


def test_divergence_is_left_out(monkeypatch):
    params = params_of("multiverse")
    benefits, _ = multiverse.measure(params, xr.Dataset())
    unit = benefits.unit(setting=0, panel="100")
    assert np.isfinite(scanned_unit(unit)["benefit"]).all()

    def diverging(_):
        raise DivergenceError(1.0)

    monkeypatch.setattr(scanned, "solve", diverging)
    benefit = scanned_unit(unit)["benefit"]
    assert benefit.shape == (3, 3)
    assert np.isnan(benefit).all()
    # A claim that needs these networks is then not scanned in that setting.
    values = planted(PUBLISHED)
    values.loc["100"] = np.nan
    views = views_of(PAPER, choices(PAPER)[0], values, np.array([0.01, 0.2]))
    assert np.isnan(multiverse._judge(all_claims()["no-gain-100"], views)).all()
    assert np.isfinite(multiverse._judge(all_claims()["gain-past-200"], views)).all()


@pytest.fixture(scope="module")
def data():
    return data_of("multiverse")


def test_dataset_is_consistent(data):
    n = data.sizes["setting"]
    assert n == TINY["multiverse"]["n_settings"]
    seen = data["holds"] >= 0
    assert (data["n_scanned"] == seen.sum("setting")).all()
    held = ((data["margin"] >= 0) & seen).sum("setting") / data["n_scanned"]
    np.testing.assert_allclose(data["share"].sel(bound="estimate"), held)
    deep = data["n_scanned"].sel(claim="depth-shift")
    assert int(deep) == TINY["multiverse"]["n_deep"]
    assert "eq5-soft" not in data["claim"].values


def test_tables_read_the_dataset(data):
    frame = tables.multiverse(data)
    assert list(frame["claim"]) == list(data["claim"].values)
    assert len(tables.factors(data)) == len(FACTORS)


@pytest.mark.parametrize(
    ("share", "decides", "explains", "words"),
    [
        (0.95, "N1", 0.5, "holds, whatever they did"),
        (0.05, "N1", 0.5, "fails, whatever they did"),
        (0.5, "N1", 0.5, "hangs on N1"),
        (0.5, "N1", 0.1, "varies, with no one setting in charge"),
        (0.5, "none", 0.0, "varies, with no one setting in charge"),
    ],
)
def test_words_follow_the_numbers(data, share, decides, explains, words):
    cell = data.isel(claim=0).assign(decides=decides)
    cell["share"] = cell["share"] * 0 + share
    cell["importance"] = cell["importance"] * 0 + explains
    assert tables.in_short(cell) == words
