"""Benefits and both sides of their bound over the weight of the auxiliary loss."""

from collections.abc import Iterator

import numpy as np
import xarray as xr
from scipy.stats import rankdata

from mtlpaper.benefit import bootstrap_interval, resampled_interval
from mtlpaper.chapters.common.labels import BOUND, variable
from mtlpaper.chapters.common.two_tasks.costs import cost
from mtlpaper.chapters.common.two_tasks.experiment import (
    linear,
    main_tasks,
    pair_labels,
    seeds,
    task_coordinates,
)
from mtlpaper.chapters.weights.parameters import Weights
from mtlpaper.companion.contract import Cost, Grid, Stage, Tolerance, Variable
from mtlpaper.methods.weights import Weighed, weighed

#: The loss that chooses the time of a student, and by which the sides of the bound are computed.
LOSSES = ("generalisation", "validation")
#: What a weight is chosen by: the least loss, a side of the bound, or nothing.
CHOICES = ("loss", "upper side", "lower side", "mean of both sides", "weight 1", "weight 0")
_SIDES = CHOICES[1:4]
_CELL = ("S_A", "S_B", "r_AB")
_RESAMPLES = 2000
_TRAINED = Tolerance(1e-6, 1e-7, "in double precision, and looks are chosen the same")


def measure(params: Weights, _: xr.Dataset) -> Iterator[Grid]:
    """Students with every weight, for every dataset and main task."""
    tasks = [(S_B, r_AB) for S_B in params.S_B for r_AB in params.r_AB]
    dims = ("loss", "auxiliary", "positive")

    def given(what: str, over: tuple[str, ...] = dims) -> Variable:
        return Variable(over, what, "nats", _TRAINED)

    yield Grid(
        {"seed": seeds(params), "S_A": main_tasks(params)},
        lambda seed, S_A: Weighed(
            linear(params, params.n_train, params.n_train, S_A, seed),
            params.weights,
            params.n_points,
        ),
        weighed,
        {
            "benefit": given("multitask benefit"),
            "lower": given("lower side of the bound, by the loss that chooses the time"),
            "upper": given("upper side of the bound, by the loss that chooses the time"),
            "gain": given("benefit on the validation points that choose the time", dims[1:]),
        },
        {
            "loss": variable("loss", list(LOSSES), "loss that chooses the time"),
            "auxiliary": variable("auxiliary", pair_labels(tasks), "auxiliary task"),
            "positive": variable("positive", list(params.weights), "weight of the auxiliary loss"),
        },
        _cost,
    )


def _cost(unit: Weighed) -> Cost:
    base = cost(unit.unit)
    # A weight above 1 takes as many times longer.
    each = sum(max(1.0, weight) for weight in unit.weights)
    networks = 1 + (base.networks - 1) * len(unit.weights)
    return Cost(
        0.3 + base.seconds * each, base.flops * each, networks, base.bytes * len(unit.weights)
    )


