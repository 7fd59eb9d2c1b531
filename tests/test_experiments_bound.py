"""The bound as an experiment: which forms hold, and that the counting notices a broken one."""

import numpy as np
import pytest
import xarray as xr
from tiny import computed

from mtlpaper.aligned import bounded, bounds
from mtlpaper.chapters.bound import experiment as bound
from mtlpaper.chapters.bound import tables
from mtlpaper.companion.registry import settings

SMALL = {
    "n_train": [100],
    "S_B": [0.1, 10.0],
    "r_AB": [0.0, 0.1, 1.0],
    "n_seeds": 3,
    "n_points": 512,
    "n_looks": 25,
    "t_end": 40.0,
    "dtype": "float64",
}


def parameters(**changes):
    return settings("bound").preset("paper", **(SMALL | changes))


@pytest.fixture(scope="module")
def data() -> xr.Dataset:
    return computed(parameters())


def test_the_general_bound_is_never_broken(data):
    violation = data["violation"].sel(form="general")
    assert not violation.any()
    inside = data.sel(form="general")
    # By less than four standard errors of the averages, or the error of the plane flow's tables.
    error = 4 * data["MT_error"] + 1e-5
    assert (inside["lower"] <= data["MT"] + 2 * error).all()
    assert (inside["upper"] >= data["MT"] - 2 * error).all()


def test_a_benefit_on_its_bound_is_not_outside():
    """Where rounding alone decides, on every processor in its own way, nothing is counted."""
    distances = np.array([[-4e-7], [-3.8e-7]]), np.array([[-2e-5], [-2.1e-5]])
    assert [bool(bounds._margin(d)[0] < 0) for d in distances] == [False, True]


def test_what_counts_as_outside_is_checked_by_its_margin(data):
    """Every fifth pair is within 1e-6 nats of counting as outside, where rounding decides."""
    assert np.array_equal(data["outside"], data["margin"] < 0)
    (grid,) = bound.measure(parameters(), xr.Dataset())
    assert "outside" not in grid.gives
    assert grid.gives["margin"].tolerance.allowed(np.array(0.0)) > 2e-6


def test_eq5_as_printed_is_broken_by_argmax_labels(data):
    """Students that keep growing beyond s_bar go on improving, which the constant denies."""
    printed = data["violation"].sel(form="Eq. (5) as printed", label_rule="argmax")
    assert (printed.sel(bound="estimate") > 0.5).all()


def test_related_clean_tasks_help_by_the_plane_flow(data):
    flow = data["MT"].sel(source=bound.PLANE_FLOW, S_B=10.0).mean("seed")
    assert (flow.sel(r_AB=1.0) > 5e-3).all()
    # Unrelated ones come close to nothing, as drawn teachers are not quite unrelated.
    assert (np.abs(flow.sel(r_AB=0.0)) < 0.1 * flow.sel(r_AB=1.0)).all()


def test_soft_labels_with_few_points_come_close_to_the_plane_flow(data):
    """Soft labels of one mode carry no noise: 100 points are nearly as good as infinitely many."""
    MT = data["MT"].sel(label_rule="soft", S_B=10.0, r_AB=1.0).mean("seed")
    ratio = MT.sel(source="N = 100") / MT.sel(source=bound.PLANE_FLOW)
    assert 0.5 < float(ratio) < 1.5


def followed(params):
    """Benefits of all datasets by the plane flow."""
    units = [bound.pairs_of(params, bound.PLANE_FLOW, "soft", i) for i in range(params.n_seeds)]
    return np.stack([bounded(unit)["MT"] for unit in units])


def test_without_noise_infinite_data_leave_nothing_to_gain():
    """(T 16): the main task's direction is known exactly, so that no turn can help."""
    params = parameters(sigma=1e-6, S_A=1.0, t_end=150.0, n_seeds=2)
    MT = followed(params)
    # Late enough that task A alone has arrived; the tables are good to 1e-7 at s = 1.
    assert (MT < 1e-6).all()
    # Negative control: with noise they gain.
    noisy = followed(parameters(S_A=1.0, n_seeds=2))
    assert noisy.max() > 1e-3


def test_tightness_counts_clear_benefits_only():
    dims = ("source", "label_rule", "seed", "S_B", "r_AB")
    gap = xr.DataArray(np.full((1, 1, 4, 1, 2), 0.5), dims=dims)
    MT = xr.zeros_like(gap)
    MT[..., 0] = -0.25
    ratio = bound._tightness(gap, MT, 0.1)
    assert np.allclose(ratio, 2)
    assert np.isnan(bound._tightness(gap, 0 * MT + 1e-6, 0.1)).all()


def test_a_broken_bound_is_noticed(data):
    """Negative control of the counting: benefits moved by more than a bound is wide."""
    moved = data.assign(MT=data["MT"] + 10, margin=data["margin"] - 10)
    found = bound.derive(parameters(), moved)
    assert (found["outside"] == 1).all()
    assert (found["violation"] == 1).all()
    assert (found["worst"] > 5).all()


def test_tables(data):
    shares = tables.violations(data)
    assert list(shares.columns[:2]) == ["labels", "pairs"]
    assert len(shares) == len(tables.tightness(data)) == len(tables.effects(data)) == 4
    assert set(shares["general"].str.replace("\u00a0", " ")) == {"0 %"}


def test_a_grid_without_weak_relatedness_is_refused():
    with pytest.raises(ValueError, match="hold `weak`"):
        parameters(r_AB=[0.0, 1.0])
