"""Benefits over a grid of cells: from parameters to units, and from units to labelled arrays."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import xarray as xr
from jaxtyping import Float

from mtlpaper.benefit import (
    Problem,
    TheoryUnit,
    Training,
    Unit,
    Values,
    bootstrap_interval,
    linear_unit,
    theory_unit,
)
from mtlpaper.experiments.labels import bound_coordinate, seed_coordinate, variable
from mtlpaper.settings.two_tasks import LinearStudents, MainTasks, TwoTasks
from mtlpaper.sweeps import sweep

#: Points of training at which `learning_rate` holds; it grows with their number.
REFERENCE_POINTS = 800
#: Beyond it gradient descent leaves the gradient flow, and then diverges.
_LARGEST_RATE = 2.0
N_GROUPS = 4
#: How the time is chosen at which two students are compared.
RULES = ("test", "validation", "noisy validation")
SNR = ("low", "high")


def problem_of(
    params: TwoTasks, n_train: int, n_aux: int, S_A: Values, replicate: int, **changes: Any
) -> Problem:
    """The problem of one cell of the grid; `changes` replace what the parameters say."""
    given: dict[str, Any] = {"n_train": n_train, "n_aux": n_aux, "S_A": S_A, "replicate": replicate}
    given |= changes
    fields = dataclasses.fields(Problem)
    names = (field.name for field in fields if field.default is dataclasses.MISSING)
    return Problem(**given, **{name: getattr(params, name) for name in names if name not in given})


def training_of(params: TwoTasks, n_train: int, **changes: Any) -> Training:
    """How students of `n_train` points are trained and looked at; `changes` replace fields.

    Minima come later with more points, and the descent may take larger steps towards them.
    """
    learning_rate = min(params.learning_rate * n_train / REFERENCE_POINTS, _LARGEST_RATE)
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


def linear_units(
    params: LinearStudents, points: Sequence[tuple[int, int]], **changes: Any
) -> list[Unit]:
    """One unit for every dataset, pair of training set sizes and main task, in this order."""
    return [
        Unit(
            problem_of(params, n_train, n_aux, S_A, replicate, **changes),
            training_of(params, n_train),
            params.N2,
            params.s0,
            params.initial,
        )
        for replicate in range(params.n_seeds)
        for n_train, n_aux in points
        for S_A in params.S_A
    ]


def n_networks(unit: Any) -> int:
    """Networks of a unit, which are the cells of its progress."""
    return (unit.unit if isinstance(unit, TheoryUnit) else unit).problem.n_networks


def in_order(
    function: Callable[[Any], Mapping[str, np.ndarray]], units: Sequence[Any]
) -> list[Mapping[str, np.ndarray]]:
    """Sweep over units, the large ones first so that no worker is left with one at the end."""
    sizes = [_size(unit) for unit in units]
    order = np.argsort([-size for size in sizes], kind="stable")
    results = sweep(function, [units[i] for i in order], cells=n_networks)
    place = np.argsort(order, kind="stable")
    return [results[i] for i in place]


def _size(unit: Any) -> int:
    problem = (unit.unit if isinstance(unit, TheoryUnit) else unit).problem
    return problem.n_train + problem.n_aux


def measured(params: LinearStudents, points: Sequence[tuple[int, int]], axis: str) -> xr.Dataset:
    """Train all networks of a grid and take their benefits.

    Parameters
    ----------
    params : LinearStudents
    points : sequence of (n_train, n_aux)
    axis : {"n_train", "n_aux"}
        Which of the two numbers the grid's axis bears.

    Returns
    -------
    xarray.Dataset
        See `from_units`.
    """
    results = in_order(linear_unit, linear_units(params, points))
    return from_units(params, results, axis, [pair[axis == "n_aux"] for pair in points])


def theory(
    params: LinearStudents,
    points: Sequence[tuple[int, int]],
    *,
    data: Literal["finite", "infinite"],
    n_points: int,
) -> Float[np.ndarray, "seed points S_A S_B r_AB"]:
    """Benefits of the same grid by a theory's flow, from the same starts and datasets."""
    units = [TheoryUnit(unit, data, n_points) for unit in linear_units(params, points)]
    results = in_order(theory_unit, units)
    loss = np.stack([result["loss"].mean(axis=1) for result in results])
    gain = _gain(_on_grid(params, loss, len(points)))
    return gain.reshape(*gain.shape[:-1], len(params.S_B), len(params.r_AB))


