"""Every chapter keeps the contract: what is declared is computed, estimated and checked."""

from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
import xarray as xr
from tiny import data_of as published
from tiny import params_of as tiny
from tiny import reduced

from mtlpaper.companion import experiments
from mtlpaper.companion.contract import Grid, Stage, checking
from mtlpaper.companion.contract.checking import Check
from mtlpaper.companion.registry import chapters, settings

NAMES = list(chapters())


@pytest.fixture
def as_published():
    """The scan of the tiny data."""
    with reduced():
        yield


@cache
def checks(name: str) -> list[Check]:
    return list(checking.checks(name, chapters()[name].stages, tiny(name), published(name)))


def follow(name: str, data: xr.Dataset) -> list[str]:
    """Names of the variables that do not follow from the others."""
    found = checking.follow(chapters()[name].stages, tiny(name), data)
    return [difference.variable.partition("[")[0] for difference in found if not difference.ok]


def spoilt(data: xr.Dataset, name: str, at: dict[str, Any] | None = None) -> xr.Dataset:
    """The data with one number of a variable changed, or one word."""
    values = data[name].variable.copy(deep=True)
    where = {dim: i for dim, i in (at or {}).items() if dim in values.dims}
    part = values.isel(where)
    finite = np.ones(part.shape, bool)
    if part.dtype.kind == "f" and np.isfinite(part.values).any():
        finite = np.isfinite(part.values)
    last = dict(zip(part.dims, map(int, np.argwhere(finite)[-1]), strict=True))
    index = tuple((where | last)[dim] for dim in values.dims)
    new = values.values.astype(object) if values.dtype.kind in "UO" else values.values.copy()
    old = new[index]
    if isinstance(old, str):
        new[index] = "another word"
    elif new.dtype.kind == "b":
        new[index] = not old
    else:
        new[index] = new.dtype.type(3 * np.nan_to_num(float(old)) + 100)
    changed = xr.Variable(values.dims, new, values.attrs)
    return data.drop_vars(name).assign({name: changed})


def last_filled(name: str, grid: Grid) -> Check:
    return [check for check in checks(name) if list(check.grid.gives) == list(grid.gives)][-1]


def grids(name: str) -> list[Grid]:
    found: dict[str, Grid] = {}
    for check in checks(name):
        found.setdefault(next(iter(check.grid.gives)), check.grid)
    return list(found.values())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("as_published")
def test_every_variable_is_measured_or_derived_and_says_what_it_is(name):
    data = published(name)
    assert follow(name, data) == []
    for variable in data.variables.values():
        assert variable.attrs["long_name"]
        assert variable.attrs["units"]
    measured = [variable for grid in grids(name) for variable in grid.gives]
    assert len(measured) == len(set(measured))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("as_published")
def test_a_unit_comes_out_as_published_and_a_change_does_not(name):
    data = published(name)
    for grid in grids(name):
        check = last_filled(name, grid)
        found = grid.run(check.cell.unit)
        assert [d for d in check.differences(data, found) if not d.ok] == []
        at = dict(zip(grid.over, check.cell.place, strict=True))
        for variable in grid.gives:
            if variable in data.dims:
                continue  # the labels of other variables
            off = check.differences(spoilt(data, variable, at), found)
            assert [d.variable.partition("[")[0] for d in off if not d.ok] == [variable]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
@pytest.mark.parametrize("name", [n for n in NAMES if "device" in settings(n).model_fields])
@pytest.mark.usefixtures("as_published")
def test_a_unit_comes_out_the_same_on_a_gpu(name):
    data, params = published(name), tiny(name).model_copy(update={"device": "cuda"})
    every = checking.checks(name, chapters()[name].stages, params, data)
    for check in {next(iter(check.grid.gives)): check for check in every}.values():
        found = check.grid.run(check.cell.unit)
        assert [d for d in check.differences(data, found) if not d.ok] == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("as_published")
def test_a_change_of_what_follows_is_noticed_and_so_is_what_nobody_declared(name):
    """All derived variables are changed at once: none of them is read by another's derivation."""
    data = published(name)
    measured = {variable for grid in grids(name) for variable in grid.gives}
    derived = [str(variable) for variable in data.data_vars if variable not in measured]
    for variable in derived:
        data = spoilt(data, variable)
    assert sorted(follow(name, data.assign(stray=1.0))) == sorted([*derived, "stray"])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("as_published")
def test_the_size_is_known_before_the_run(name):
    estimate = experiments.estimate(tiny(name))
    assert estimate.n_units == len(checks(name))
    assert estimate.seconds > 0
    assert all(check.seconds > 0 for check in checks(name))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("preset", ["quick", "paper"])
def test_presets_declare_their_grids(name, preset):
    params = settings(name).preset(preset)
    stages: tuple[Stage, ...] = chapters()[name].stages
    first = list(stages[0].measure(params, xr.Dataset()))
    assert first
    for grid in first:
        units = [cell.unit for cell in grid.cells()]
        assert units
        assert len(set(units)) == len(units)  # frozen, and no unit is computed twice
