"""Grids of benefits: units from parameters, their variables, and statistics of their losses.

A grid of benefits has units over datasets, points and main tasks; the networks inside a unit are
the single-task one, which is the first, and one for every auxiliary task.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.benefit import (
    Problem,
    TheoryUnit,
    Training,
    Unit,
    Values,
    bootstrap_interval,
    solve,
)
from mtlpaper.chapters.common.labels import BOUND, variable
from mtlpaper.chapters.common.precision import of_accuracy, of_loss, of_time
from mtlpaper.chapters.common.two_tasks.costs import cost
from mtlpaper.chapters.common.two_tasks.parameters import (
    LinearStudents,
    Protocol,
    TwoTasks,
)
from mtlpaper.chapters.common.two_tasks.sources import (
    beside_published,
    closeness,
    published_cells,
    source_coordinates,
)
from mtlpaper.companion.contract import Grid, Labels, Variable

#: The parameter `learning_rate` holds at so many training points; the rate is proportional to them.
REFERENCE_POINTS = 800
#: Beyond this over sqrt(1 + S_A), large steps of good students overshoot: their losses are those of
#: no gradient flow, and hang on rounding.
_LARGEST_RATE = 2.0
N_GROUPS = 4
#: How the time is chosen at which two students are compared.
RULES = ("test", "validation", "noisy validation")
ALONE = "alone"
#: Looks at the losses along a training of the authors' steps.
_LOOKS = 40
_LEAST_LOSS = "least generalisation loss by groups of test points"


# ------------------------------------------------------------------------------------------ units


def problem_of(
    params: TwoTasks, n_train: int, n_aux: int, S_A: Values, replicate: int, **changes: Any
) -> Problem:
    """The problem of one unit; `changes` replace fields that the parameters give."""
    given: dict[str, Any] = {"n_train": n_train, "n_aux": n_aux, "S_A": S_A, "replicate": replicate}
    given |= changes
    names = (field.name for field in dataclasses.fields(Problem) if field.name not in given)
    return Problem(
        **given, **{name: getattr(params, name) for name in names if hasattr(params, name)}
    )


def training_of(params: TwoTasks, n_train: int, S_A: Values, **changes: Any) -> Training:
    """Training of students on `n_train` points; `changes` replace fields.

    With more points the minima come later, and larger steps are accurate enough.
    """
    largest = _LARGEST_RATE / math.sqrt(1 + np.max(S_A))
    learning_rate = min(params.learning_rate * n_train / REFERENCE_POINTS, largest)
    if isinstance(params, Protocol) and params.epochs:
        changes = _lengths(params, n_train, learning_rate) | changes
    fields: dict[str, Any] = {
        "learning_rate": learning_rate,
        "t_max": params.t_max,
        "look_every": 2 * learning_rate,
        "look_growth": 0.08,
        "n_test": params.n_test,
        "n_groups": N_GROUPS,
        "n_validation": getattr(params, "n_validation", 0),
        "device": params.device,
        "dtype": params.dtype,
    }
    return Training(**(fields | changes))


def _lengths(params: Protocol, n_train: int, learning_rate: float) -> dict[str, Any]:
    """Length of training and steps of the authors' script, or large steps of the same length."""
    batches = math.ceil(n_train / params.script_batch)
    t_max = params.script_rate * params.epochs * batches
    if params.updates == "flow":
        learning_rate = t_max / math.ceil(t_max / learning_rate)
        return {"t_max": t_max, "learning_rate": learning_rate, "look_every": 2 * learning_rate}
    return {
        "t_max": t_max,
        "learning_rate": params.script_rate,
        "look_every": t_max / _LOOKS,
        "batch_size": params.script_batch,
        "alternating": params.updates == "alternating",
    }


