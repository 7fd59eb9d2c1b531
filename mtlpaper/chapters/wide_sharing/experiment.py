"""What models learn of a task with and without the data of another one that has the same kinks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr
from jaxtyping import Float

from mtlpaper.benefit import bootstrap_interval
from mtlpaper.chapters.common.labels import BOUND, seed_coordinate, variable
from mtlpaper.chapters.wide_sharing.parameters import (
    CORRELATED,
    DATA,
    DECAY,
    FEATURES,
    KERNEL,
    L1,
    POSTERIORS,
    PROCESS,
    SHRUNK,
    TANGENT,
    TRAINED,
    WideSharing,
)
from mtlpaper.companion.contract import Cost, Grid, Labels, Stage, Tolerance, Variable
from mtlpaper.randomness import Streams
from mtlpaper.wide import kernels, tangent
from mtlpaper.wide.bayesian import below_highest, posterior
from mtlpaper.wide.limit import Norm, minimiser
from mtlpaper.wide.networks import train
from mtlpaper.wide.problem import INTERVAL, Regression, broken_lines, draw

_MAIN = 0
_GRID = np.linspace(*INTERVAL, 81)[:, None]
_OPTIMUM = Tolerance(0.0, 1e-5, "optima are known to a relative duality gap of 1e-9")
_TRAINED = Tolerance(1e-3, 1e-3, "rounding may send a start to another minimum, hardly a worse one")
Outputs = Float[np.ndarray, "input task"]


@dataclass(frozen=True)
class DataSet:
    """Points of two tasks with the same kinks."""

    n_kinks: int
    n_train: int
    n_aux: int
    label_noise: float
    seed: int
    replicate: int

    @property
    def streams(self) -> Streams:
        """Random streams of the data set and of models trained on it."""
        return Streams(self.seed, self.replicate)

    def problem(self) -> Regression:
        """Draw the points."""
        lines = broken_lines(self.n_kinks, "shared", self.streams)
        return draw(lines, (self.n_train, self.n_aux), self.label_noise, self.streams)


def points(unit: DataSet) -> dict[str, np.ndarray]:
    """Inputs and labels of both tasks."""
    problem = unit.problem()
    main = problem.task == _MAIN
    return {
        "main_input": problem.x[main, 0],
        "main_label": problem.y[main],
        "aux_input": problem.x[~main, 0],
        "aux_label": problem.y[~main],
    }


@dataclass(frozen=True)
class Model:
    """A map from data to functions, Definition 3: a name in `MODELS` and all that it needs."""

    data: DataSet
    name: str
    decay: float
    prior_scale: float
    width: int
    learning_rate: float
    n_steps: int

    @property
    def rng(self) -> np.random.Generator:
        """What draws first layers and starts; the same for both tasks and for one alone."""
        return self.data.streams.rng("student")


def _process(
    model: Model, problem: Regression, outputs: Float[np.ndarray, "task task"] | None = None
) -> Outputs:
    def kernel(x: np.ndarray, other: np.ndarray) -> np.ndarray:
        return model.prior_scale**2 * kernels.arc_cosine(x, other)

    noise = model.data.label_noise
    return kernels.gaussian_process(problem, _GRID, kernel, noise, outputs=outputs)


MODELS: dict[str, Callable[[Model, Regression], Outputs]] = {
    DECAY: lambda model, problem: minimiser(problem, model.decay, biases=True)(_GRID),
    L1: lambda model, problem: minimiser(problem, model.decay, biases=True, norm="l1")(_GRID),
    FEATURES: lambda model, problem: kernels.random_features(
        problem, _GRID, model.decay, width=model.width, rng=model.rng
    ),
    KERNEL: lambda model, problem: kernels.descended(
        problem, _GRID, kernels.tangent, rate=model.learning_rate, n_steps=model.n_steps
    ),
    PROCESS: _process,
    # The negative control: the same computation, where the prior couples the tasks.
    CORRELATED: lambda model, problem: _process(model, problem, np.array([[1.0, 0.5], [0.5, 1.0]])),
}


def learnt(model: Model) -> dict[str, np.ndarray]:
    """Learn the main task from both tasks, and from the main task alone."""
    problem, learn = model.data.problem(), MODELS[model.name]
    functions = [learn(model, given)[:, _MAIN] for given in (problem, problem.only(_MAIN))]
    return {"learnt": np.stack(functions)}


def excess(model: Model) -> dict[str, np.ndarray]:
    """By how much the minimum for both tasks is below those of the tasks alone, over itself.

    If it is not, minimisers for the tasks alone make a minimiser for both: Definition 4 for sets.
    The gap up to which minima are known counts as below.
    """
    problem = model.data.problem()
    norm: Norm = "l1" if model.name == L1 else "l2"
    both, *alone = (
        minimiser(given, model.decay, biases=True, norm=norm)
        for given in (problem, problem.only(0), problem.only(1))
    )
    below = sum(one.objective for one in alone) - (both.objective - both.gap)
    return {"excess": np.array(below / both.objective)}


@dataclass(frozen=True)
class Descent:
    """Networks in the tangent-kernel parametrisation, trained from several starts."""

    data: DataSet
    width: int
    learning_rate: float
    n_steps: int
    n_starts: int


def descended(unit: Descent) -> dict[str, np.ndarray]:
    """Train from the same starts twice; the largest change of every network, in the mean."""
    problem, rng = unit.data.problem(), unit.data.streams.rng("student")
    start = tangent.start(problem, unit.width, unit.n_starts, rng)
    both, alone = (
        tangent.train(given, start, rate=unit.learning_rate, n_steps=unit.n_steps)(_GRID)
        for given in (problem, problem.only(_MAIN))
    )
    change = np.abs(both - alone)[..., _MAIN].max(axis=1)
    return {"change_tangent": np.array(change.mean())}


@dataclass(frozen=True)
class Descents:
    """Networks trained with weight decay: the best of several starts for every data set."""

    data: tuple[DataSet, ...]
    width: int
    decay: float
    n_starts: int


def trained(unit: Descents) -> dict[str, np.ndarray]:
    """Train all networks at once; how probable those of both tasks are in a Bayesian network."""
    problems = [one.problem() for one in unit.data]
    networks = train(
        [given for problem in problems for given in (problem, problem.only(_MAIN))],
        unit.width,
        unit.decay,
        biases=True,
        starts=unit.n_starts,
        rng=unit.data[0].streams.rng("student"),
    ).best()
    gaps = []
    for i, problem in enumerate(problems):
        weights = [getattr(networks, name)[2 * i, 0].ravel() for name in "vbwc"]
        infinite = minimiser(problem, unit.decay, biases=True)
        gaps.append(
            below_highest(
                problem.residuals(networks(problem.x)[2 * i, 0]),
                np.concatenate(weights),
                infinite.objective - infinite.gap,
                decay=unit.decay,
                noise=unit.data[i].label_noise,
            )
        )
    outputs = networks(_GRID)[:, 0, :, _MAIN]
    return {
        "learnt": outputs.reshape(len(problems), len(DATA), -1),
        "below_highest": np.array(gaps),
    }


@dataclass(frozen=True)
class Bayesian:
    """A Gaussian Bayesian network whose parameters have the variance label_noise^2 / decay."""

    data: DataSet
    width: int
    decay: float
    n_draws: int


def posteriors(unit: Bayesian) -> dict[str, np.ndarray]:
    """Posterior means from the same draws twice, and the Monte Carlo error of their difference."""
    problem = unit.data.problem()
    both = [
        posterior(
            given,
            _GRID,
            unit.width,
            decay=unit.decay,
            noise=unit.data.label_noise,
            n_draws=unit.n_draws,
            rng=unit.data.streams.rng("student"),
        )
        for given in (problem, problem.only(_MAIN))
    ]
    means = np.stack([one.mean[:, _MAIN] for one in both])
    place = np.abs(means[0] - means[1]).argmax()
    without = np.subtract(*(one.without[:, place, _MAIN] for one in both))
    return {
        "learnt": means,
        # The jackknife over blocks of draws.
        "error": np.array(np.sqrt((len(without) - 1) * without.var())),
        "effective": np.array([one.effective for one in both]) / unit.n_draws,
    }


def decay_of(params: WideSharing, prior: str, width: int) -> float:
    """Decay for which the optimum is the maximum of the posterior density.

    That is label_noise^2 / tau^2, with the prior's variance tau^2 of every weight. The function's
    prior is tau^2 plus width tau^4 times the arc-cosine kernel, and prior_scale^2 = width tau^4
    where it stays.
    """
    if prior == POSTERIORS[0]:
        return params.decay
    return float(params.label_noise**2 * np.sqrt(width) / params.prior_scale)


def measure(params: WideSharing, _: xr.Dataset) -> Iterator[Grid]:
    """Every model with the data of both tasks, and with those of the main task alone."""

    def data_set(seed: int) -> DataSet:
        return DataSet(
            params.n_kinks, params.n_train, params.n_aux, params.label_noise, params.seed, seed
        )

    def model_of(name: str, width: int, seed: int, decay: float = params.decay) -> Model:
        how = (params.prior_scale, width, params.learning_rate, params.n_steps)
        return Model(data_set(seed), name, decay, *how)

    seeds = {"seed": Labels(range(params.n_seeds), "number of the dataset")}
    widths = {"width": Labels(params.width, "number of neurons")}
    functions = {
        "data": variable("data", list(DATA), "points that a model gets"),
        "input": variable("input", _GRID[:, 0], "input"),
    }
    function, what = ("data", "input"), "function learnt of the main task"
    yield Grid(
        seeds,
        data_set,
        points,
        {
            f"{task}_{what}": Variable((f"{task}_point",), f"{what}s of the {task} task")
            for task in ("main", "aux")
            for what in ("input", "label")
        },
    )
    yield Grid(
        {"model": Labels((DECAY, L1, FEATURES, KERNEL, PROCESS, CORRELATED), "model"), **seeds},
        lambda model, seed: model_of(model, max(params.width), seed),
        learnt,
        {"learnt": Variable(function, what, tolerance=_OPTIMUM)},
        functions,
    )
    yield Grid(
        {"penalty": Labels((DECAY, L1), "what is penalised"), **seeds},
        lambda penalty, seed: model_of(penalty, max(params.width), seed),
        excess,
        {
            "excess": Variable(
                (),
                "relative excess of both tasks' minima over the minimum for both",
                tolerance=_OPTIMUM,
            )
        },
    )
    yield Grid(
        widths | seeds,
        lambda width, seed: model_of(DECAY, width, seed, decay_of(params, POSTERIORS[1], width)),
        learnt,
        {"learnt_shrunk": Variable(function, f"{what}, {SHRUNK}", tolerance=_OPTIMUM, of="learnt")},
        functions,
    )
    yield Grid(
        widths | seeds,
        lambda width, seed: Descent(
            data_set(seed), width, params.learning_rate, params.n_steps, params.n_starts
        ),
        descended,
        {"change_tangent": Variable((), f"largest change, {TANGENT}, mean over starts")},
        cost=lambda unit: Cost(0.1 + 2e-7 * unit.width * unit.n_steps * unit.n_starts),
    )
    yield Grid(
        widths,
        lambda width: Descents(
            tuple(map(data_set, range(params.n_seeds))), width, params.decay, params.n_starts
        ),
        trained,
        {
            "learnt_trained": Variable(
                ("seed", *function), f"{what}, {TRAINED}", tolerance=_TRAINED, of="learnt"
            ),
            "below_highest": Variable(
                ("seed",),
                "log density of the parameters below the highest of any network's",
                "nats",
                _TRAINED,
            ),
        },
        functions | seed_coordinate(params.n_seeds),
        _cost,
    )
    yield Grid(
        {"prior": Labels(POSTERIORS, "posterior, by what stays as the width grows")}
        | widths
        | seeds,
        lambda prior, width, seed: Bayesian(
            data_set(seed), width, decay_of(params, prior, width), params.n_draws
        ),
        posteriors,
        {
            "learnt_posterior": Variable(function, f"{what}, posterior mean", of="learnt"),
            "error": Variable((), "Monte Carlo error of the largest change of the posterior mean"),
            "effective": Variable(("data",), "share of draws that are effective"),
        },
        functions,
        lambda unit: Cost(2e-6 * unit.width * unit.n_draws),
    )


def _cost(unit: Descents) -> Cost:
    n = 2 * len(unit.data) * unit.n_starts
    return Cost(1.5 + n * (0.11 + 4e-4 * unit.width), networks=n)


def derive(_: WideSharing, data: xr.Dataset) -> xr.Dataset:
    """Compute how much the function of the main task changes when the other task's data go.

    Returns
    -------
    xarray.Dataset
        `change` over (model, seed), the largest; `change_over_width` over (bound, curve, width),
        its geometric mean, and `slope` over (bound, curve), its power of the width; `mean_excess`
        over (bound, penalty), `density_gap` over (bound, width), and the data set `shown`.
    """

    def largest(name: str) -> xr.DataArray:
        both, alone = (data[name].sel(data=given, drop=True) for given in DATA)
        return abs(both - alone).max("input")

    posteriors = largest("learnt_posterior")
    over_width = {
        TRAINED: largest("learnt_trained"),
        TANGENT: data["change_tangent"],
        **{name: posteriors.sel(prior=name, drop=True) for name in POSTERIORS},
        SHRUNK: largest("learnt_shrunk"),
    }
    curves = np.stack([one.transpose("seed", "width") for one in over_width.values()], axis=1)
    slopes = np.polyfit(np.log(data["width"]), np.log(curves).reshape(-1, curves.shape[2]).T, 1)[0]

    def mean(name: str, what: str) -> xr.Variable:
        (dim,) = set(data[name].dims) - {"seed"}
        values = bootstrap_interval(data[name].transpose("seed", dim).values)
        return variable(("bound", str(dim)), values, what, data[name].attrs["units"])

    models = largest("learnt").transpose("model", "seed")
    shown = models.sel(model=DECAY).argmax("seed")
    return xr.Dataset(
        {
            "change": variable(("model", "seed"), models.values, "largest change"),
            "shown": variable((), shown, "data set of the largest change under weight decay"),
            "change_over_width": variable(
                ("bound", "curve", "width"),
                np.exp(bootstrap_interval(np.log(curves))),
                "geometric mean over data sets of the largest change",
            ),
            "slope": variable(
                ("bound", "curve"),
                bootstrap_interval(slopes.reshape(curves.shape[:2])),
                "mean over data sets of the slope of the change in the width, logarithms of both",
            ),
            "mean_excess": mean("excess", "mean over data sets of the relative excess"),
            "density_gap": mean("below_highest", "mean over data sets of the lacking log density"),
        },
        {
            "bound": BOUND,
            "curve": variable("curve", list(over_width), "model over the width"),
        },
    )


STAGES = (Stage(measure, derive),)
