"""Figure 2 and its interactions by source: published rows, and our networks at both settings."""

import numpy as np
import pytest
import xarray as xr
from tiny import computed as unchecked

from mtlpaper.benefit import solve
from mtlpaper.chapters.common.two_tasks import experiment as benefits
from mtlpaper.chapters.common.two_tasks.sources import SOURCES
from mtlpaper.companion.parameters import Parameters
from mtlpaper.companion.registry import settings
from mtlpaper.documents.lee2019 import published

#: Cells that the authors published.
CELLS = {
    "n_train": [100, 200],
    "S_A": [0.631, 10.0],
    "S_B": [0.01, 10.0],
    "r_AB": [0.0, 1.0],
}
COMMON = CELLS | {
    "N1": 12,
    "N2": 12,
    "N3": 4,
    "rank": 3,
    "n_seeds": 2,
    "n_test": 64,
    "t_max": 30.0,
    "learning_rate": 1.0,  # an eighth of it at 100 points
}
TINY = {
    "figure2": {"n_train_left": 200},
    "interactions": {"n_points": 64, "n_fresh": 256, "n_cavity": 1, "t_infinite": 40.0},
}
#: Student's t(0.975) of four degrees of freedom, from tables, for means over five subsets.
T_FOUR = 2.7764451051977987
#: Means of the same numbers in another order: rounding.
ROUNDING = 1e-9


def tiny(name: str, **changes: object) -> Parameters:
    return settings(name).preset("quick", **(COMMON | TINY[name] | changes))


def computed(name: str, **changes: object) -> xr.Dataset:
    return unchecked(tiny(name, **changes))


@pytest.fixture(scope="module")
def figure2() -> xr.Dataset:
    return computed("figure2")


@pytest.fixture(scope="module")
def interactions() -> xr.Dataset:
    return computed("interactions")


def means(data: xr.Dataset, source: str) -> xr.DataArray:
    """Mean benefits of one source over the cells of the grid."""
    if source == "published":
        return published.load("rank-10")["MT"].sel(CELLS)
    return data["benefit"].sel(rule="test", setting=source).mean("seed")


def same(one: xr.DataArray, other: xr.DataArray, *, atol: float = 0.0) -> bool:
    assert one.shape == other.shape
    return np.allclose(one.values, other.values, rtol=0, atol=atol)


# ------------------------------------------------------------------------------------- figure 2


def test_means_have_a_source_and_units_a_setting(figure2):
    grid = ("n_train", "S_A", "S_B", "r_AB")
    assert figure2["loss"].dims == ("setting", "seed", "n_train", "S_A", "net", "group")
    assert figure2["benefit"].dims == ("rule", "seed", "setting", *grid)
    assert figure2["MT"].dims == ("bound", "source", *grid)
    assert figure2["L_single"].dims == ("bound", "source", "n_train", "S_A")
    assert figure2["MT_left"].dims == ("bound", "source", "S_A", "snr", "r_AB")
    assert figure2["MT_right"].dims == ("bound", "source", "n_right", "snr", "r_AB")
    assert figure2["effect_left"].dims == ("bound", "source", "S_A", "effect")
    assert figure2["share"].dims == ("setting", "place")
    assert figure2["n_networks"].values.tolist() == [40, 40]
    assert figure2["source"].values.tolist() == list(SOURCES)
    for label, values in figure2.variables.items():
        if values.dtype.kind == "f" and label != "curve":  # curves end sooner or later
            assert np.isfinite(values.values).all(), label


@pytest.mark.parametrize("source", SOURCES)
def test_segments_of_figure_2(figure2, source):
    """With two S_B each bin has one; with n_high = 1 the larger main task counts."""
    mean, seen = means(figure2, source), figure2.sel(source=source, bound="estimate")
    assert same(seen["MT"], mean, atol=ROUNDING)
    assert same(seen["MT_left"], mean.sel(n_train=200), atol=ROUNDING)
    assert same(seen["MT_right"], mean.sel(S_A=10.0), atol=ROUNDING)
    # Negative control: the other main task.
    assert not same(seen["MT_right"], mean.sel(S_A=0.631), atol=1e-3)


def test_the_settings_of_figure_2_train_other_networks(figure2):
    params = tiny("figure2")
    data = figure2.sel(seed=1, n_train=100, S_A=10.0)
    for setting, one in (("ours", params), ("text", params.at("text"))):
        unit = benefits.linear(one, 100, 100, 10.0, 1)
        assert np.array_equal(data["loss"].sel(setting=setting), solve(unit)["loss"]), setting


