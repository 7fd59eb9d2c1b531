"""What the authors' protocol mixes: one factor at a time, its verdict, the scatter of teachers."""

from dataclasses import asdict

import numpy as np
import pytest
import xarray as xr
from tiny import data_of

from mtlpaper.chapters.confounds import tables
from mtlpaper.chapters.confounds.experiment import STAGES, scatter_ratio
from mtlpaper.chapters.confounds.parameters import (
    CHANGES,
    POOL,
    POOLED,
    SCRIPT,
    Confounds,
    reference,
)
from mtlpaper.chapters.confounds.verdicts import sentence, word
from mtlpaper.companion.parameters import ParameterError
from mtlpaper.documents.lee2019.printed import NEGLIGIBLE

BOUNDS = ["estimate", "low", "high"]


def units() -> dict[tuple[str, str], dict]:
    """Fields of the first dataset's units, by setting and point."""
    (grid,) = STAGES[0].measure(Confounds.preset("paper"), xr.Dataset())
    found = {}
    for cell in grid.cells():
        if cell.labels["seed"] == 0:
            unit = asdict(cell.unit)
            fields = {**unit.pop("problem"), **unit.pop("training"), **unit}
            found[cell.labels["setting"], cell.labels["point"]] = fields
    return found


def test_a_setting_differs_from_the_script_by_its_factor_alone():
    length = {"t_max", "learning_rate", "look_every"}
    steps = {"learning_rate", "look_every", "batch_size"}
    factors = dict(
        zip(
            (*CHANGES, POOLED),
            (
                length,
                {"alpha_B"},
                {"noisy_train", "noisy_test"},
                steps | {"alternating"},
                steps,
                {"pool"},
            ),
            strict=True,
        )
    )
    trained = units()
    changed = [(setting, point) for setting, point in trained if setting != SCRIPT]
    assert {setting for setting, _ in changed} == set(factors)
    for setting, point in changed:
        script, other = trained[reference(setting), point], trained[setting, point]
        differ = {name for name in script if script[name] != other[name]}
        assert differ
        assert differ <= factors[setting]  # a rate that divides the time anyway stays the same
    assert trained[POOLED, "800"]["pool"] == POOL
    # 2000 epochs at rate 1e-3: twice the number of batches of 128 points.
    shorter = [trained[CHANGES[0], point]["t_max"] for point in ("100", "800", "3200")]
    assert shorter == [2, 14, 50]
    weights = [trained[SCRIPT, f"100 + {n}"]["alpha_B"] for n in (200, 400, 800)]
    assert weights == [2, 4, 8]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_aux": [199, 400]}, "`n_aux` must be at least 2 n_main = 200"),
        ({"batch_points": [300]}, "`batch_points` must be some of n_train"),
        ({"n_seeds": 2}, "`n_seeds`"),
        ({"S_A": [1.0, 10.0]}, "`S_A`"),
    ],
)
def test_refuses_points_at_which_nothing_would_differ(changes, message):
    with pytest.raises(ParameterError, match=message):
        Confounds.preset("paper", **changes)


def test_differences_are_paired_by_dataset():
    data = data_of("confounds")
    benefit = data["loss"].mean("group")
    benefit = benefit.isel(net=0) - benefit.isel(net=slice(1, None))
    for change in CHANGES:
        apart = (benefit.sel(setting=change) - benefit.sel(setting=reference(change))).mean("seed")
        found = data["difference"].sel(change=change, bound="estimate").values
        expected = apart.values.reshape(found.shape)
        assert np.isfinite(expected).any()
        assert np.allclose(found, expected, rtol=0, atol=1e-12, equal_nan=True)  # other sums
    # Without batches no step is left out: another order of sums.
    whole = data["difference"].sel(change="batches, in turn", point="20")
    assert (abs(whole) < NEGLIGIBLE).all()
    assert (whole != 0).any()


def test_published_cells_stand_where_they_were_published():
    data = data_of("confounds").sel(source="published", bound="estimate")
    assert np.isfinite(data["MT"].sel(point="100")).all()
    assert data["MT"].sel(point=["20", "20 + 40"]).isnull().all()
    # Figure 2 right at 100 points, S_A = S_B = 10, r_AB = 0, as the rows have it.
    assert float(data["MT"].sel(point="100", S_B=10.0, r_AB=0.0)) == pytest.approx(
        -0.0110, abs=1e-4
    )


