"""Table 1: the effects of its rows, on planted benefits and on trained students."""

import numpy as np
import pytest
import xarray as xr
from tiny import data_of

from mtlpaper.chapters.table1 import experiment as table1
from mtlpaper.chapters.table1 import tables
from mtlpaper.companion.claims import all_claims
from mtlpaper.companion.parameters import ParameterError
from mtlpaper.companion.registry import settings

PAPER = settings("table1").preset("paper")
ROWS = ("row-a", "row-b", "row-c-grows", "row-c-harms", "row-d")


def planted(value) -> xr.Dataset:
    """Dataset of row effects whose benefits are value(n, S_A, S_B, r) in all datasets, nearly."""
    grid = np.array(
        [
            [
                [[value(n, S_A, S_B, r) for r in PAPER.r_AB] for S_B in PAPER.S_B]
                for S_A in PAPER.S_A
            ]
            for n in PAPER.n_train
        ]
    )
    noise = 1e-6 * np.random.default_rng(0).standard_normal((2, 5, *grid.shape))
    return xr.Dataset(
        table1.row_effects(PAPER, grid + noise),
        table1.coordinates(PAPER)
        | {
            "bound": ["estimate", "low", "high"],
            "n_train": list(PAPER.n_train),
            "S_A": list(PAPER.S_A),
            "S_B": list(PAPER.S_B),
            "r_AB": list(PAPER.r_AB),
        },
    )


def verdicts(data: xr.Dataset) -> dict[str, str]:
    return {name: all_claims()[name].judge(data).verdict for name in ROWS}


def as_printed(n: int, _: float, S_B: float, r: float) -> float:
    """The table as printed: nothing unrelated, growing with S_B and r, small at large n."""
    return 0.5 * r * np.log1p(S_B) * (0.001 if n == 3200 else 1.0)


def as_explained(n: int, _: float, S_B: float, r: float) -> float:
    """Section 4.4: weakly related clean tasks harm."""
    return (r - 0.3) * np.log1p(S_B) * (0.0 if n == 3200 else 0.2)


def test_rows_hold_in_the_world_that_the_table_prints():
    found = verdicts(planted(as_printed))
    assert found == {
        "row-a": "reproduced",
        "row-b": "reproduced",
        "row-c-grows": "reproduced",
        "row-c-harms": "not reproduced",
        "row-d": "reproduced",
    }


def test_the_other_reading_holds_in_the_other_world():
    found = verdicts(planted(as_explained))
    assert found["row-c-harms"] == "reproduced"
    assert found["row-a"] == "partly"  # nothing is left at 3200 points
    assert found["row-b"] == "partly"


def test_effects_are_differences_of_the_planted_numbers():
    data = planted(as_explained).sel(bound="estimate", source="measured")
    rise = as_explained(200, 1.0, 10.0, 0.5) - as_explained(200, 1.0, 0.1, 0.5)
    assert float(data["row_b"].sel(n_train=200, S_A=1.0, r_related=0.5)) == pytest.approx(
        rise, abs=1e-5
    )
    grows = as_explained(800, 10.0, 1.0, 0.2) - as_explained(800, 10.0, 1.0, 0.0)
    assert float(data["row_c_grows"].sel(n_limited=800, S_A=10.0, S_B=1.0)) == pytest.approx(
        grows, abs=1e-5
    )
    assert data["n_limited"].values.tolist() == [200, 800]
    assert data["r_weak"].values.tolist() == [0.05, 0.1, 0.2]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"limited": 100}, "`limited` must be at least the least of n_train"),
        ({"weak": 0.01}, "`r_AB` must hold a value above its first"),
        ({"n_train": [800, 200]}, "`n_train` must increase"),
        ({"S_B": [1.0]}, "`S_B`"),
    ],
)
def test_nonsense_is_refused(changes, message):
    with pytest.raises(ParameterError, match=message):
        settings("table1").preset("paper", **changes)


@pytest.fixture(scope="module")
def data():
    return data_of("table1")


def test_rows_agree_with_the_grid_they_come_from(data):
    estimate = data.sel(bound="estimate")
    seen = estimate["row_a"].sel(source="measured").values
    np.testing.assert_allclose(seen, estimate["MT"].isel(r_AB=0).values, atol=1e-12)
    flow = estimate["row_d"].sel(source="theory").values
    np.testing.assert_allclose(flow, estimate["MT_theory"].isel(n_train=-1).values, atol=1e-12)


def test_tables_count_every_effect_once(data):
    counted = tables.signs(data)
    cells = data["MT"].sel(bound="estimate").size
    assert int(counted[["helps", "harms", "not clear"]].to_numpy().sum()) == cells
    rows = tables.rows(data)
    assert (rows["cells"] == rows[["above zero", "below zero", "neither"]].sum(axis=1)).all()


def test_counts_of_a_planted_world():
    rows = tables.rows(planted(as_explained)).set_index("row")
    unrelated = rows.iloc[0]
    # Two of three numbers of points, two main tasks, three S_B, all harmed; the rest are zero.
    assert (unrelated["below zero"], unrelated["cells"]) == (12, 18)
    assert rows.iloc[3]["below zero"] == rows.iloc[3]["cells"] == 12
