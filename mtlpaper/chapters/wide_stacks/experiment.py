"""Objectives and functions of networks of two stacks, and their least objective of any width."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr

from mtlpaper.benefit import bootstrap_interval
from mtlpaper.chapters.common.labels import BOUND, seed_coordinate, variable
from mtlpaper.chapters.wide_stacks.parameters import WideStacks
from mtlpaper.companion.contract import Cost, Grid, Labels, Stage, Tolerance, Variable
from mtlpaper.randomness import Streams
from mtlpaper.wide.problem import INTERVAL, Regression
from mtlpaper.wide.stacks import SHARED, Between, Shared, least_objective, train_stacks

TASKS = ("A", "B")
#: Whose points networks are trained on.
DATA = ("both tasks", "task A alone", "task B alone")
_SEARCHED = Tolerance(1e-6, 0.0, "where the simplex ends; the objective is flat there")
_WIDE = Tolerance(1e-5, 0.0, "kinks are rounded off over a millionth of the inputs")
_NARROW = Tolerance(0.5, 0.0, "few starts reach the best minimum, and rounding decides which")
_FUNCTION = Tolerance(0.0, 0.01, "objectives are flat at their minimum, by the root of their error")
_ANY = Tolerance(0.0, 3.0, "functions of different minima")


@dataclass(frozen=True)
class Labelled:
    """A data set: standard normal labels of two tasks at the same few inputs, evenly spaced."""

    n_train: int
    seed: int
    replicate: int

    @property
    def x(self) -> np.ndarray:
        """The inputs, (point, 1)."""
        return np.linspace(*INTERVAL, self.n_train)[:, None]

    def problem(self) -> Regression:
        """Draw the labels."""
        rng = Streams(self.seed, self.replicate).rng("labels A")
        y = rng.standard_normal(len(TASKS) * self.n_train)
        task = np.repeat(np.arange(len(TASKS)), self.n_train)
        return Regression(np.tile(self.x, (len(TASKS), 1)), y, task, len(TASKS))


@dataclass(frozen=True)
class Searched:
    """The least objective of any width on one data set."""

    labelled: Labelled
    shared: Shared
    between: Between
    decay: float


@dataclass(frozen=True)
class Networks:
    """Networks of one width that are trained on several data sets from several starts."""

    labelled: tuple[Labelled, ...]
    between: Between
    decay: float
    width: int
    n_starts: int


def searched(unit: Searched) -> dict[str, np.ndarray]:
    """The least objective, by convex problems and a search over values of the bottleneck."""
    problem = unit.labelled.problem()
    found = least_objective(problem, unit.decay, shared=unit.shared, between=unit.between)
    return {"least": np.array(found)}


def trained(unit: Networks) -> dict[str, np.ndarray]:
    """The best networks of every kind and data set, of both tasks and of each alone."""
    one = unit.labelled[0]
    problems = [
        part
        for labelled in unit.labelled
        for both in [labelled.problem()]
        for part in (both, *(both.only(task) for task in range(len(TASKS))))
    ]
    best = train_stacks(
        len(SHARED) * problems,
        unit.width,
        unit.decay,
        one.x,
        shared=[shared for shared in SHARED for _ in problems],
        between=unit.between,
        starts=unit.n_starts,
        rng=Streams(one.seed).rng("student"),
    ).best()
    shape = (len(SHARED), len(unit.labelled), len(DATA))
    outputs = best.outputs.swapaxes(2, 3)
    return {
        "objective": best.objective.reshape(shape),
        "outputs": outputs.reshape(*shape, len(TASKS), one.n_train),
    }


def measure(params: WideStacks, _: xr.Dataset) -> Iterator[Grid]:
    """The least objective of every data set, and networks of every width."""

    def labelled(seed: int) -> Labelled:
        return Labelled(params.n_train, params.seed, seed)

    def networks(width: int) -> Networks:
        sets = tuple(map(labelled, range(params.n_seeds)))
        return Networks(sets, params.between, params.decay, width, params.n_starts)

    arms = "what the tasks share"
    which = ("shared", "seed", "data")
    yield Grid(
        {
            "shared": Labels(SHARED, arms),
            "seed": Labels(range(params.n_seeds), "number of the dataset"),
        },
        lambda shared, seed: Searched(labelled(seed), shared, params.between, params.decay),
        searched,
        {"least": Variable((), "least objective of any width", tolerance=_SEARCHED)},
        cost=lambda unit: Cost(2.0 if unit.shared == "nothing" else 1.0),
    )
    yield Grid(
        {"width": Labels(params.width, "neurons of the hidden layer of each stack")},
        networks,
        trained,
        {
            "objective": Variable(
                which,
                "objective of the best network",
                tolerance=lambda unit: _NARROW if unit.width < 4 else _WIDE,
            ),
            "outputs": Variable(
                (*which, "task", "point"),
                "outputs of the best network at the inputs",
                tolerance=lambda unit: _ANY if unit.width < 4 else _FUNCTION,
            ),
        },
        {
            **seed_coordinate(params.n_seeds),
            "shared": variable("shared", list(SHARED), arms),
            "data": variable("data", list(DATA), "what the networks are trained on"),
            "task": variable("task", list(TASKS), "task"),
            "point": variable("point", labelled(0).x[:, 0], "input"),
        },
        _cost,
    )


def _cost(unit: Networks) -> Cost:
    n = len(SHARED) * len(unit.labelled) * len(DATA) * unit.n_starts
    return Cost(1.5 + 1e-3 * n * unit.width, networks=n)


def derive(_: WideStacks, data: xr.Dataset) -> xr.Dataset:
    """Compare networks with the least objective, and tasks with and without the other one's data.

    Returns
    -------
    xarray.Dataset
        `excess` of the objective over (shared, width, seed), relative to the least of any width
        and to a millionth, as kinks are rounded off; `change` of a task's outputs by the other
        task's data, the largest at its own points, over (shared, width, seed, task), to 1e-5; its
        mean over tasks with an interval over data sets, `coupling` over (bound, shared, width).
    """
    both = data.sel(data=DATA[0])
    by_set = ("shared", "width", "seed")
    excess = (both["objective"] / data["least"] - 1).transpose(*by_set).round(6)
    outputs = data["outputs"]
    alone = xr.concat(
        [
            outputs.sel(data=which, drop=True).sel(task=[task])
            for which, task in zip(DATA[1:], TASKS, strict=True)
        ],
        "task",
    )
    over = ("shared", "width", "seed", "task")
    change = abs(both["outputs"] - alone).max("point").transpose(*over).round(5)
    samples = change.mean("task").transpose("seed", "shared", "width")
    what = "change of a task's outputs by the other task's data"
    return xr.Dataset(
        {
            "excess": variable(
                by_set, excess.values, "excess of the objective over the least of any width"
            ),
            "change": variable(over, change.values, f"{what}, largest at its points"),
            "coupling": variable(
                ("bound", "shared", "width"),
                bootstrap_interval(samples.values),
                f"{what}, mean over tasks",
            ),
        },
        {"bound": BOUND},
    )


STAGES = (Stage(measure, derive),)