def derive(params: Weights, data: xr.Dataset) -> xr.Dataset:
    """Compute means over weights, the weights that are chosen, and what the choices lose.

    Returns
    -------
    xarray.Dataset
        Over cells (S_A, S_B, r_AB), nats: `MT`, `MT_lower`, `MT_upper` (bound, loss, ..., weight),
        means over datasets, zero at weight 0; `best` (bound, ...), the weight at which the mean
        benefit is largest; `share` (bound, loss, choice, ...), the mean of a / (1 + a) over the
        chosen weights a, and `regret`, how much less the benefit is than with the best weight of
        each dataset, and `regret_mean`, its mean over S_A and S_B; `growth` (bound, S_A, S_B), the
        share of the best weights with the most related task less that with the least related one;
        `better` (bound, loss, ...), the benefit by the choice of the loss less that by the upper
        side; `rank` (bound, loss, side, ...), the rank correlation of a side with the benefit over
        weights; `slope` (bound, ...), the share of datasets in which upper side and benefit have
        one sign at the least positive weight; and `certified` (sign, ...), the share of datasets
        and positive weights at which both sides have this sign.
    """
    weight = np.array([0.0, *params.weights])
    benefit, lower, upper = (_full(params, data[name]) for name in ("benefit", "lower", "upper"))
    gain = _full(params, data["gain"])
    sides = np.stack([upper, lower, (upper + lower) / 2], axis=2)
    by_loss = np.stack([benefit[:, 0], gain], axis=1)
    chosen = _chosen(weight, by_loss, sides)
    got = np.take_along_axis(benefit[:, :, None], chosen[..., None], axis=-1)[..., 0]
    regret = benefit.max(axis=-1)[:, :, None] - got
    share = (weight / (1 + weight))[chosen]
    least = [side[:, 0, ..., 1] for side in (upper, benefit)]

    def mean(
        over: tuple[str, ...], samples: np.ndarray, what: str, units: str = "1"
    ) -> xr.Variable:
        middle, low, high = bootstrap_interval(samples)
        # Of samples that are all the same, rounding may put an end on the wrong side.
        bounds = [middle, np.minimum(low, middle), np.maximum(high, middle)]
        return variable(("bound", *over), bounds, what, units)

    slope = mean(
        _CELL,
        (np.sign(least[0]) == np.sign(least[1])).astype(float),
        "share of datasets in which the upper side has the benefit's sign, least weight",
    )
    by_weight, by_choice = ("loss", *_CELL, "weight"), ("loss", "choice", *_CELL)
    positive = [upper[:, 0, ..., 1:] < 0, lower[:, 0, ..., 1:] > 0]
    return xr.Dataset(
        {
            "MT": mean(by_weight, benefit, "multitask benefit", "nats"),
            "MT_lower": mean(by_weight, lower, "lower side of the bound", "nats"),
            "MT_upper": mean(by_weight, upper, "upper side of the bound", "nats"),
            "best": variable(
                ("bound", *_CELL),
                resampled_interval(
                    lambda drawn: weight[benefit[drawn, 0].mean(axis=0).argmax(axis=-1)],
                    len(benefit),
                    _RESAMPLES,
                ),
                "weight at which the mean benefit is largest",
            ),
            "share": mean(by_choice, share, "share of the auxiliary loss in all weight"),
            "regret": mean(by_choice, regret, "benefit lost against the best weight", "nats"),
            "regret_mean": mean(
                ("loss", "choice", "r_AB"),
                regret.mean(axis=(3, 4)),
                "benefit lost against the best weight, mean over S_A and S_B",
                "nats",
            ),
            "growth": mean(
                _CELL[:2],
                share[:, 0, 0, ..., -1] - share[:, 0, 0, ..., 0],
                "share of the auxiliary loss, most related less least related task",
            ),
            "better": mean(
                ("loss", *_CELL),
                got[:, :, 0] - got[:, :, 1],
                "benefit by the choice of the loss less that by the upper side",
                "nats",
            ),
            "rank": mean(
                ("loss", "side", *_CELL),
                _rank_correlation(sides, benefit[:, :, None]),
                "rank correlation of a side of the bound with the benefit, over weights",
            ),
            "slope": slope.copy(data=slope.values.clip(0, 1)),
            "certified": variable(
                ("sign", *_CELL),
                np.mean(positive, axis=(1, -1)),
                "share of datasets and weights at which both sides have this sign",
            ),
        },
        {
            "bound": BOUND,
            "weight": variable("weight", weight, "weight of the auxiliary loss"),
            "choice": variable("choice", list(CHOICES), "what the weight is chosen by"),
            "side": variable("side", list(_SIDES), "side of the bound"),
            "sign": variable("sign", ["harm", "benefit"], "sign that the bound shows"),
            **task_coordinates(params),
        },
    )


def _full(params: Weights, measured: xr.DataArray) -> np.ndarray:
    """Array over (seed, loss, S_A, S_B, r_AB, weight), or without loss, with zeros at weight 0."""
    dims = [dim for dim in ("seed", "loss", "S_A", "auxiliary", "positive") if dim in measured.dims]
    values = measured.transpose(*dims).values
    shape = (*values.shape[:-2], len(params.S_B), len(params.r_AB), values.shape[-1])
    return np.pad(values.reshape(shape), [(0, 0)] * (len(shape) - 1) + [(1, 0)])


def _chosen(weight: np.ndarray, by_loss: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """Index of the chosen weight, (seed, loss, choice, S_A, S_B, r_AB)."""
    shape = by_loss.shape[:-1]
    fixed = [np.full(shape, int(np.flatnonzero(weight == one)[0])) for one in (1, 0)]
    by_side = np.moveaxis(sides.argmax(axis=-1), 2, 0)
    return np.stack([by_loss.argmax(axis=-1), *by_side, *fixed], axis=2)


def _rank_correlation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Spearman's correlation along the last axis."""
    ranks = [rankdata(values, axis=-1) for values in (a, b)]
    x, y = (one - one.mean(axis=-1, keepdims=True) for one in ranks)
    return np.asarray((x * y).sum(axis=-1) / np.sqrt((x**2).sum(axis=-1) * (y**2).sum(axis=-1)))


STAGES = (Stage(measure, derive),)
