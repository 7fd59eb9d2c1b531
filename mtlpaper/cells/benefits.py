"""Cells of the grids of benefits: one dataset, one main task, one auxiliary task.

The networks of a unit do not influence one another, so a unit with a single auxiliary task gives
the numbers that this task has in the whole unit, but for the rounding of products of other shapes.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.benefit import (
    DeepUnit,
    TheoryUnit,
    Unit,
    bootstrap_interval,
    deep_unit,
    linear_unit,
    theory_unit,
)
from mtlpaper.cells.checks import At, Piece
from mtlpaper.cells.precision import LOSS, of_cell, of_unit
from mtlpaper.cells.tolerances import Tolerance
from mtlpaper.experiments.benefits import PLACES, from_units, linear_units
from mtlpaper.settings.two_tasks import TwoTasks

AnyUnit = Unit | DeepUnit | TheoryUnit
#: Units of all datasets of narrowed parameters, for the labels of a cell.
UnitsOf = Callable[[Any, At], Sequence[AnyUnit]]

#: Variables of one cell.
CELL = ("benefit", "benefit_accuracy", "test_error", "t_single", "t_multi")
#: Tolerances where nothing narrows or widens them.
_USUAL = dict.fromkeys(CELL, LOSS)


def grid(outer: tuple[str, ...], units: UnitsOf) -> tuple[Piece, ...]:
    """Pieces of what `from_units` gives.

    Parameters
    ----------
    outer : tuple of str
        Dimensions besides those of datasets and tasks.
    units : callable
        From parameters narrowed to one main task and one auxiliary task, and a cell's labels, to
        the units of all datasets in order.
    """

    def cell(params: Any, at: At) -> dict[str, Any]:
        one = narrowed(params, at, n_seeds=at["seed"] + 1)
        result = trained(units(one, at)[-1])
        # `from_units` takes intervals, for which it needs two datasets; one of them is read.
        two = one.model_copy(update={"n_seeds": 2})
        data = from_units(two, [result, result], "n_train", [0])
        found = data.isel(seed=0, n_train=0, S_A=0, S_B=0, r_AB=0)
        return {name: found[name].values for name in CELL}

    def alone(params: Any, at: At) -> dict[str, Any]:
        one = narrowed(params, {**at, "S_B": params.S_B[0], "r_AB": params.r_AB[0]})
        data = from_units(one, [trained(unit) for unit in units(one, at)], "n_train", [0])
        return {"L_single": data["L_single"].isel(n_train=0, S_A=0).values}

    def tolerance(params: Any, at: At) -> Mapping[str, Tolerance]:
        return of_cell(units(narrowed(params, at), at)[0])

    both = ("seed", *outer, "S_A", "S_B", "r_AB")
    return (
        Piece(
            both,
            cell,
            _USUAL,
            lambda params, at: seconds(units(narrowed(params, at), at)[:1]),
            tolerance_at=tolerance,
        ),
        Piece(
            (*outer, "S_A"),
            alone,
            {"L_single": LOSS},
            lambda params, at: seconds(units(narrowed(params, at), at)),
            tolerance_at=tolerance,
        ),
    )


def theory_piece(name: str, outer: tuple[str, ...], units: UnitsOf) -> Piece:
    """The benefit of one cell by a theory, which is a variable of its own."""
    return loss_piece(
        name,
        ("seed", *outer, "S_A", "S_B", "r_AB"),
        lambda params, at: units(narrowed(params, at, n_seeds=at["seed"] + 1), at)[-1],
    )


def loss_piece(name: str, over: tuple[str, ...], unit: Callable[[Any, At], AnyUnit]) -> Piece:
    """A variable that holds the benefit of one auxiliary task, from a unit that has no other."""
    return Piece(
        over,
        lambda params, at: {name: gain(trained(unit(params, at)))[0]},
        {name: LOSS},
        lambda params, at: seconds([unit(params, at)]),
        tolerance_at=lambda params, at: {name: of_unit(unit(params, at))},
    )


def linear(params: Any, n_train: int, n_aux: int, **changes: Any) -> list[Unit]:
    """Units of one pair of training set sizes."""
    return linear_units(params, [(n_train, n_aux)], **changes)


def narrowed(params: Any, at: At, **changes: Any) -> Any:
    """Parameters with the main and auxiliary tasks of a cell alone."""
    tasks = {name: (at[name],) for name in ("S_A", "S_B", "r_AB") if name in at}
    return params.model_copy(update=tasks | changes)


def trained(unit: AnyUnit) -> Mapping[str, np.ndarray]:
    """What comes out of a unit; never from a store."""
    if isinstance(unit, TheoryUnit):
        return theory_unit(unit)
    return deep_unit(unit) if isinstance(unit, DeepUnit) else linear_unit(unit)


def gain(result: Mapping[str, np.ndarray]) -> np.ndarray:
    """Benefit of every auxiliary task of a unit."""
    loss = result["loss"].mean(axis=1)
    return loss[0] - loss[1:]


def seconds(units: Sequence[AnyUnit]) -> float:
    """What units with one auxiliary task take, measured on one core of a server: good to a factor.

    The steps to the minimum grow with the points, and are the more the smaller they are.
    """
    return sum(_seconds(unit) for unit in units)


def _seconds(unit: AnyUnit) -> float:
    if isinstance(unit, TheoryUnit):
        return 3 * _seconds(unit.unit)
    training, problem = unit.training, unit.problem
    steps = 1.0 / training.learning_rate
    points = problem.n_train + problem.n_aux
    depth = unit.depth if isinstance(unit, DeepUnit) else 0
    return 0.05 + steps * points * (2e-5 + 1e-5 * depth)


def follows(params: TwoTasks, data: xr.Dataset) -> dict[str, xr.DataArray | xr.Variable]:
    """What `from_units` takes from single cells: `MT`, the `share` of minima and `n_networks`."""
    benefit = data["benefit"].sel(rule="test", drop=True)
    dims = ("seed", *(dim for dim in benefit.dims if dim != "seed"))
    interval = bootstrap_interval(benefit.transpose(*dims).values)
    times = [data["t_single"], data["t_multi"]]
    kept = data["n_networks"].dims
    total = sum(t.size for t in times) / data["n_networks"].size

    def share(where: Callable[[xr.DataArray], xr.DataArray]) -> xr.DataArray:
        counts = [where(t).sum([dim for dim in t.dims if dim not in kept]) for t in times]
        return sum(counts[1:], counts[0]) / total

    # Who has its minimum at its end has been cut short, at the first look past `t_max`.
    start, end = share(lambda t: t == 0), share(lambda t: (t > 0) & (t >= params.t_max))
    shares = xr.concat([start, 1 - start - end, end], dim="place").assign_coords(place=list(PLACES))
    return {
        "MT": xr.Variable(("bound", *dims[1:]), interval),
        "share": shares,
        "n_networks": xr.Variable(kept, np.full(data["n_networks"].shape, total)),
    }