def linear(
    params: LinearStudents | Protocol,
    n_train: int,
    n_aux: int,
    S_A: Values,
    seed: int,
    **changes: Any,
) -> Unit:
    """Linear students of one dataset, pair of training set sizes and main task."""
    problem = problem_of(params, n_train, n_aux, S_A, seed, **changes)
    training = training_of(params, n_train, S_A)
    by_steps = isinstance(params, Protocol) and params.auxiliary_weight == "steps"
    alpha_B = max(1, n_aux // n_train) if by_steps else 1
    unit = Unit(problem, training, params.N2, params.s0, params.initial, alpha_B)
    if isinstance(params, Protocol):
        return dataclasses.replace(unit, biases=params.biases, layers=params.layers)
    return unit


# ------------------------------------------------------------------------------------------ grids


def grid(
    over: dict[str, Labels],
    unit: Any,
    params: TwoTasks,
    suffix: str = "",
    net: xr.Variable | None = None,
) -> Grid:
    """A grid of units: a single-task network and one for every auxiliary task.

    Parameters
    ----------
    over, unit
        As for `Grid`.
    params : TwoTasks
    suffix : str
        Suffix of the variables' names, where a chapter has more than one such grid; then only the
        losses are variables.
    net : xarray.Variable, optional
        Labels of the networks along their dimension; by default the single-task
        network and one for every pair (S_B, r_AB), along `net`.
    """
    if net is None:
        net = networks(pair_labels(product(params.S_B, params.r_AB)))
    dim = str(net.dims[0])
    gives = {f"loss{suffix}": Variable((dim, "group"), _LEAST_LOSS, "nats", of_loss, of="loss")}
    coords = {dim: net, "group": variable("group", np.arange(N_GROUPS), "group of test points")}
    if not suffix:
        what = "the same where validation points choose the time"
        gives |= {
            "t": Variable((dim,), "time of the least loss", "tau", of_time),
            "t_end": Variable((dim,), "time at which the training ended", "tau", of_time),
            "accuracy": Variable((dim,), "largest test accuracy", "1", of_accuracy),
        }
        if getattr(params, "n_validation", 0):
            gives["chosen_loss"] = Variable((dim, "chosen", "group"), what, "nats", of_loss)
            coords["chosen"] = variable("chosen", list(RULES[1:]), "what chooses the time")
    return Grid(over, unit, solve, gives, coords, cost)


def by_theory(unit: Callable[..., Unit], n_points: int) -> Callable[..., TheoryUnit]:
    """The units of a grid, followed by the finite-sample theory with `n_points` Sobol points."""
    return lambda **labels: TheoryUnit(unit(**labels), "finite", n_points)


def networks(beside: Iterable[str], dim: str = "net") -> xr.Variable:
    """Labels of the single-task network and of the multitask networks."""
    return variable(dim, [ALONE, *beside], "what the main task is learned beside")


def pair_labels(pairs: Iterable[tuple[Values, Values]]) -> list[str]:
    """Labels of auxiliary tasks whose S_B and r_AB are single numbers."""
    return [f"S_B = {S_B:g}, r_AB = {r:g}" for S_B, r in pairs]


def seeds(params: TwoTasks) -> Labels:
    """Labels of datasets."""
    return Labels(range(params.n_seeds), "number of the dataset")


def main_tasks(params: TwoTasks) -> Labels:
    """Labels of main tasks."""
    return Labels(params.S_A, "singular value of the main task's teacher")


def points(values: Sequence[int], which: str = "main") -> Labels:
    """Labels of numbers of training points of the `main` or the `auxiliary` task."""
    return Labels(values, f"training points of the {which} task")


# ---------------------------------------------------------------------------------- statistics


def against_alone(loss: xr.DataArray, dim: str = "net", task: str = "auxiliary") -> xr.DataArray:
    """Benefits: the loss of the single-task network minus those of the others.

    Parameters
    ----------
    loss : xarray.DataArray
        Over `dim` and others; the single-task network is the first along `dim`.
    dim, task : str
        Dimension of the networks, and the dimension of the auxiliary tasks in the result, which is
        the last.
    """
    last = loss.transpose(..., dim)
    values = last.values[..., :1] - last.values[..., 1:]
    outer = list(map(str, last.dims[:-1]))
    coords = {name: last[name].variable for name in outer if name in last.coords}
    return xr.DataArray(values, coords, [*outer, task])


def gain(params: TwoTasks, loss: xr.DataArray) -> xr.DataArray:
    """Benefits of a grid, whose auxiliary tasks are all pairs (S_B, r_AB).

    Parameters
    ----------
    params : TwoTasks
    loss : xarray.DataArray
        Over `net` and others.

    Returns
    -------
    xarray.DataArray
        With S_B and r_AB as last dimensions instead of `net`.
    """
    each = against_alone(loss)
    shape = (len(params.S_B), len(params.r_AB))
    outer = list(map(str, each.dims[:-1]))
    coords = {str(dim): of.variable for dim, of in each.coords.items()}
    values = each.values.reshape(*each.shape[:-1], *shape)
    return xr.DataArray(values, coords | task_coordinates(params), [*outer, "S_B", "r_AB"])


def theory_gain(params: TwoTasks, data: xr.Dataset, suffix: str, what: str) -> xr.Variable:
    """Benefits by theory, from the losses with the suffix `suffix`."""
    found = gain(params, data[f"loss{suffix}"].mean("group"))
    return variable(tuple(map(str, found.dims)), found.values, what, "nats")


def benefits(params: TwoTasks, data: xr.Dataset, keep: Sequence[str] = ()) -> xr.Dataset:
    """Benefits of a grid and their statistics.

    Parameters
    ----------
    params : TwoTasks
    data : xarray.Dataset
        With the variables of `grid`, over seed and others.
    keep : sequence of str
        Dimensions of the counts of networks and of the shares of their minima.

    Returns
    -------
    xarray.Dataset
        `benefit` over (rule, seed, ..., S_B, r_AB); `MT`, its mean over datasets with interval,
        over (bound, ...); `benefit_accuracy`; `test_error`, the standard error of the benefit due
        to the test points; `L_single` with its interval; the `share` of minima by `place`;
        `n_networks`.
    """
    loss = data["loss"]
    outer = [str(dim) for dim in loss.dims if dim not in ("net", "group")]
    outer = ["seed", *(dim for dim in outer if dim != "seed")]
    loss = loss.transpose(*outer, "net", "group")
    rules = [loss.mean("group")]
    if "chosen_loss" in data:
        rules += [data["chosen_loss"].sel(chosen=name).mean("group") for name in RULES[1:]]
    gains = [gain(params, rule.transpose(*outer, "net")) for rule in rules]
    dims = (*outer, "S_B", "r_AB")
    groups = gain(params, loss).transpose(*dims, "group").values
    error = groups.std(axis=-1, ddof=1) / np.sqrt(groups.shape[-1])
    accuracy = -gain(params, data["accuracy"].transpose(*outer, "net")).values
    single = loss.isel(net=0).mean("group").values
    return xr.Dataset(
        {
            "benefit": variable(
                ("rule", *dims), [one.values for one in gains], "multitask benefit", "nats"
            ),
            "MT": interval(dims, gains[0].values, "multitask benefit, mean over datasets"),
            "benefit_accuracy": variable(dims, accuracy, "gain in largest test accuracy"),
            "test_error": variable(
                dims, error, "standard error of the benefit due to the test points", "nats"
            ),
            "L_single": interval(
                outer, single, "generalisation loss of the single-task student at its minimum"
            ),
            **counts(data, keep),
        },
        {
            **{dim: data[dim].variable for dim in outer},
            "rule": variable("rule", list(RULES[: len(rules)]), "what chooses the time"),
            **task_coordinates(params),
            "bound": BOUND,
            "place": variable("place", list(PLACES), "where in the training the minimum is"),
        },
    )


def compared(
    params: TwoTasks, data: xr.Dataset, table: xr.Dataset
) -> tuple[xr.Dataset, xr.DataArray, xr.Dataset]:
    """Benefits of a grid at both settings, beside the published cells of the same grid.

    Parameters
    ----------
    params : TwoTasks
    data : xarray.Dataset
        With the variables of `grid`, over setting, seed and others.
    table : xarray.Dataset
        From `mtlpaper.documents.lee2019.published.load`.

    Returns
    -------
    found : xarray.Dataset
        What `with_published` gives, and `close`, how closely ours follow the published cells.
    benefit : xarray.DataArray
        Over (seed, setting, ..., S_B, r_AB), at the time of the least test loss.
    cells : xarray.Dataset
        From `published_cells`.
    """
    dims = map(str, table["MT"].dims)
    grid = {dim: data[dim].values if dim in data.coords else getattr(params, dim) for dim in dims}
    cells = published_cells(table, **grid)
    found = with_published(benefits(params, data, keep=["setting"]), cells)
    benefit = found["benefit"].sel(rule="test")
    return found.assign(close=closeness(benefit, cells)), benefit, cells


def with_published(found: xr.Dataset, published: xr.Dataset) -> xr.Dataset:
    """Add the published means to those of `benefits`, along `source`.

    Parameters
    ----------
    found : xarray.Dataset
        From `benefits`, over `setting` and others.
    published : xarray.Dataset
        The same cells, from `published_cells`; values along dimensions that a published variable
        lacks are all the same.

    Returns
    -------
    xarray.Dataset
        With `MT` and `L_single` over (bound, source, ...).
    """
    joined = {}
    for name in ("MT", "L_single"):
        cells = found[name].isel(bound=0, setting=0, drop=True)
        theirs = published[[name, f"{name}_se"]].broadcast_like(cells).transpose(*cells.dims)
        joined[name] = beside_published(
            found[name].variable, theirs[name].variable, theirs[f"{name}_se"].variable
        )
    return found.assign(joined).assign_coords(source_coordinates())


def interval(dims: Sequence[str], samples: np.ndarray, what: str) -> xr.Variable:
    """Mean in nats over datasets, the first of `dims`, with its interval along `bound`."""
    return variable(("bound", *dims[1:]), bootstrap_interval(samples), what, "nats")


def over_datasets(samples: xr.DataArray) -> xr.DataArray:
    """Mean over `seed` with its interval along `bound`, which comes first."""
    values = samples.transpose("seed", ...)
    one = values.isel(seed=0, drop=True)
    return xr.DataArray(bootstrap_interval(values.values), one.coords, ("bound", *one.dims))


#: Where a minimum lies: at the first look, at the last, or between them.
PLACES = ("at the start", "interior", "at the end")


def counts(data: xr.Dataset, keep: Sequence[str] = ()) -> dict[str, xr.Variable]:
    """Number of networks, and the share of their minima at each of `PLACES`.

    Parameters
    ----------
    data : xarray.Dataset
        With the times `t` of minima and `t_end` of the end of training.
    keep : sequence of str
        Dimensions that the counts keep.
    """
    t, t_end = data["t"], data["t_end"]
    over = [dim for dim in t.dims if dim not in keep]
    start, end = (t == 0).mean(over), ((t == t_end) & (t > 0)).mean(over)
    dims = tuple(map(str, start.dims))
    shares = np.stack([start.values, (1 - start - end).values, end.values], axis=-1)
    total = np.full(start.shape, t.size // max(1, start.size))
    return {
        "share": variable((*dims, "place"), shares, "share of minima"),
        "n_networks": variable(dims, total, "networks trained"),
    }


def task_coordinates(params: TwoTasks) -> dict[str, xr.Variable]:
    """Coordinates of auxiliary tasks."""
    return {
        "S_B": variable("S_B", list(params.S_B), "singular value of the auxiliary task's teacher"),
        "r_AB": variable("r_AB", list(params.r_AB), "relatedness"),
    }


def extreme_tasks(params: TwoTasks) -> dict[str, tuple[float, ...]]:
    """The auxiliary tasks at the corners of the grid, as fields of a problem."""
    ends = {name: (getattr(params, name)[0], getattr(params, name)[-1]) for name in ("S_B", "r_AB")}
    return {name: tuple(dict.fromkeys(values)) for name, values in ends.items()}