def _on_grid(
    params: TwoTasks, values: Float[np.ndarray, "unit net *rest"], n_points: int
) -> Float[np.ndarray, "seed points S_A net *rest"]:
    return values.reshape(params.n_seeds, n_points, len(params.S_A), *values.shape[1:])


def _gain(loss: Float[np.ndarray, "*grid net"]) -> Float[np.ndarray, "*grid cell"]:
    """Loss of the single-task network, which is the first, minus those of the multitask ones."""
    return loss[..., :1] - loss[..., 1:]


def from_units(
    params: TwoTasks, results: Sequence[Mapping[str, np.ndarray]], axis: str, ticks: Sequence[int]
) -> xr.Dataset:
    """Label what came out of the units of a grid.

    Returns
    -------
    xarray.Dataset
        Over (seed, `axis`, S_A) and, where networks are multitask, (S_B, r_AB): `benefit` by
        (rule, ...) with the rules of `RULES`, `benefit_accuracy`, `test_error` of the benefit,
        times `t_single` and `t_multi`, `L_single`; `MT` with its interval over (bound, ...); the
        `share` of minima by `place`.
    """
    stacked = {
        name: _on_grid(params, np.stack([result[name] for result in results]), len(ticks))
        for name in ("loss", "t", "accuracy", "chosen_loss", "t_end")
    }
    loss = stacked["loss"]  # (…, net, group)
    n_rules = 1 + stacked["chosen_loss"].shape[-2]
    by_rule = np.concatenate([loss[..., None, :], stacked["chosen_loss"]], axis=-2).mean(axis=-1)
    cell = (len(params.S_B), len(params.r_AB))

    def cells(values: np.ndarray) -> np.ndarray:
        return values.reshape(*values.shape[:-1], *cell)

    benefit = cells(_gain(np.moveaxis(by_rule, -1, 0)))
    groups = loss[..., :1, :] - loss[..., 1:, :]
    error = groups.std(axis=-1, ddof=1) / np.sqrt(groups.shape[-1])
    main, both = ("seed", axis, "S_A"), ("seed", axis, "S_A", "S_B", "r_AB")
    return xr.Dataset(
        {
            "benefit": variable(("rule", *both), benefit, "multitask benefit", "nats"),
            "MT": variable(
                ("bound", *both[1:]),
                bootstrap_interval(benefit[0]),
                "multitask benefit, mean over datasets",
                "nats",
            ),
            "benefit_accuracy": variable(
                both,
                cells(-_gain(stacked["accuracy"])),
                "gain in largest test accuracy",
            ),
            "test_error": variable(
                both, cells(error), "standard error of the benefit due to the test points", "nats"
            ),
            "L_single": variable(
                ("bound", *main[1:]),
                bootstrap_interval(loss[..., 0, :].mean(axis=-1)),
                "generalisation loss of the single-task student at its minimum",
                "nats",
            ),
            "t_single": variable(main, stacked["t"][..., 0], "time of the minimum", "tau"),
            "t_multi": variable(both, cells(stacked["t"][..., 1:]), "time of the minimum", "tau"),
            "share": variable("place", places(stacked["t"], stacked["t_end"]), "share of minima"),
            "n_networks": variable((), stacked["t"].size, "networks trained"),
        },
        {
            axis: variable(axis, list(ticks), _TICKS[axis]),
            "rule": variable("rule", list(RULES[:n_rules]), "what chooses the time"),
            "place": variable("place", list(PLACES), "where in the training the minimum is"),
            **task_coordinates(params),
            **seed_coordinate(params.n_seeds),
            **bound_coordinate(),
        },
    )


#: Where a minimum lies: at the first look, at the last, or between them.
PLACES = ("at the start", "interior", "at the end")
_TICKS = {
    "n_train": "training points of the main task",
    "n_aux": "training points of the auxiliary task",
}


def places(t: np.ndarray, t_end: np.ndarray) -> list[float]:
    """Share of minima at each of `PLACES`, from times of minima and of the end of training."""
    start, end = t == 0, (t == t_end) & (t > 0)
    return [float(start.mean()), float(1 - start.mean() - end.mean()), float(end.mean())]


