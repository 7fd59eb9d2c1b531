"""Effect of the stopping rule and of the learning rate on the benefit.

There are two stages, since the networks that do not stop early are trained three times as long as
those of the first stage.
"""

import dataclasses
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.benefit import DeepUnit, Unit
from mtlpaper.chapters.common.labels import variable
from mtlpaper.chapters.common.two_tasks.experiment import (
    against_alone,
    benefits,
    deep,
    extreme_tasks,
    grid,
    interval,
    linear,
    main_tasks,
    networks,
    pair_labels,
    seeds,
    training_of,
)
from mtlpaper.chapters.stopping.parameters import Stopping
from mtlpaper.companion.contract import Grid, Labels, Stage

IN_USE = "in use"
_TASKS = ("S_A", "S_B", "r_AB")


def measure(params: Stopping, _: xr.Dataset) -> Iterator[Grid]:
    """All networks with the losses chosen by each stopping rule, and several learning rates."""
    over = {"seed": seeds(params), "S_A": main_tasks(params)}
    yield grid(over, lambda seed, S_A: _unit(params, S_A, seed), params)
    yield from _rates(params)


def _rates(params: Stopping) -> Iterator[Grid]:
    """The largest main task beside extreme auxiliary ones, at several learning rates.

    Linear students of each of `sample_points`, and deep ones of each depth.
    """
    S_A, beside, rates = params.S_A[-1], extreme_tasks(params), learning_rates(params)
    corners = networks(corner_labels(params), "corner")

    def shallow(seed: int, points: int, rate: str) -> Unit:
        unit = linear(params, points, points, S_A, seed, **beside)
        return unit if rate == IN_USE else _trained(unit, learning_rate=rates[rate])

    def of_depth(seed: int, depth: int, deep_rate: float) -> DeepUnit:
        return deep(params, params.n_train, S_A, seed, depth, deep_rate, **beside)

    over = {
        "seed": seeds(params),
        "points": Labels(params.sample_points, "training points"),
        "rate": Labels([IN_USE, *rates], "learning rate", "1/tau"),
    }
    yield grid(over, shallow, params, "_rate", corners)
    over = {
        "seed": seeds(params),
        "depth": Labels(params.depth, "hidden layers"),
        "deep_rate": Labels(params.deep_learning_rates, "learning rate", "1/tau"),
    }
    yield grid(over, of_depth, params, "_deep", corners)


def measure_late(params: Stopping, data: xr.Dataset) -> Iterator[Grid]:
    """The networks of the first dataset again, three times as long and without stopping early."""
    t_end = data["t_end"].sel(seed=0).max("net")

    def to_the_end(S_A: float) -> Unit:
        t_max = 3 * float(t_end.sel(S_A=S_A))
        return _trained(_unit(params, S_A, 0), stop_early=False, t_max=t_max)

    yield grid({"S_A": main_tasks(params)}, to_the_end, params, "_late")


def _unit(params: Stopping, S_A: float, seed: int) -> Unit:
    return linear(params, params.n_train, params.n_train, S_A, seed)


def _trained(unit: Unit, **changes: Any) -> Unit:
    """The same students with another training."""
    return dataclasses.replace(unit, training=dataclasses.replace(unit.training, **changes))


def learning_rates(params: Stopping) -> dict[str, float]:
    """Learning rates in 1/tau that are compared with the one in use, by label."""
    return {f"{rate:g}": rate for rate in params.learning_rates}


def corner_labels(params: Stopping) -> list[str]:
    """Labels of the extreme auxiliary tasks."""
    beside = extreme_tasks(params)
    return pair_labels(product(beside["S_B"], beside["r_AB"]))


def derive(params: Stopping, data: xr.Dataset) -> xr.Dataset:
    """Compare stopping rules, learning rates, and training with and without stopping early.

    Returns
    -------
    xarray.Dataset
        What `benefits` gives at `n_train` points, with `MT_rule` over (bound, rule, S_A, S_B,
        r_AB); `benefit_rate` over (seed, points, rate, auxiliary), its mean `MT_rate` over (bound,
        points, rate, auxiliary) and the `rate_difference` from the smallest rate; `benefit_deep`
        over (seed, depth, deep_rate, auxiliary) and its mean `MT_deep`; the `early_difference` of
        minima found with and without stopping early.
    """
    found = benefits(params, data)
    rate, deep_rate = (
        against_alone(data[f"loss_{name}"].mean("group"), "corner") for name in ("rate", "deep")
    )
    least = int(np.argmin(params.learning_rates)) + 1
    early = np.abs(data["loss"].sel(seed=0) - data["loss_late"]).max()
    in_use = [training_of(params, n).learning_rate for n in params.sample_points]
    deep_students = "multitask benefit of deep students"
    return found.assign(
        benefit_rate=variable(_dims(rate), rate.values, "multitask benefit", "nats"),
        benefit_deep=variable(_dims(deep_rate), deep_rate.values, deep_students, "nats"),
        rate_in_use=variable("points", in_use, "learning rate in use", "1/tau"),
        sample_S_A=variable((), params.S_A[-1], "singular value of the main task's teacher"),
        early_difference=variable((), early, "largest change of a loss by stopping early", "nats"),
        MT_rule=_mean(found["benefit"].transpose("seed", "rule", *_TASKS), "multitask benefit"),
        MT_rate=_mean(rate, "multitask benefit"),
        rate_difference=_mean(
            rate - rate.isel(rate=least, drop=True),
            "benefit minus that at the smallest learning rate",
        ),
        MT_deep=_mean(deep_rate, deep_students),
    ).assign_coords(
        auxiliary=variable("auxiliary", corner_labels(params), "auxiliary task"),
        n_train=variable((), params.n_train, "training points of the main task"),
    )


def _mean(benefit: xr.DataArray, what: str) -> xr.Variable:
    """Mean over datasets, the first dimension, with its interval."""
    return interval(_dims(benefit), benefit.values, what)


def _dims(values: xr.DataArray) -> tuple[str, ...]:
    return tuple(map(str, values.dims))


STAGES = (Stage(measure), Stage(measure_late, derive))
