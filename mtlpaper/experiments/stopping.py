"""What the choice of the time and the size of the steps do to the benefit."""

import dataclasses
from collections.abc import Sequence
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
        r_AB); `MT_rate` over (bound, points, rate, auxiliary) and its `rate_difference` from the
        smallest rate; `MT_deep` over (bound, depth, deep_rate, auxiliary); the `early_difference`
        of minima found with and without stopping early.
    """
    data = measured(params, [(params.n_train, params.n_train)], "n_train").isel(n_train=0)
    rule = data["benefit"].transpose("seed", "rule", *_COMPARED)
    interval = bootstrap_interval(rule.values)
    data = data.assign(
        MT_rule=variable(("bound", "rule", *_COMPARED), interval, "multitask benefit", "nats"),
        early_difference=variable(
            (), _early_difference(params), "largest change of a loss by stopping early", "nats"
        ),
    )
    return data.merge(_linear_rates(params)).merge(_deep_rates(params))


def _gain(results: Sequence[Any], *shape: int) -> np.ndarray:
    loss = np.stack([result["loss"].mean(axis=1) for result in results])
    gain = loss[:, :1] - loss[:, 1:]
    return gain.reshape(*shape, gain.shape[1])


def _linear_rates(params: Stopping) -> xr.Dataset:
    """The benefit of extreme auxiliary tasks at several learning rates."""
    rates = (None, *params.learning_rates)
    cells = extreme_tasks(params)
    S_A = params.S_A[-1]

    def unit(n: int, rate: float | None, replicate: int) -> Unit:
        changes = {} if rate is None else {"learning_rate": rate}
        problem = problem_of(params, n, n, S_A, replicate, **cells)
        training = training_of(params, n, **changes)
        return Unit(problem, training, params.N2, params.s0, params.initial)

    units = [
        unit(n, rate, replicate)
        for replicate in range(params.n_seeds)
        for n in params.sample_points
        for rate in rates
    ]
    results = in_order(linear_unit, units)
    gain = _gain(results, params.n_seeds, len(params.sample_points), len(rates))
    least = int(np.argmin(params.learning_rates)) + 1
    dims = ("bound", "points", "rate", "auxiliary")
    value = [training_of(params, n).learning_rate for n in params.sample_points]
    labels = [f"S_B = {S_B:g}, r_AB = {r:g}" for S_B, r in units[0].problem.auxiliary]
    return xr.Dataset(
        {
            "MT_rate": variable(dims, bootstrap_interval(gain), "multitask benefit", "nats"),
            "rate_difference": variable(
                dims,
                bootstrap_interval(gain - gain[:, :, least : least + 1]),
                "benefit minus that at the smallest learning rate",
                "nats",
            ),
            "rate_in_use": variable("points", value, "learning rate in use", "1/tau"),
            "sample_S_A": variable((), S_A, "singular value of the main task's teacher"),
        },
        {
            "points": variable("points", list(params.sample_points), "training points"),
            "rate": variable(
                "rate", [IN_USE, *(f"{rate:g}" for rate in params.learning_rates)], "learning rate"
            ),
            "auxiliary": variable("auxiliary", labels, "auxiliary task"),
        },
    )


def _deep_rates(params: Stopping) -> xr.Dataset:
    """The same for deep students."""
    n, S_A = params.n_train, params.S_A[-1]
    units = [
        DeepUnit(
            problem_of(params, n, n, S_A, replicate, **extreme_tasks(params)),
            training_of(params, n, learning_rate=rate),
            params.N2,
            depth,
            params.activation,
            params.scale,
        )
        for replicate in range(params.n_seeds)
        for depth in params.depth
        for rate in params.deep_learning_rates
    ]
    results = in_order(deep_unit, units)
    gain = _gain(results, params.n_seeds, len(params.depth), len(params.deep_learning_rates))
    return xr.Dataset(
        {
            "MT_deep": variable(
                ("bound", "depth", "deep_rate", "auxiliary"),
                bootstrap_interval(gain),
                "multitask benefit of deep students",
                "nats",
            )
        },
        {
            "depth": variable("depth", list(params.depth), "hidden layers"),
            "deep_rate": variable(
                "deep_rate", list(params.deep_learning_rates), "learning rate", "1/tau"
            ),
        },
    )


def _going_on(unit: Unit, t_end: float) -> Unit:
    training = dataclasses.replace(unit.training, stop_early=False, t_max=3 * t_end)
    return dataclasses.replace(unit, training=training)


def _early_difference(params: Stopping) -> float:
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