def task_coordinates(params: TwoTasks) -> dict[str, xr.Variable]:
    """Coordinates of main and auxiliary tasks."""
    return {
        "S_A": variable("S_A", list(params.S_A), "singular value of the main task's teacher"),
        "S_B": variable("S_B", list(params.S_B), "singular value of the auxiliary task's teacher"),
        "r_AB": variable("r_AB", list(params.r_AB), "relatedness"),
    }


def snr_bins(S_B: Sequence[float], bins: str) -> tuple[slice, slice]:
    """Which of the increasing values count as low and as high.

    With one value, or the middle one of an odd number of `halves`, both may share it or leave it.
    """
    n = len(S_B)
    if bins == "ends" or n == 1:
        return slice(0, 1), slice(n - 1, n)
    return slice(0, n // 2), slice(n - n // 2, n)


def _binned(params: MainTasks, benefit: xr.DataArray, over: Sequence[str]) -> xr.DataArray:
    """Mean benefit for low and high S_B, over (seed, ..., snr, r_AB)."""
    parts = [
        benefit.isel(S_B=part).mean(["S_B", *over]) for part in snr_bins(params.S_B, params.bins)
    ]
    return xr.concat(parts, dim="snr").transpose("seed", ..., "snr", "r_AB")


def segments(params: MainTasks, benefit: xr.DataArray, over: Sequence[str] = ()) -> xr.Variable:
    """Mean benefit for low and high S_B with intervals: the line segments of the figures.

    Parameters
    ----------
    params : MainTasks
        Says which S_B are low and which high.
    benefit : xarray.DataArray
        Over `seed`, `S_B`, `r_AB` and others.
    over : sequence of str
        Dimensions to average over besides S_B.

    Returns
    -------
    xarray.Variable
        Over (bound, ..., snr, r_AB).
    """
    binned = _binned(params, benefit, over)
    dims = ("bound", *map(str, binned.dims[1:]))
    interval = bootstrap_interval(binned.values)
    return variable(dims, interval, "multitask benefit for low and high S_B", "nats")


#: Differences between segments' ends that the paper's sentences speak of.
EFFECTS = (
    "related minus unrelated, high S_B",
    "high minus low S_B, related",
    "high minus low S_B, unrelated",
    "unrelated, low S_B",
    "unrelated, high S_B",
    "related, high S_B",
)


def effects(params: MainTasks, benefit: xr.DataArray, over: Sequence[str] = ()) -> xr.Variable:
    """Differences between the ends of the line segments, with paired intervals.

    "Related" and "unrelated" are the last and the first r_AB.

    Parameters
    ----------
    params, benefit, over
        As for `segments`.

    Returns
    -------
    xarray.Variable
        Over (bound, ..., effect), in the order of `EFFECTS`.
    """
    binned = _binned(params, benefit, over)
    (low0, high0), (low1, high1) = (
        [binned.isel(snr=snr, r_AB=r).values for snr in (0, 1)] for r in (0, -1)
    )
    samples = [high1 - high0, high1 - low1, high0 - low0, low0, high0, high1]
    dims = ("bound", *map(str, binned.dims[1:-2]), "effect")
    interval = bootstrap_interval(np.stack(samples, axis=-1))
    return variable(dims, interval, "effect on the multitask benefit", "nats")


def extreme_tasks(params: TwoTasks) -> dict[str, tuple[float, ...]]:
    """The auxiliary tasks at the corners of the grid, as fields of a problem."""
    ends = {name: (getattr(params, name)[0], getattr(params, name)[-1]) for name in ("S_B", "r_AB")}
    return {name: tuple(dict.fromkeys(values)) for name, values in ends.items()}


def snr_coordinates() -> dict[str, xr.Variable]:
    """Coordinates of low and high S_B, and of the effects."""
    return {
        "snr": variable("snr", list(SNR), "signal-to-noise ratio of the auxiliary task"),
        "effect": variable("effect", list(EFFECTS), "difference between segments' ends"),
    }


def high_main_tasks(params: MainTasks) -> list[float]:
    """Main tasks that count as high SNR."""
    return list(params.S_A[-params.n_high :])
