"""Figure 3 left beside the published cells: what is joined, averaged and weighted."""

import numpy as np
import pytest
import xarray as xr
from tiny import data_of, params_of

from mtlpaper.chapters.common.two_tasks.claims import axis_claim, effect_of
from mtlpaper.companion.claims import take
from mtlpaper.companion.registry import chapters
from mtlpaper.documents.lee2019 import published

ROUNDING = 1e-12
#: Student's t at 97.5 % with the four degrees of freedom of five subsets.
T = 2.776445


@pytest.fixture(scope="module")
def data() -> xr.Dataset:
    return data_of("auxiliary_data")


@pytest.fixture(scope="module")
def table(data) -> xr.Dataset:
    """The published cells of the tiny grid."""
    return published.load("auxiliary").sel({dim: data[dim] for dim in ("n_aux", *GRID)})


GRID = ("S_A", "S_B", "r_AB")


def test_published_cells_stand_first(data, table):
    assert data["source"].values.tolist() == ["published", "ours", "text"]
    MT = data["MT"].sel(source="published")
    assert np.allclose(MT.sel(bound="estimate"), table["MT"], rtol=0, atol=ROUNDING)
    half = (MT.sel(bound="high") - MT.sel(bound="low")) / 2
    assert np.allclose(half, T * table["MT_se"], rtol=1e-6)
    # The student of the main task alone does not know how many auxiliary points there are.
    single = data["L_single"].sel(source="published", bound="estimate")
    assert single.dims == ("n_aux", "S_A")
    assert np.allclose(single, table["L_single"].values[np.newaxis], rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("setting", ["ours", "text"])
def test_ours_are_means_over_datasets_of_their_setting(data, setting):
    benefit = data["benefit"].sel(rule="test", setting=setting).mean("seed")
    MT = data["MT"].sel(source=setting, bound="estimate")
    assert np.allclose(MT, benefit.transpose(*MT.dims), rtol=0, atol=1e-9)
    other = data["MT"].sel(source={"ours": "text", "text": "ours"}[setting], bound="estimate")
    assert not np.allclose(other, MT, rtol=0, atol=1e-3)


def test_growth_is_the_difference_of_both_ends(data, table):
    effect = data["effect_left"].sel(bound="estimate")
    growth = effect.isel(n_aux=-1) - effect.isel(n_aux=0)
    seen = data["growth_left"]
    assert np.allclose(seen.sel(bound="estimate"), growth, rtol=0, atol=1e-9)
    # Published cells are taken as independent: squares of standard errors add up.
    cells = table["MT_se"].sel(S_A=10, S_B=10, r_AB=1) ** 2
    one = seen.sel(source="published", effect="related, high S_B")
    half = float(one.sel(bound="high") - one.sel(bound="low")) / 2
    assert half == pytest.approx(T * float(cells.isel(n_aux=[0, -1]).sum()) ** 0.5, rel=1e-6)


def test_auxiliary_steps_a_main_step_are_the_weight_of_the_loss():
    """By the script as many as the whole multiples of the main task's points; by the text one."""
    params = params_of("auxiliary_data")
    params = params.checked({**params.plain(), "n_aux": [50, 100, 250, 800]})
    (grid,) = chapters()["auxiliary_data"].stages[0].measure(params, xr.Dataset())
    weights: dict[str, list[float]] = {"ours": [], "text": []}
    for cell in grid.cells():
        if cell.labels["seed"] == 0 and cell.labels["S_A"] == 10:
            weights[cell.labels["setting"]].append(cell.unit.alpha_B)
            assert cell.unit.problem.n_train == 100
            assert cell.unit.problem.n_aux == cell.labels["n_aux"]
    assert weights == {"ours": [1, 1, 2, 8], "text": [1, 1, 1, 1]}


@pytest.mark.parametrize("source", ["published", "ours", "text"])
def test_claims_can_be_judged_by_one_source(data, source):
    one = data.sel(source=source, drop=True)
    effect = effect_of("growth_left", effect="related, high S_B")(one)
    value = take(one, "growth_left", effect="related, high S_B")
    assert effect.estimate.tolist() == [float(value.sel(bound="estimate"))]
    axis = axis_claim("Figure 3, left", "auxiliary_data", "fig-auxiliary-data", "MT_left")
    found = axis.judge_sources(data)[source]
    ends = [float(end(one["MT_left"].sel(bound="estimate"))) for end in (np.min, np.max)]
    away = [(ends[0] + 0.08) / 0.42, (ends[1] - 0.34) / 0.42]
    assert found.total == 2
    assert any(found.effect == pytest.approx(value) for value in away)
