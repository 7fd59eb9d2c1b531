"""The multiverse: its design, what it shows the claims, and which factor it blames."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from tiny import data_of, params_of

from mtlpaper.benefit import solve
from mtlpaper.chapters.common.two_tasks.segments import EFFECTS
from mtlpaper.chapters.multiverse import experiment as multiverse
from mtlpaper.chapters.multiverse import tables
from mtlpaper.chapters.multiverse.design import FACTORS, choices, levels_of, sobol_points
from mtlpaper.chapters.multiverse.importance import importance
from mtlpaper.chapters.multiverse.remarks import remarks
from mtlpaper.chapters.multiverse.views import views_of
from mtlpaper.companion.claims import all_claims
from mtlpaper.companion.parameters import ParameterError
from mtlpaper.companion.registry import settings
from mtlpaper.companion.results import load

RESULTS = Path(__file__).parents[1] / "results"

PAPER = settings("multiverse").preset("paper")


def test_the_design_fills_every_factor_evenly():
    points = sobol_points(PAPER)
    assert points.shape == (64, len(FACTORS))
    for coordinate in points.T:  # a Sobol sequence puts one point into each of 64 intervals
        assert sorted((coordinate * 64).astype(int)) == list(range(64))
    counts = [np.bincount(row) for row in levels_of(PAPER)]
    assert all(count.min() >= 64 // count.size - 1 for count in counts)
    assert all(count.max() <= 64 // count.size + 2 for count in counts)


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
    assert [choice.s0 for choice in choices(fixed)] == pytest.approx([0.3] * 64)


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


def test_importance_is_the_share_of_a_factor():
    """Two factors in full factorial: ranks that are sums of both have shares that are known."""
    first, second = np.divmod(np.arange(800) % 16, 4)
    ranks = 4 * first + second  # each of sixteen ranks fifty times
    assert importance(ranks * 1.0, first)[0] == pytest.approx(16 / 17, abs=0.002)
    assert importance(ranks * 1.0, second)[0] == pytest.approx(1 / 17, abs=0.005)
    # Of ranks: what is monotone changes nothing, and the order of the levels is of no account.
    assert importance(np.exp(ranks), first)[0] == pytest.approx(16 / 17, abs=0.002)
    assert importance(ranks * 1.0, 3 - first) == importance(ranks * 1.0, first)
    # What is only an interaction is nobody's own share.
    product = (first - 1.5) * (second - 1.5)
    assert importance(product, first)[0] == pytest.approx(0.0, abs=0.01)
    assert importance(np.arange(4.0), np.zeros(4, int)) == (0.0, 1.0)
    assert importance(np.ones(4), np.array([0, 0, 1, 1])) == (0.0, 1.0)
    assert importance(np.arange(4.0), np.arange(4)) == (0.0, 1.0)


def test_importance_of_noise_is_zero_on_average_and_seldom_clear():
    rng = np.random.default_rng(0)
    levels = np.arange(60) % 6
    found = np.array([importance(rng.standard_normal(60), levels) for _ in range(400)])
    weight, p_value = found.T
    assert abs(weight.mean()) < 3 * weight.std() / 20
    assert (p_value < 0.05).mean() == pytest.approx(0.05, abs=0.033)  # three standard errors


#: As published: clean related tasks help, clean unrelated ones harm, noisy ones do nothing.
PUBLISHED = np.array([[0.0, 0.0, 0.01], [-0.05, -0.03, 0.1]])


def planted(values: np.ndarray) -> xr.DataArray:
    """The same benefits over (S_B, r_AB) in every panel."""
    names = list(multiverse.panels(PAPER))
    coordinates = {
        "panel": names,
        "S_B": list(multiverse.all_S_B(PAPER)),
        "r_AB": list(multiverse.all_r_AB(PAPER)),
    }
    return xr.DataArray(np.stack([values] * len(names)), coordinates)


def holds(benefit: xr.DataArray) -> dict[str, bool]:
    """Whether each claim holds that can be judged by these benefits."""
    views, found = [views_of(PAPER, benefit)], {}
    for name, claim in all_claims().items():
        if claim.statistic and claim.experiment in views[0]:
            for margin in multiverse._margins(claim, views):
                found[name] = margin >= 0
    return found


def test_claims_see_what_was_planted():
    effect = views_of(PAPER, planted(PUBLISHED))["figure2"]["effect_right"].sel(n_right=400)
    assert tuple(effect["effect"].values) == EFFECTS
    assert np.allclose(effect, [0.15, 0.09, -0.05, 0.0, -0.05, 0.1])
    judged = holds(planted(PUBLISHED))
    assert {name for name, held in judged.items() if held} >= {
        "up-with-relatedness",
        "up-with-snr-related",
        "down-with-snr-unrelated",
        "unrelated-harm",
        "unrelated-noisy-ignored",
        "gain-past-200",
        "row-c-grows",
        "row-c-harms",
    }
    assert not any(judged[name] for name in ("vanishing-3200", "no-gain-100", "row-a", "row-d"))
    # Nothing of these is in the scan.
    assert not {"eq5-soft", "axis-figure2-left", "figure1-2-classes", "depth-trends"} & set(judged)


def test_each_panel_is_seen_where_it_belongs():
    changes = {
        "noisy main": "no-gain-noisy-main",
        "auxiliary": "auxiliary-data-help",
        "100": "no-gain-100",
        "400": "gain-past-200",
        "3200": "vanishing-3200",
    }
    base = planted(PUBLISHED)
    base.loc[["noisy main", "100", "3200"]] = 0.0
    base.loc["auxiliary", 10.0, 1.0] = 0.2
    assert all(holds(base)[name] for name in changes.values())
    for panel, claim in changes.items():
        other = base.copy()
        other.loc[panel] = -PUBLISHED if panel in ("400", "auxiliary") else PUBLISHED
        found = holds(other)
        assert [name for name in changes.values() if not found[name]] == [claim], panel


def test_the_opposite_world_fails_the_same_claims():
    """Negative control: with the sign of every benefit turned, the trends fail."""
    judged = holds(planted(-PUBLISHED))
    names = ("up-with-relatedness", "unrelated-harm", "gain-past-200", "row-c-harms")
    assert not any(judged[name] for name in names)


def test_the_rule_of_a_setting_chooses_its_losses():
    """Losses that tell who chose them: 1 by the test loss, 2 and 3 by the validation losses."""
    (grid,) = multiverse.measure(PAPER, xr.Dataset())
    labels, nets = grid.coordinates(), np.arange(7.0)
    shape = (64, len(multiverse.panels(PAPER)), 7)
    data = xr.Dataset(
        {
            "loss": (("setting", "panel", "net", "group"), np.ones((*shape, 4))),
            "chosen_loss": (
                ("setting", "panel", "net", "chosen", "group"),
                np.ones((*shape, 2, 4)) * np.array([2.0, 3.0])[:, None],
            ),
        },
        labels,
    )
    data = data * xr.DataArray(nets, dims="net")
    benefit = multiverse._benefits(PAPER, data)
    assert benefit.dims == ("setting", "panel", "S_B", "r_AB")
    by_rule = {"test": 1.0, "validation": 2.0, "noisy validation": 3.0}
    for i, choice in enumerate(choices(PAPER)):
        expected = -by_rule[choice.protocol] * np.arange(1.0, 7).reshape(2, 3)
        assert (benefit[i] == expected).all()


def test_settings_that_have_what_the_text_states_are_judged_by_themselves():
    """Losses by which claims hold only where labels are argmax and noise is on the weights."""
    small = PAPER.model_copy(update={"n_settings": 16})
    (grid,) = multiverse.measure(small, xr.Dataset())
    stated = np.array(
        [one.label_rule == "argmax" and one.noise == "weight" for one in choices(small)]
    )
    assert 0 < stated.sum() < 16
    nets = np.concatenate([[0.0], -PUBLISHED.ravel()])  # losses: the negative benefits
    loss = np.where(stated, 1.0, -1.0)[:, None, None, None] * nets[:, None]
    loss = np.broadcast_to(loss, (16, len(multiverse.panels(small)), 7, 4))
    chosen = np.broadcast_to(loss[:, :, :, None], (*loss.shape[:3], 2, 4))
    data = xr.Dataset(
        {
            "loss": (("setting", "panel", "net", "group"), loss),
            "chosen_loss": (("setting", "panel", "net", "chosen", "group"), chosen),
        },
        grid.coordinates(),
    )
    found = multiverse.derive(small, data).sel(claim="unrelated-harm")
    assert np.array_equal(found["stated"], stated)
    assert float(found["share"].sel(bound="estimate")) == stated.mean()
    assert float(found["share_stated"].sel(bound="estimate")) == 1


@pytest.fixture(scope="module")
def data():
    return data_of("multiverse")


def test_dataset_is_consistent(data):
    params = params_of("multiverse")
    held = (data["margin"] >= 0).mean("setting")
    np.testing.assert_allclose(data["share"].sel(bound="estimate"), held)
    (grid,) = multiverse.measure(params, xr.Dataset())
    (cell,) = [cell for cell in grid.cells() if cell.place == (1, 2)]
    loss = solve(cell.unit)["loss"].mean(axis=1)
    assert choices(params)[1].protocol == "test"
    benefit = data["benefit"][1, 2].values.ravel()
    assert np.allclose(benefit, loss[0] - loss[1:], rtol=0, atol=1e-6)


def test_shares_have_wilson_intervals():
    # (p + z^2 / 2n -+ z sqrt(p q / n + z^2 / 4 n^2)) / (1 + z^2 / n) at p = .5, n = 10, z = 1.96
    found = multiverse._shares(np.array([[True, False] * 5, [False] * 10]))
    assert found[:, 0] == pytest.approx([0.5, 0.2366, 0.7634], abs=1e-4)
    assert found[:2, 1] == pytest.approx([0.0, 0.0])
    assert np.isnan(multiverse._shares(np.ones((2, 0), bool))).all()


def test_the_table_begins_with_what_holds_most(data):
    frame = tables.multiverse(data)
    assert set(frame["claim"]) == set(data["claim"].values)
    shares = [float(text.split()[0]) for text in frame["holds in (%)"]]
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize(
    ("share", "decides", "explains", "words"),
    [
        (0.95, "N1", 0.5, "holds in nine of ten or more"),
        (0.05, "N1", 0.5, "fails in nine of ten or more"),
        (0.5, "N1", 0.5, "depends on N1"),
        (0.5, "N1", 0.1, "no single factor decides"),
        (0.5, "none", 0.0, "no single factor decides"),
    ],
)
def test_words_follow_the_numbers(data, share, decides, explains, words):
    cell = data.isel(claim=0).assign(decides=decides)
    cell["share"] = cell["share"] * 0 + share
    cell["importance"] = cell["importance"] * 0 + explains
    assert tables.in_short(cell) == words


def test_remarks_count_the_settings_in_which_a_claim_holds():
    """All of them, and those with the noise and the labels that the text states."""
    data = load(RESULTS / "multiverse.nc")
    settings_of = choices(settings("multiverse").preset("paper"))
    allowed = [one.noise == "weight" and one.label_rule == "argmax" for one in settings_of]
    assert 0 < sum(allowed) < len(allowed)
    planted = data.assign(margin=xr.zeros_like(data["margin"]) + np.where(allowed, 1.0, -1.0))
    words = remarks(planted)
    assert set(words) == set(data["claim"].values) <= set(all_claims())
    share = f"Holds in {100 * np.mean(allowed):.0f} % of {len(allowed)} settings"
    within = f", in 100 % of the {sum(allowed)} of them that the text allows."
    assert set(words.values()) == {share + within}
