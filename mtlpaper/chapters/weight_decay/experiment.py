"""Linear students with weight decay: benefits, widths, couplings and norms."""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from mtlpaper.benefit import (
    Problem,
    Unit,
    bootstrap_interval,
    resampling_weights,
    stretched_interval,
)
from mtlpaper.chapters.common.labels import BOUND, variable
from mtlpaper.chapters.common.two_tasks.experiment import (
    N_GROUPS,
    gain,
    grid,
    linear,
    main_tasks,
    networks,
    pair_labels,
    points,
    problem_of,
    seeds,
    task_coordinates,
)
from mtlpaper.chapters.weight_decay.parameters import WeightDecay
from mtlpaper.companion.contract import Cost, Grid, Labels, Stage, Tolerance, Variable
from mtlpaper.wide.decayed import Coupling, Norms, Tuned, Width, coupling, norms, tuned, width

#: What keeps students from overfitting, and by which points it is tuned.
REGULARISERS = ("weight decay", "early stopping")
TUNED_BY = ("validation", "test")
#: Which components the inputs of a task have.
INPUTS = ("all components", "half each")
_RESAMPLES = 2000
#: What is derived is no smaller than this: rounding decides below, on every processor otherwise.
_FLOOR = 1e-7
_OPTIMUM = Tolerance(1e-5, 1e-6, "gradients are followed down to 1e-8 of the penalty's")


# ---------------------------------------------------------------------------------------- measured


def measure(params: WeightDecay, _: xr.Dataset) -> Iterator[Grid]:
    """Train students that stop early, and students with weight decay for four purposes."""

    def unit(seed: int, S_A: float) -> Unit:
        return linear(params, params.n_train, params.n_train, S_A, seed)

    over = {"seed": seeds(params), "S_A": main_tasks(params)}
    pairs = [(S_B, r_AB) for S_B in params.S_B for r_AB in params.r_AB]
    yield grid(over, unit, params)
    yield Grid(
        over,
        lambda seed, S_A: Tuned(unit(seed, S_A), params.decays),
        tuned,
        {
            "decayed_loss": Variable(
                ("decay", "net", "group"), "loss at the optimum", "nats", _OPTIMUM, of="loss"
            ),
            "decayed_chosen": Variable(
                ("decay", "net"), "the same on validation points", "nats", _OPTIMUM, of="chosen"
            ),
            "gap": Variable(
                ("decay", "net"), "certified relative gap to the convex optimum", "1", _OPTIMUM
            ),
        },
        {
            "decay": variable("decay", list(params.decays), "weight decay"),
            "net": networks(pair_labels(pairs)),
            "group": variable("group", np.arange(N_GROUPS), "group of test points"),
        },
        lambda one: _cost(one.unit.problem, len(one.decays) * one.unit.problem.n_networks),
    )
    yield from (_widths(params), _couplings(params), _norms(params))


def _problem(params: WeightDecay, n: int, dataset: int) -> Problem:
    """The largest singular values at every relatedness, without noise on the labels."""
    S_A, S_B = params.S_A[-1], params.S_B[-1:]
    return problem_of(params, n, n, S_A, dataset, S_B=S_B, sigma=0.0)


def _datasets(params: WeightDecay) -> Labels:
    return Labels(range(params.n_trained), "number of the dataset")


def _widths(params: WeightDecay) -> Grid:
    dims = ("member", "start")
    beside = (f"r_AB = {r:g}" for r in params.r_AB)
    return Grid(
        {"dataset": _datasets(params), "N2": Labels(params.widths, "hidden units")},
        lambda dataset, N2: Width(
            _problem(params, params.n_train, dataset), N2, params.decay, params.n_starts
        ),
        width,
        {
            "objective": Variable(dims, "objective of the student", "nats", _OPTIMUM),
            "least": Variable(
                dims, "no student has a smaller objective", "nats", _OPTIMUM, of="bound"
            ),
            "modes": Variable(dims, "singular values of the stacked map that are not zero"),
        },
        {
            "member": networks(beside, "member"),
            "start": variable("start", np.arange(params.n_starts), "number of the initial weights"),
        },
        lambda one: _cost(one.problem, one.n_starts * one.problem.n_networks),
    )


def _couplings(params: WeightDecay) -> Grid:
    return Grid(
        {
            "dataset": _datasets(params),
            "points": points(params.n_coupled),
            "inputs": Labels(INPUTS, "components that the inputs of a task have"),
        },
        lambda dataset, points, inputs: Coupling(
            _problem(params, points, dataset), params.N2, params.decay, inputs == INPUTS[1]
        ),
        coupling,
        {
            "distance": Variable(
                ("r_AB",), "relative distance from the map learned alone", "1", _OPTIMUM
            ),
            "force": Variable(
                ("r_AB",),
                "joint force at the maps learned alone, over the penalty's",
                "1",
                _OPTIMUM,
            ),
        },
        {"r_AB": task_coordinates(params)["r_AB"]},
        lambda one: _cost(one.problem, 2 * one.problem.n_networks - 1),
    )


def _norms(params: WeightDecay) -> Grid:
    sizes = (params.N1, params.N2, params.N3, params.n_soft)
    dims = ("small_decay", "r_AB")
    return Grid(
        {
            "dataset": _datasets(params),
            "S_soft": Labels(params.S_soft, "singular value of the auxiliary task's teacher"),
        },
        lambda dataset, S_soft: Norms(
            *sizes,
            params.S_soft[0],
            S_soft,
            params.r_AB,
            params.small_decays,
            params.seed,
            dataset,
        ),
        norms,
        {
            "squares": Variable(dims, "half the squared weights", "1", _OPTIMUM),
            "norm": Variable(dims, "trace norm of the stacked map", "1", _OPTIMUM),
            "formula": Variable(("r_AB",), "trace norm of the teachers by the formula"),
        },
        {
            "small_decay": variable(
                "small_decay", list(params.small_decays), "weight decay with soft labels"
            ),
            "r_AB": task_coordinates(params)["r_AB"],
        },
    )


