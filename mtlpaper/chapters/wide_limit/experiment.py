"""Objectives and functions of trained networks, and of the convex problem over kinks."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.labels import seed_coordinate, variable
from mtlpaper.chapters.wide_limit.parameters import WideLimit
from mtlpaper.companion.contract import Cost, Grid, Labels, Stage, Tolerance, Variable
from mtlpaper.randomness import Streams
from mtlpaper.wide.limit import minimiser
from mtlpaper.wide.networks import train
from mtlpaper.wide.problem import INTERVAL, Regression, broken_lines, draw

#: What the penalty holds of the biases, by its name.
BIASES = {"biases regularised": True, "biases not regularised": False}
TASKS = ("A", "B")
#: Where functions are compared.
_INPUTS = np.linspace(*INTERVAL, 201)
_SOLVED = Tolerance(2e-7, 0.0, "minima are certified to 1e-7")
_GAP = Tolerance(0.0, 1e-6, "a remainder of rounding; of objectives of order one")
_TRAINED = Tolerance(1e-2, 1e-5, "rounding decides into which of several minima a start descends")
_FUNCTION = Tolerance(0.0, 0.02, "objectives are flat at their minimum, by the root of their error")


@dataclass(frozen=True)
class Training:
    """A data set of two tasks, and the penalty."""

    n_kinks: int
    label_noise: float
    n_train: int
    decay: float
    biases: bool
    seed: int
    replicate: int

    @property
    def streams(self) -> Streams:
        """Its random streams."""
        return Streams(self.seed, self.replicate)

    def problem(self) -> Regression:
        """Draw the training points."""
        lines = broken_lines(self.n_kinks, "shared", self.streams)
        return draw(lines, (self.n_train, self.n_train), self.label_noise, self.streams)


@dataclass(frozen=True)
class Networks:
    """Networks of one width that are trained on several data sets from several starts."""

    trainings: tuple[Training, ...]
    width: int
    n_starts: int


def solved(unit: Training) -> dict[str, np.ndarray]:
    """The minimum over networks of any width, its certified error, and the function."""
    problem = unit.problem()
    found = minimiser(problem, unit.decay, biases=unit.biases)
    return {
        "inside": (problem.x.min() <= _INPUTS) & (_INPUTS <= problem.x.max()),
        "minimum": np.array(found.objective),
        "gap": np.array(max(found.gap, 0.0)),
        "limit": found(_INPUTS[:, None]).T,
    }


def trained(unit: Networks) -> dict[str, np.ndarray]:
    """Objectives of all networks, and the function of the best of every data set."""
    one = unit.trainings[0]
    found = train(
        [training.problem() for training in unit.trainings],
        unit.width,
        one.decay,
        biases=one.biases,
        starts=unit.n_starts,
        rng=Streams(one.seed).rng("student"),
    )
    best = found.best()(_INPUTS[:, None])[:, 0]
    return {"objective": found.objective, "network": best.swapaxes(1, 2)}


def measure(params: WideLimit, _: xr.Dataset) -> Iterator[Grid]:
    """The limit of every data set, and networks of every width."""
    data = (params.n_kinks, params.label_noise, params.n_train, params.decay)

    def training(biases: str, seed: int) -> Training:
        return Training(*data, BIASES[biases], params.seed, seed)

    def networks(biases: str, width: int) -> Networks:
        trainings = tuple(training(biases, seed) for seed in range(params.n_seeds))
        return Networks(trainings, width, params.n_starts)

    penalties = Labels(tuple(BIASES), "whether weight decay holds the biases")
    by_task = ("task", "x")
    places = {
        "task": variable("task", list(TASKS), "task"),
        "x": variable("x", _INPUTS, "input"),
    }
    yield Grid(
        {"biases": penalties, "seed": Labels(range(params.n_seeds), "number of the dataset")},
        training,
        solved,
        {
            "minimum": Variable((), "least objective of any width", tolerance=_SOLVED),
            "gap": Variable((), "how much lower it may be", tolerance=_GAP),
            "inside": Variable(("x",), "whether training points lie on both sides"),
            "limit": Variable(by_task, "function of infinite width", tolerance=_FUNCTION),
        },
        places,
    )
    yield Grid(
        {"biases": penalties, "width": Labels(params.width, "neurons of the hidden layer")},
        networks,
        trained,
        {
            "objective": Variable(("seed", "start"), "objective of a network", tolerance=_TRAINED),
            "network": Variable(
                ("seed", *by_task), "function of the best network", tolerance=_FUNCTION
            ),
        },
        {
            **places,
            **seed_coordinate(params.n_seeds),
            "start": variable("start", np.arange(params.n_starts), "number of the start"),
        },
        _cost,
    )


def _cost(unit: Networks) -> Cost:
    n = len(unit.trainings) * unit.n_starts
    return Cost(n * min(0.08 * unit.width, 0.7), networks=n)


def derive(params: WideLimit, data: xr.Dataset) -> xr.Dataset:
    """Compare networks with the limit.

    Returns
    -------
    xarray.Dataset
        `excess` of objectives over (biases, width, seed, start), relative to the minimum; over
        (biases, width) the `least` excess of several starts and how far `apart` the best network's
        function is between the training points, both of the worst data set; and neurons
        `per_label` over `width`.
    """
    whole = ("biases", "width", "seed", "start")
    excess = (data["objective"] / data["minimum"] - 1).transpose(*whole)
    # Where biases are not regularised, nothing decides what a function does outside.
    gap = abs(data["network"] - data["limit"]).where(data["inside"])
    size = abs(data["limit"]).where(data["inside"])
    apart = (gap.max(["task", "x"]) / size.max(["task", "x"])).max("seed")
    by_width = whole[:2]
    per_label = data["width"].values / (len(TASKS) * params.n_train)
    least = excess.min("start").max("seed")
    return xr.Dataset(
        {
            "excess": variable(whole, excess, "objective over the minimum of any width, less one"),
            "least": variable(by_width, least, "least excess of the starts, worst data set"),
            "apart": variable(
                by_width,
                apart.transpose(*by_width),
                "largest distance from the function of infinite width between training points, "
                "over the size of that one",
            ),
            "per_label": variable("width", per_label, "neurons over labels of all tasks"),
        }
    )


STAGES = (Stage(measure, derive),)
