"""Every variable of every experiment's data is checked, and every check notices a change."""

from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
import xarray as xr
from mtlpaper.cells.benefits import linear, narrowed
from mtlpaper.cells.precision import loss_tolerance
from test_figures import TINY

from mtlpaper import cells, experiments
from mtlpaper.benefit import linear_unit
from mtlpaper.cells import Difference, Piece, Tolerance
from mtlpaper.cells.checks import compared
from mtlpaper.cells.tolerances import DOUBLE, FLOW, FOLLOWS
from mtlpaper.experiments import label_rules
from mtlpaper.experiments.benefits import in_order, linear_units
from mtlpaper.settings import SETTINGS, Parameters, settings

CHECKED = [name for name in SETTINGS if find_spec(f"mtlpaper.cells.{name}")]


def tiny(name: str) -> Parameters:
    return settings(name).preset("paper", **TINY[name])


@pytest.fixture(scope="module", autouse=True)
def _short_scan():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(label_rules, "S_BAR_SCAN", np.array([1.5, 1.8]))
        patch.setattr(label_rules, "SCAN_DATASETS", 2)
        yield


@cache
def published(name: str) -> xr.Dataset:
    return experiments.compute(tiny(name))


def recomputed(name: str, piece: Piece, data: xr.Dataset, at: Mapping[str, Any]) -> dict[str, Any]:
    return dict(piece.recompute(tiny(name), piece.start(data, at)))


def is_filled(values: xr.DataArray, at: Mapping[str, Any]) -> bool:
    """Whether a cell holds anything; where the grid has holes some do not."""
    part = values.sel({dim: at[dim] for dim in values.dims if dim in at})
    return bool(part.notnull().any())


def changed(data: xr.Dataset, name: str, at: Mapping[str, Any]) -> xr.Dataset:
    """The data with one number of a variable changed, or one word."""
    # Away from its index, which could not be written to.
    plain = xr.Variable(data[name].dims, data[name].values.copy())
    coords = {dim: data[dim] for dim in plain.dims if dim in data.coords and dim != name}
    values = xr.DataArray(plain, coords)
    part = values.sel({dim: at[dim] for dim in values.dims if dim in at})
    finite = np.ones(part.shape, bool) if part.dtype.kind in "UO" else np.isfinite(part.values)
    first = {dim: int(i) for dim, i in zip(part.dims, np.argwhere(finite)[-1], strict=True)}
    where = {dim: at[dim] for dim in values.dims if dim in at}
    index = {dim: values.get_index(dim).get_loc(label) for dim, label in where.items()} | first
    old = values[index].values
    if old.dtype.kind in "UO":
        values = values.astype(object)
        values[index] = "another word"
    elif old.dtype.kind == "b":
        values[index] = not old
    else:
        values[index] = old.dtype.type(3 * float(old) + 100)
    if name in data.coords:
        return data.assign_coords({name: (values.dims, values.values)})
    return data.assign({name: values})


# ------------------------------------------------------------------------------------ completeness


def test_every_experiment_is_checked_or_says_why_not():
    assert set(SETTINGS) - set(CHECKED) == set(cells.UNCHECKED)
    assert all(cells.UNCHECKED.values())
    with pytest.raises(LookupError, match=r"mtlpaper\.cells\.nobody is missing"):
        cells.checks_of("nobody")


@pytest.mark.parametrize("name", CHECKED)
def test_every_variable_is_checked_once(name):
    data, checks = published(name), cells.checks_of(name)
    by_cells = [variable for piece in checks.pieces for variable in piece.variables]
    derived = [variable for derive in checks.derived for variable in derive(tiny(name), data)]
    found = [*by_cells, *derived, *checks.left]
    assert len(found) == len(set(found))
    assert set(data.data_vars) <= set(found)
    assert set(found) <= set(data.variables)
    assert all(checks.left.values())


@pytest.mark.parametrize("name", CHECKED)
def test_the_cells_cover_the_data(name):
    data = published(name)
    for piece in cells.checks_of(name).pieces:
        n = np.prod([data.sizes[dim] for dim in piece.over], dtype=int)
        labels = [tuple(at.values()) for at in piece.cells(data)]
        assert len(labels) == len(set(labels)) == n
        assert all(piece.seconds(tiny(name), piece.start(data, at)) > 0 for at in piece.cells(data))


# ------------------------------------------------------------------------- agreement, and its lack


@pytest.mark.parametrize("name", CHECKED)
def test_a_cell_comes_out_as_published_and_a_change_does_not(name):
    data = published(name)
    for piece in cells.checks_of(name).pieces:
        *_, at = (at for at in piece.cells(data) if is_filled(data[piece.variables[0]], at))
        values = recomputed(name, piece, data, at)
        assert [d for d in piece.differences(tiny(name), data, at, values) if not d.ok] == []
        for variable in piece.variables:
            if variable == "curve" and variable in piece.given:
                continue  # its own test below
            found = piece.differences(tiny(name), changed(data, variable, at), at, values)
            assert [d.variable.split("[")[0] for d in found if not d.ok] == [variable]


