"""What the choice of the time and the size of the steps do to the benefit."""

import dataclasses
from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float

from mtlpaper.benefit import DeepUnit, Unit, bootstrap_interval, deep_unit, linear_unit
from mtlpaper.experiments.benefits import (
    extreme_tasks,
    in_order,
    linear_units,
    measured,
    problem_of,
    training_of,
)
from mtlpaper.experiments.labels import variable
from mtlpaper.settings.stopping import Stopping

IN_USE = "in use"
_COMPARED = ("S_A", "S_B", "r_AB")


def compute(params: Stopping) -> xr.Dataset:
    """Compare rules of stopping, learning rates, and stopping early with going on.

    Returns
    -------
    xarray.Dataset
        What `measured` gives at `n_train` points, with `MT_rule` over (bound, rule, S_A, S_B,
        r_AB); `benefit_rate` over (seed, points, rate, auxiliary), its means `MT_rate` over
        (bound, points, rate, auxiliary) and their `rate_difference` from the smallest rate;
        `benefit_deep` and `MT_deep` over (depth, deep_rate, auxiliary); the `early_difference` of
        minima found with and without stopping early.
    """
    data = measured(params, [(params.n_train, params.n_train)], "n_train").isel(n_train=0)
    early = early_difference(params)
    data = data.assign(
        early_difference=variable((), early, "largest change of a loss by stopping early", "nats")
    )
    data = data.merge(_linear_rates(params)).merge(_deep_rates(params))
    return data.assign(means(params, data))


def means(params: Stopping, data: xr.Dataset) -> dict[str, xr.Variable]:
    """Average over datasets, with intervals."""
    rule = data["benefit"].transpose("seed", "rule", *_COMPARED)
    rate, deep = data["benefit_rate"], data["benefit_deep"]
    least = int(np.argmin(params.learning_rates)) + 1
    away = rate - rate.isel(rate=least)
    named = {
        "MT_rule": (rule, "multitask benefit"),
        "MT_rate": (rate, "multitask benefit"),
        "rate_difference": (away, "benefit minus that at the smallest learning rate"),
        "MT_deep": (deep, "multitask benefit of deep students"),
    }
    return {
        name: variable(
            ("bound", *map(str, values.dims[1:])), bootstrap_interval(values.values), what, "nats"
        )
        for name, (values, what) in named.items()
    }


def gains(results: Sequence[Any], *shape: int) -> np.ndarray:
    """Benefits of units in the order of `shape`, by network."""
    loss = np.stack([result["loss"].mean(axis=1) for result in results])
    gain = loss[:, :1] - loss[:, 1:]
    return gain.reshape(*shape, gain.shape[1])


def _linear_rates(params: Stopping) -> xr.Dataset:
    """The benefit of extreme auxiliary tasks at several learning rates."""
    units = [
        rate_unit(params, n, rate, replicate)
        for replicate in range(params.n_seeds)
        for n in params.sample_points
        for rate in rates(params).values()
    ]
    results = in_order(linear_unit, units)
    gain = gains(results, params.n_seeds, len(params.sample_points), len(rates(params)))
    value = [training_of(params, n).learning_rate for n in params.sample_points]
    what = "singular value of the main task's teacher"
    return xr.Dataset(
        {
            "benefit_rate": variable(
                ("seed", "points", "rate", "auxiliary"), gain, "multitask benefit", "nats"
            ),
            "rate_in_use": variable("points", value, "learning rate in use", "1/tau"),
            "sample_S_A": variable((), params.S_A[-1], what),
        },
        {
            "points": variable("points", list(params.sample_points), "training points"),
            "rate": variable("rate", list(rates(params)), "learning rate"),
            "auxiliary": variable("auxiliary", list(auxiliary_tasks(params)), "auxiliary task"),
        },
    )


def rates(params: Stopping) -> dict[str, float | None]:
    """Learning rates compared, by label; None is the one in use, which depends on the points."""
    return {IN_USE: None} | {f"{rate:g}": rate for rate in params.learning_rates}


def auxiliary_tasks(params: Stopping) -> dict[str, dict[str, tuple[float, ...]]]:
    """Extreme auxiliary tasks by label, each as fields of a problem."""
    pairs = product(*extreme_tasks(params).values())
    return {f"S_B = {S_B:g}, r_AB = {r:g}": {"S_B": (S_B,), "r_AB": (r,)} for S_B, r in pairs}


def rate_unit(
    params: Stopping, n: int, rate: float | None, replicate: int, **tasks: tuple[float, ...]
) -> Unit:
    """The largest main task beside auxiliary tasks, all extreme ones unless others are given."""
    changes = {} if rate is None else {"learning_rate": rate}
    beside = tasks or extreme_tasks(params)
    problem = problem_of(params, n, n, params.S_A[-1], replicate, **beside)
    training = training_of(params, n, **changes)
    return Unit(problem, training, params.N2, params.s0, params.initial)


def _deep_rates(params: Stopping) -> xr.Dataset:
    """The same for deep students."""
    units = [
        deep_rate_unit(params, depth, rate, replicate)
        for replicate in range(params.n_seeds)
        for depth in params.depth
        for rate in params.deep_learning_rates
    ]
    results = in_order(deep_unit, units)
    gain = gains(results, params.n_seeds, len(params.depth), len(params.deep_learning_rates))
    dims, what = ("seed", "depth", "deep_rate", "auxiliary"), "multitask benefit of deep students"
    return xr.Dataset(
        {"benefit_deep": variable(dims, gain, what, "nats")},
        {
            "depth": variable("depth", list(params.depth), "hidden layers"),
            "deep_rate": variable(
                "deep_rate", list(params.deep_learning_rates), "learning rate", "1/tau"
            ),
        },
    )


def deep_rate_unit(
    params: Stopping, depth: int, rate: float, replicate: int, **tasks: tuple[float, ...]
) -> DeepUnit:
    """The same as `rate_unit` for deep students."""
    n = params.n_train
    beside = tasks or extreme_tasks(params)
    return DeepUnit(
        problem_of(params, n, n, params.S_A[-1], replicate, **beside),
        training_of(params, n, learning_rate=rate),
        params.N2,
        depth,
        params.activation,
        params.scale,
    )


def _going_on(unit: Unit, t_end: float) -> Unit:
    training = dataclasses.replace(unit.training, stop_early=False, t_max=3 * t_end)
    return dataclasses.replace(unit, training=training)


def early_difference(params: Stopping) -> float:
    """Largest change of a minimum when the first dataset's networks train three times as long."""
    n = params.n_train
    early = linear_units(params, [(n, n)])[: len(params.S_A)]
    stopped = in_order(linear_unit, early)
    late = [
        _going_on(unit, float(seen["t_end"].max()))
        for unit, seen in zip(early, stopped, strict=True)
    ]
    pairs = zip(stopped, in_order(linear_unit, late), strict=True)
    found: Float[np.ndarray, "unit net"] = np.stack(
        [np.abs(a["loss"] - b["loss"]).max(axis=1) for a, b in pairs]
    )
    return float(found.max())