def _cost(problem: Problem, networks: int) -> Cost:
    flops = 3000 * 4.0 * problem.N1 * problem.N3 * (problem.n_train + problem.n_aux)
    return Cost(0.3, networks * flops, networks)


# ----------------------------------------------------------------------------------------- derived


def derive(params: WeightDecay, data: xr.Dataset) -> xr.Dataset:
    """Compute benefits with tuned regularisers, and what widths, couplings and norms come to.

    Returns
    -------
    xarray.Dataset
        `benefit` over (regulariser, tuned_by, seed, S_A, S_B, r_AB), and its mean `MT` with
        interval; `growth`, by how much the benefit of the most related task exceeds that of the
        least related one; `difference`, the benefit with weight decay less that with early
        stopping; `L_single`; `at_end`, the share of networks for which an end of the weight decays
        is chosen. `excess` over (N2, member) of the worst start and dataset, and `moved` over
        (bound, inputs, points, r_AB), the mean distance, neither less than 1e-7; `fading` over
        (bound, r_AB), its power of the points. `off` over (S_soft, small_decay, r_AB), how far the
        squared weights are from the formula.
    """
    found = _benefits(params, data) | _excess(data) | _moved(data) | _off(data)
    return xr.Dataset(
        found,
        {
            "bound": BOUND,
            "regulariser": variable("regulariser", list(REGULARISERS), "what prevents overfitting"),
            "tuned_by": variable("tuned_by", list(TUNED_BY), "points by which it is tuned"),
            "end": variable("end", ["weakest", "strongest"], "end of the weight decays"),
            **task_coordinates(params),
        },
    )


def _benefits(params: WeightDecay, data: xr.Dataset) -> dict[str, xr.Variable]:
    dims = ("seed", "S_A", "net")
    decayed = data["decayed_loss"].mean("group")
    best = {"validation": data["decayed_chosen"].argmin("decay"), "test": decayed.argmin("decay")}
    stopped = {
        "validation": data["chosen_loss"].sel(chosen="noisy validation", drop=True),
        "test": data["loss"],
    }
    by_decay = [decayed.isel(decay=best[one], drop=True).transpose(*dims) for one in TUNED_BY]
    by_stopping = [stopped[one].mean("group").transpose(*dims) for one in TUNED_BY]
    loss = xr.DataArray(
        np.array([[one.values for one in arm] for arm in (by_decay, by_stopping)]),
        {name: data[name].variable for name in dims},
        ("regulariser", "tuned_by", *dims),
    )
    benefit = gain(params, loss)
    names = tuple(map(str, benefit.dims))
    decay = benefit.isel(regulariser=0) - benefit.isel(regulariser=1)
    ends = [np.stack([one == 0, one == len(params.decays) - 1]) for one in best.values()]
    return {
        "benefit": variable(names, benefit.values, "multitask benefit", "nats"),
        "MT": _mean(benefit, "multitask benefit, mean over datasets"),
        "growth": _mean(
            benefit.isel(r_AB=-1) - benefit.isel(r_AB=0),
            "benefit of the most related task less that of the least related one",
        ),
        "difference": _mean(decay, "benefit with weight decay less that with early stopping"),
        "L_single": _mean(loss.isel(net=0), "loss of the single-task student"),
        "at_end": variable(
            ("tuned_by", "end"),
            np.mean(ends, axis=(2, 3, 4)),
            "share of networks for which this end of the weight decays is chosen",
        ),
    }


def _mean(samples: xr.DataArray, what: str, seed: str = "seed", units: str = "nats") -> xr.Variable:
    """Mean over datasets with its interval."""
    values = samples.transpose(seed, ...)
    dims = ("bound", *map(str, values.dims[1:]))
    return variable(dims, bootstrap_interval(values.values), what, units)


def _excess(data: xr.Dataset) -> dict[str, xr.Variable]:
    least = data["least"].max(["N2", "start"])
    excess = (data["objective"] / least - 1).max(["dataset", "start"]).transpose("N2", "member")
    what = "relative excess of the objective over the convex optimum, worst start and dataset"
    return {"excess": variable(("N2", "member"), np.maximum(excess.values, _FLOOR), what)}


def _moved(data: xr.Dataset) -> dict[str, xr.Variable]:
    distance = data["distance"].transpose("dataset", "inputs", "points", "r_AB")
    every = distance.sel(inputs=INPUTS[0]).values
    n = len(every)
    shares = np.vstack([np.full(n, 1 / n), resampling_weights(n, _RESAMPLES)])
    x = np.log(data["points"].values)
    x = (x - x.mean()) / ((x - x.mean()) ** 2).sum()  # the slope of a line is the product with this
    powers = np.tensordot(np.log(np.tensordot(shares, every, 1)), x, (1, 0))
    fading = stretched_interval(powers, n)
    what = "mean relative distance from the map learned alone"
    moved = _mean(distance, what, "dataset", "1")
    return {
        "moved": moved.copy(data=np.maximum(moved.values, _FLOOR)),
        "fading": variable(("bound", "r_AB"), fading, f"{what}: power of the points"),
    }


def _off(data: xr.Dataset) -> dict[str, xr.Variable]:
    dims = ("S_soft", "small_decay", "r_AB")
    off = abs(data["squares"] / data["formula"] - 1).max("dataset").transpose(*dims)
    what = "largest relative distance of half the squared weights from the formula"
    return {"off": variable(dims, off.values, what)}


STAGES = (Stage(measure, derive),)