def test_the_ratio_of_scatters():
    rng = np.random.default_rng(0)
    samples = rng.standard_normal((8, 5))
    assert scatter_ratio(3 * samples + 1, samples)[0] == pytest.approx(3)
    inside, excludes = 0, 0
    for _ in range(40):
        _, low, high = scatter_ratio(2 * rng.standard_normal((8, 5)), rng.standard_normal((8, 5)))
        inside += low <= 2 <= high
        excludes += low > 1
    # Of 40 intervals of 95 % at least 33 (probability 0.998), were the coverage only 92 %.
    assert inside >= 33
    assert excludes >= 20  # negative control: equal scatter is refused


def made(**differences: list[tuple[float, float, float]]) -> xr.Dataset:
    """Intervals of every change's cells, the first at S_B = 0.1, the second at S_B = 10."""
    values = np.array(list(differences.values()), float)  # (change, cell, bound)
    dims = ("bound", "change", "point", "S_B", "r_AB")
    array = values.transpose(2, 0, 1)[:, :, None, :, None]
    zero = np.zeros_like(array[:, :1])
    benefit = np.concatenate([zero + 0.25, zero + 0.5, array + 0.5], axis=1)
    return xr.Dataset(
        {
            "difference": (dims, array),
            "MT": (("bound", "source", *dims[2:]), benefit),
            "scatter_all": ("bound", [1.5, 1.2, 1.9]),
        },
        {
            "bound": BOUNDS,
            "change": list(differences),
            "source": ["published", SCRIPT, *differences],
            "point": ["800"],
            "S_B": [0.1, 10.0],
            "r_AB": [1.0],
        },
    )


def test_a_verdict_follows_from_the_intervals():
    eps = NEGLIGIBLE
    data = made(
        up=[(0.0, -eps / 2, eps / 2), (3 * eps, 1.1 * eps, 5 * eps)],
        down=[(0.0, 0.0, 0.0), (-3 * eps, -5 * eps, -1.1 * eps)],
        same=[(0.001, 0.0, 0.002), (-0.003, -0.004, -0.002)],  # clear of zero, but small
        open=[(0.0, 0.0, 0.0), (3 * eps, 0.9 * eps, 5 * eps)],
        nothing=[(np.nan,) * 3, (0.0, 0.0, 0.0)],
    )
    words = [word(data, change) for change in data["change"].values]
    assert words == ["matters", "matters", "no difference", "undecided", "no difference"]
    where = "N = 800, S_B = 10, r_AB = 1"
    assert sentence(data, "up") == (
        "matters; it changes the benefit by +0.063 (+0.023 to +0.105) nats, "
        f"from +0.500 to +0.563, at {where} (the authors' rows: +0.250)"
    )
    assert sentence(data, "same") == "no difference larger than 0.004 nats"
    assert sentence(data, "open").startswith("undecided; the clearest difference is +0.063")
    assert sentence(data, POOLED).endswith("are 1.50 (1.20 to 1.90) times as large")
    assert [
        word(data.assign(scatter_all=("bound", of)), POOLED) for of in ([2, 0.9, 4], [2, 1.1, 4])
    ] == [
        "undecided",
        "matters",
    ]


def test_published_differences_survive_if_their_wider_intervals_are_clear_too():
    # Over (bound, width, point, effect): clear, clear by its own interval only, not clear, unknown.
    middle = np.array([0.5, 0.2, 0.1, np.nan])
    own, wide = 0.15, 0.3
    bounds = [middle, middle], [middle - own, middle - wide], [middle + own, middle + wide]
    data = xr.Dataset(
        {"published_effect": (("bound", "width", "point", "effect"), np.array(bounds)[:, :, None])},
        {"bound": BOUNDS, "width": ["own", "wide"], "point": ["800"], "effect": list("abcd")},
    )
    (row,) = tables.survivors(data).to_dict("records")
    assert row == {
        "points": "800",
        "a": "+0.500 clear",
        "b": "+0.200 no longer clear",
        "c": "+0.100 not clear",
        "d": "–",
    }