@pytest.mark.parametrize("name", CHECKED)
def test_what_follows_does_and_a_change_does_not(name):
    data, checks, params = published(name), cells.checks_of(name), tiny(name)
    assert [d for d in checks.follow(params, data) if not d.ok] == []
    for derive in checks.derived:
        for variable in derive(params, data):
            if variable in data.dims:
                continue  # the labels of other variables, which would no longer be found
            found = checks.follow(params, changed(data, variable, {}))
            assert variable in [d.variable.split("[")[0] for d in found if not d.ok]


def test_a_change_of_a_published_curve_is_noticed():
    data, at = published("figure2"), {}
    piece = next(p for p in cells.checks_of("figure2").pieces if "curve" in p.variables)
    bent = changed(data, "curve", at)
    (difference,) = piece.differences(
        tiny("figure2"), bent, at, recomputed("figure2", piece, bent, at)
    )
    assert not difference.ok


def test_pairs_on_a_side_of_the_bound_may_be_counted_either_way(monkeypatch):
    data, (piece,) = published("bound"), cells.checks_of("bound").pieces
    at = next(piece.cells(data))
    other = data.assign(outside=1 - data["outside"])
    for tie, either_way in ((np.inf, True), (1e-9, False)):
        monkeypatch.setattr("mtlpaper.cells.bound._TIE", tie)
        values = recomputed("bound", piece, other, at)
        found = piece.differences(tiny("bound"), other, at, values)
        assert [d.ok for d in found if d.variable.startswith("outside")] == [either_way]


def test_a_change_of_a_cell_shows_in_what_follows():
    """Whatever the sample misses, the means over cells do not."""
    at = next(cells.checks_of("figure2").pieces[0].cells(published("figure2")))
    data = changed(published("figure2"), "benefit", at)
    found = [d for d in cells.checks_of("figure2").follow(tiny("figure2"), data) if not d.ok]
    assert any(d.variable.startswith("MT[") for d in found)


# --------------------------------------------------------------------------------- single networks


def test_a_unit_of_one_auxiliary_task_gives_the_numbers_of_the_whole_unit():
    """Networks do not influence one another; in double precision rounding alone is left."""
    params = tiny("figure2").model_copy(update={"dtype": "float64"})
    (whole,) = in_order(linear_unit, linear_units(params, [(40, 40)])[:1])
    one = narrowed(params, {"S_A": params.S_A[0], "S_B": params.S_B[1], "r_AB": params.r_AB[0]})
    alone = linear_unit(linear(one, 40, 40)[0])
    network = 1 + 1 * len(params.r_AB) + 0
    for i, j in ((0, 0), (1, network)):
        assert np.allclose(alone["loss"][i], whole["loss"][j], rtol=1e-12, atol=0)
        assert alone["t"][i] == whole["t"][j]
    # Negative control: another auxiliary task has other numbers.
    assert not np.allclose(alone["loss"][1], whole["loss"][network + 1], rtol=1e-6)


# ---------------------------------------------------------------------------------- the comparison


def array(*values: Any) -> xr.DataArray:
    return xr.DataArray(list(values), {"point": [10.0, 20.0, 30.0][: len(values)]}, ["point"])


UNIT = Tolerance(0.1, 1.0, "a test")


def worst(published: xr.DataArray, seen: list[Any], tolerance: Tolerance = UNIT) -> Difference:
    return compared("x", published, np.array(seen), tolerance)


def test_the_worst_number_is_named_with_its_labels():
    found = worst(array(0.0, 10.0, 100.0), [0.5, 13.0, 105.0])
    assert found == Difference("x[point=20]", 10.0, 13.0, allowed=2.0, ratio=1.5)
    assert not found.ok


def test_a_difference_within_the_tolerance_is_none():
    assert worst(array(0.0, 10.0), [1.0, 12.0]).ok
    assert not worst(array(0.0, 10.0), [1.001, 10.0]).ok
    assert not worst(array(0.0, 10.0), [0.0, 7.99]).ok


def test_what_is_no_number_has_to_be_none_in_both():
    nan = float("nan")
    assert worst(array(nan, 1.0), [nan, 1.0]).ok
    assert not worst(array(nan, 1.0), [1.0, 1.0]).ok
    assert not worst(array(1.0, 1.0), [1.0, nan]).ok
    assert not worst(array(1.0, 1.0), [1.0, np.inf]).ok


def test_words_have_to_be_the_same():
    assert worst(array("a", "b"), ["a", "b"]).ok
    found = worst(array("a", "b"), ["a", "c"])
    assert (found.ok, found.variable, found.published) == (False, "x[point=20]", "b")


def test_another_shape_differs():
    found = worst(array(1.0, 2.0), [1.0, 2.0, 3.0])
    assert not found.ok
    assert found.recomputed == "of shape (3,)"


def test_tolerances_have_reasons_and_grow_with_depth_and_rounding():
    steps = [loss_tolerance(*of) for of in ((5, "float64"), (0, "float32"), (3, "float32"))]
    steps += [loss_tolerance(5, "float32")]
    assert [t.absolute for t in steps] == sorted({t.absolute for t in steps})
    assert FOLLOWS.relative < DOUBLE.relative < FLOW.relative < 1e-3
    for tolerance in (*steps, FOLLOWS, DOUBLE, FLOW):
        assert len(tolerance.reason) > 15
