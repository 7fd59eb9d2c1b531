"""Grids are filled place by place, the costly units first, and holes stay holes."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
import xarray as xr

from mtlpaper.companion.contract import (
    Cost,
    Grid,
    Labels,
    Stage,
    Variable,
    compute,
    computing,
    estimate,
)


@dataclass(frozen=True)
class Product:
    """Stands in for a training: tells which unit it was."""

    a: int
    b: float


def multiply(unit: Product) -> dict[str, np.ndarray]:
    return {"product": np.array(unit.a * unit.b), "powers": unit.a ** np.arange(3)}


A, B = (1, 2, 5), (0.5, 3.0)


def grid(*, hole: tuple[int, float] | None = None) -> Grid:
    def unit(a: int, b: float) -> Product | None:
        return None if (a, b) == hole else Product(a, b)

    return Grid(
        {"a": Labels(A, "first"), "b": Labels(B, "second", "nats")},
        unit,
        multiply,
        {
            "product": Variable((), "product", "nats"),
            "power": Variable(("exponent",), "powers of the first", of="powers"),
        },
        {"exponent": xr.Variable("exponent", [0, 1, 2], {"long_name": "e", "units": "1"})},
        lambda unit: Cost(seconds=unit.a, networks=2),
    )


def stage(**options) -> Stage:
    return Stage(lambda *_: [grid(**options)])


def test_every_unit_fills_its_place():
    data = compute([stage()], None)
    assert data["product"].dims == ("a", "b")
    assert data["power"].dims == ("a", "b", "exponent")
    for a in A:
        for b in B:
            assert data["product"].sel(a=a, b=b) == a * b
            assert data["power"].sel(a=a, b=b).values.tolist() == [1, a, a * a]
    assert data["power"].dtype.kind == "i"
    assert data["b"].attrs == {"long_name": "second", "units": "nats"}
    assert data["product"].attrs == {"long_name": "product", "units": "nats"}


def test_places_without_a_unit_hold_no_number():
    data = compute([stage(hole=(2, 3.0))], None)
    assert np.argwhere(np.isnan(data["product"].values)).tolist() == [[1, 1]]
    assert np.isnan(data["power"].sel(a=2, b=3.0)).all()
    assert data["power"].sel(a=2, b=0.5).values.tolist() == [1, 2, 4]


def test_costly_units_go_first(monkeypatch):
    """So that no worker is left with one at the end; equal ones keep their order."""
    went = []

    def record(run, units, *, networks):
        went.extend((unit.a, unit.b) for unit in units)
        assert [networks(unit) for unit in units] == [2] * len(units)
        return [run(unit) for unit in units]

    monkeypatch.setattr(computing, "sweep", record)
    data = compute([stage()], None)
    assert went == [(a, b) for a in (5, 2, 1) for b in B]
    assert data["product"].sel(a=2, b=3.0) == 6


def test_a_later_stage_sees_what_an_earlier_one_derived():
    def derive(_: None, data: xr.Dataset) -> xr.Dataset:
        return xr.Dataset({"best": ((), data["product"].max().item())})

    def again(_: None, data: xr.Dataset) -> Iterator[Grid]:
        best = data["best"].item()
        twice = {"twice": Variable((), "twice", of="product")}
        yield Grid({}, lambda: Product(2, best), multiply, twice)

    stages = [Stage(lambda *_: [grid()], derive), Stage(again)]
    assert compute(stages, None)["twice"] == 30
    # Before the run zeros stand in for what is not known yet; units are counted all the same.
    size = estimate(stages, None)
    assert (size.n_units, size.n_networks) == (7, 12)
    assert size.seconds == pytest.approx(2 * sum(A) + Cost().seconds)


def test_data_that_contradict_each_other_are_not_joined():
    one = xr.Dataset({"x": ("a", [1.0, np.nan])}, {"a": [1, 2]})
    assert computing.joined(one, one).equals(one)
    with pytest.raises(ValueError, match="x"):
        computing.joined(one, one + 1)
    with pytest.raises(ValueError, match="a"):
        computing.joined(one, one.assign_coords(a=[1, 3]))
