"""Errors on a main task, alone and beside another one, at infinite width and near a kernel."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr
from jaxtyping import Float, Int

from mtlpaper.benefit import bootstrap_interval, resampled_interval
from mtlpaper.chapters.common.labels import BOUND, variable
from mtlpaper.chapters.wide_benefit.parameters import WideBenefit
from mtlpaper.companion.contract import Cost, Grid, Labels, Stage, Tolerance, Variable
from mtlpaper.randomness import Streams
from mtlpaper.wide import tangent
from mtlpaper.wide.limit import minimiser
from mtlpaper.wide.problem import (
    INTERVAL,
    BrokenLine,
    Regression,
    Relation,
    broken_lines,
    draw,
)

Arm = Literal["alone", "shared", "disjoint"]
#: The main task without the other one, and beside it.
ARMS: tuple[Arm, ...] = ("alone", "shared", "disjoint")
#: Where errors are averaged.
_INPUTS = np.linspace(*INTERVAL, 401)
_SOLVED = Tolerance(1e-4, 1e-9, "minima are certified to 1e-9, predictions to about its root")
_RESAMPLES = 2000


@dataclass(frozen=True)
class Data:
    """A data set of one arm, and the strengths of weight decay that are tried on it."""

    arm: Arm
    n_kinks: int
    noise: float
    n_train: int
    n_aux: int
    decay: tuple[float, ...]
    seed: int
    replicate: int

    @property
    def streams(self) -> Streams:
        """Its random streams."""
        return Streams(self.seed, self.replicate)

    def problem(self) -> tuple[BrokenLine, Regression]:
        """Draw the main task and the training points."""
        relation: Relation = "disjoint" if self.arm == "disjoint" else "shared"
        lines = broken_lines(self.n_kinks, relation, self.streams)
        drawn = draw(lines, (self.n_train, self.n_aux), self.noise, self.streams)
        return lines[0], drawn.only(0) if self.arm == "alone" else drawn


def learned(unit: Data) -> dict[str, np.ndarray]:
    """Mean squared error on the main task at every weight decay, at infinite width."""
    main, problem = unit.problem()
    found = [minimiser(problem, decay, biases=True) for decay in unit.decay]
    errors = [one(_INPUTS[:, None])[:, 0] - main(_INPUTS) for one in found]
    return {"error": np.mean(np.square(errors), axis=1)}


@dataclass(frozen=True)
class Descended:
    """A network in the tangent-kernel parametrisation, and how it is trained on a data set."""

    data: Data
    width: int
    learning_rate: float
    n_steps: int


def descended(unit: Descended) -> dict[str, np.ndarray]:
    """Mean squared errors on the main task, alone and beside the other one, from one start."""
    main, problem = unit.data.problem()
    drawn = tangent.start(problem, unit.width, 1, unit.data.streams.rng("student"))
    errors = {}
    for name, points in (("alone", problem.only(0)), ("beside", problem)):
        found = tangent.train(points, drawn, rate=unit.learning_rate, n_steps=unit.n_steps)
        off = found(_INPUTS[:, None])[0, :, 0] - main(_INPUTS)
        errors[name] = np.asarray(np.mean(off**2))
    return errors


def measure(params: WideBenefit, _: xr.Dataset) -> Iterator[Grid]:
    """Every arm, number of points and data set, and networks that hardly learn features."""

    def data_of(arm: Arm, n_train: int, seed: int) -> Data:
        sizes = (params.n_kinks, params.label_noise, n_train, params.n_aux)
        return Data(arm, *sizes, params.decay, params.seed, seed)

    seeds = Labels(range(params.n_seeds), "number of the dataset")
    error = "mean squared error on the main task"
    yield Grid(
        {
            "arm": Labels(ARMS, "how the main task is learned"),
            "n_train": Labels(params.n_train, "training points of the main task"),
            "seed": seeds,
        },
        data_of,
        learned,
        {"error": Variable(("decay",), error, tolerance=_SOLVED)},
        {"decay": variable("decay", list(params.decay), "weight decay")},
        lambda unit: Cost(0.03 * len(unit.decay)),
    )
    yield Grid(
        {"width": Labels(params.width, "neurons of the hidden layer"), "seed": seeds},
        lambda width, seed: Descended(
            data_of("shared", params.n_train[0], seed),
            width,
            params.learning_rate,
            params.n_steps,
        ),
        descended,
        {
            "tangent_alone": Variable((), f"{error}, tangent network, alone", of="alone"),
            "tangent_beside": Variable((), f"{error}, tangent network, beside", of="beside"),
        },
        cost=lambda unit: Cost(
            3e-8 * unit.n_steps * unit.width * (unit.data.n_aux + 2 * unit.data.n_train),
            networks=2,
        ),
    )


def derive(params: WideBenefit, data: xr.Dataset) -> xr.Dataset:
    """Choose the weight decay of every arm, and compare the logarithms of errors.

    An arm has one weight decay for every number of points, that of least mean over its data sets.
    Left out one by one, they would decide near ties against themselves.

    Returns
    -------
    xarray.Dataset
        `mean_error` over (arm, n_train, decay); `chosen` over (arm, n_train), and `at_end`, whether
        it is an end of the grid; `benefit` over (bound, relation, n_train); of tangent networks the
        `size` of benefits over (bound, width), and its `slope` over `bound`.
    """
    log = xr.apply_ufunc(np.log, data["error"].transpose("arm", "n_train", "seed", "decay"))
    choice = log.mean("seed").argmin("decay")
    best = log.isel(decay=choice).transpose("seed", "arm", "n_train")
    gained = best.sel(arm="alone") - best.sel(arm=list(ARMS[1:]))
    benefit = bootstrap_interval(gained.transpose("seed", "arm", "n_train").values)
    ratio = (data["tangent_alone"] / data["tangent_beside"]).transpose("seed", "width")
    sizes = np.abs(np.log(ratio.values))
    width, n = data["width"].values, len(sizes)
    # Percentiles, as the mean of sizes is positive in every resample.
    size = resampled_interval(lambda drawn: sizes[drawn].mean(axis=0), n, _RESAMPLES)
    slope = resampled_interval(lambda drawn: _slope(width, sizes[drawn]), n, _RESAMPLES)
    ends = (choice == 0) | (choice == len(params.decay) - 1)
    by_arm = ("arm", "n_train")
    what = "logarithm of the error alone over that beside the other task"
    return xr.Dataset(
        {
            "chosen": variable(by_arm, data["decay"].values[choice], "weight decay chosen"),
            "at_end": variable(by_arm, ends, "whether it is an end of the grid"),
            "mean_error": variable(
                (*by_arm, "decay"),
                np.exp(log.mean("seed").values),
                "geometric mean of the error over data sets",
            ),
            "benefit": variable(("bound", "relation", "n_train"), benefit, what),
            "size": variable(("bound", "width"), size, f"mean size of the {what}"),
            "slope": variable("bound", slope, "slope of the mean size in the width"),
        },
        {
            "bound": BOUND,
            "relation": variable("relation", list(ARMS[1:]), "kinks of the other task"),
        },
    )


def _slope(width: Int[np.ndarray, " width"], sizes: Float[np.ndarray, "seed width"]) -> np.ndarray:
    """Exponent of the power of the width as which the mean size falls."""
    return np.asarray(np.polyfit(np.log(width), np.log(sizes.mean(axis=0)), 1)[0])


STAGES = (Stage(measure, derive),)