def test_published_main_tasks_are_averaged_as_independent(figure2):
    both = computed("figure2", n_high=2)
    for source in SOURCES:
        seen = both["MT_right"].sel(source=source)
        assert same(seen[0], means(figure2, source).mean("S_A"), atol=ROUNDING)
    # Published cells are independent: the variances of their means add.
    error = published.load("rank-10")["MT_se"].sel(CELLS)
    error = np.hypot(*error.transpose("S_A", ...)) / 2
    seen = both["MT_right"].sel(source="published")
    half = (seen.sel(bound="high") - seen.sel(bound="low")) / 2
    assert np.allclose(half, T_FOUR * error, rtol=1e-9)


def test_a_panel_of_unpublished_points_has_no_published_segments():
    data = computed("figure2", n_train=[100], n_train_left=150)
    assert data["n_train"].values.tolist() == [100, 150]
    assert data["n_right"].values.tolist() == [100]
    left = data["MT_left"].sel(bound="estimate")
    text = data["benefit"].sel(rule="test", setting="text", n_train=150).mean("seed")
    assert same(left.sel(source="text"), text, atol=ROUNDING)
    assert data["n_networks"].values.tolist() == [40, 40]
    # Nobody published benefits at 150 points.
    assert np.isnan(data["MT_left"].sel(source="published")).all()
    assert np.isfinite(data["MT_right"]).all()
    assert data["close"].sel(closeness="cells").values.tolist() == [8, 8]


# ------------------------------------------------------------------------------ interactions

SUBSETS = {
    "all": np.s_[:],
    "clean tasks": np.s_[:, :, 1:],  # both S_A and the larger S_B are above 0.5
    "100": np.s_[:1],
    "200": np.s_[1:],
}


def agrees(seen: xr.DataArray, truth: np.ndarray, model: np.ndarray, clear: np.ndarray) -> None:
    """Hold statistics of agreement against numpy's."""
    a, b, clear = truth.ravel(), model.ravel(), clear.ravel()
    assert seen.sel(statistic="correlation") == pytest.approx(np.corrcoef(a, b)[0, 1])
    assert seen.sel(statistic="slope") == pytest.approx(np.polyfit(b, a, 1)[0])
    assert seen.sel(statistic="rmse") == pytest.approx(np.sqrt(np.mean((a - b) ** 2)))
    assert seen.sel(statistic="n_cells") == a.size
    assert seen.sel(statistic="n_clear") == clear.sum()
    if clear.any():
        right = (np.sign(a) == np.sign(b))[clear].mean()
        assert seen.sel(statistic="sign") == pytest.approx(right)
    else:
        assert np.isnan(seen.sel(statistic="sign"))


def test_networks_and_theories_are_held_against_the_published_cells(interactions):
    data = interactions
    assert data["model"].values.tolist() == ["networks", "finite", "infinite"]
    cells = published.load("rank-10").sel(CELLS)
    for ours_, theirs in (("MT_published", "MT"), ("MT_published_se", "MT_se")):
        assert np.array_equal(data[ours_], cells[theirs])
    assert np.array_equal(data["L_published"], cells["L_single"])
    truth = cells["MT"].values
    clear = abs(truth) > T_FOUR * cells["MT_se"].values
    assert clear.any()
    assert not clear.all()
    models = {
        "networks": data["MT"].sel(bound="estimate"),
        "finite": data["MT_theory"],
        "infinite": data["MT_infinite"],
    }
    for model, values in models.items():
        for subset, part in SUBSETS.items():
            seen = data["agreement_published"].sel(bound="estimate", model=model, subset=subset)
            agrees(seen, truth[part], values.values[part], clear[part])


def test_cells_that_nobody_published_are_left_out():
    """One published cell of each number of points is no comparison; both together are one."""
    data = computed("interactions", S_A=[0.5, 10.0], S_B=[0.01, 7.0], r_AB=[0.0, 0.3])
    known = np.isfinite(data["MT_published"])
    assert known.values.sum() == 2
    assert known.sel(S_A=10.0, S_B=0.01, r_AB=0.0).all()
    seen = data["agreement_published"].sel(bound="estimate")
    assert (seen.sel(subset="all", statistic="n_cells") == 2).all()
    assert np.isnan(seen.sel(subset=["clean tasks", "100", "200"])).all()
    assert np.isfinite(data["agreement"].sel(subset="all", statistic="rmse")).all()
