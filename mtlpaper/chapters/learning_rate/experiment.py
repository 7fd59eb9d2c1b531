"""Distance of gradient descent, full-batch and mini-batch, from the gradient flow."""

from collections.abc import Iterator

import numpy as np
import xarray as xr
from jaxtyping import Float, Int

from mtlpaper.benefit import resampled_interval
from mtlpaper.chapters.common.labels import BOUND, seed_coordinate, variable
from mtlpaper.chapters.common.single_task.experiment import classes, cost, setting_of
from mtlpaper.chapters.learning_rate.parameters import LearningRate
from mtlpaper.companion.contract import FLOW, Grid, Labels, Stage, Variable
from mtlpaper.dynamics import SGD, Curves, curves

#: Ways to train: by all points in a step, or by `batch_size` of them.
DESCENTS = ("gradient descent", "mini-batch SGD")
_RESAMPLES = 2000


def measure(params: LearningRate, _: xr.Dataset) -> Iterator[Grid]:
    """Train at every learning rate, and follow the flow of the training set and Eq. (3)."""
    t = np.linspace(0, params.t_end, params.n_records)
    times = tuple(t.tolist())
    coords = {
        "time": variable("time", t, "time t/tau", "tau"),
        **seed_coordinate(params.n_seeds),
    }
    batch_sizes = dict(zip(DESCENTS, (0, params.batch_size), strict=True))
    dims = ("seed", "time")

    def trained(N3: int, descent: str, learning_rate: float) -> Curves:
        how = SGD(learning_rate, params.device, params.dtype, batch_sizes[descent])
        setting = setting_of(params, N3=N3)
        return Curves(setting, params.seed, params.n_seeds, ("sgd",), times, how)

    yield Grid(
        {
            "N3": classes(params),
            "descent": Labels(DESCENTS, "how the student is trained"),
            "learning_rate": Labels(params.learning_rate, "learning rate", "1/tau"),
        },
        trained,
        curves,
        {"s_sgd": Variable(dims, "largest singular value of the student")},
        coords,
        cost,
    )
    yield Grid(
        {"N3": classes(params)},
        lambda N3: Curves(
            setting_of(params, N3=N3), params.seed, params.n_seeds, ("flow", "eq3"), times
        ),
        curves,
        {
            # rtol of this flow is 1e-10; other instruction sets changed it by no more than 1e-14.
            "s_flow": Variable(dims, "largest singular value, gradient flow of the training set"),
            "s_eq3": Variable(dims, "largest singular value, Eq. (3)", tolerance=FLOW),
        },
        coords,
        cost,
    )


def fitted_slope(
    rates: Float[np.ndarray, " rate"], distance: Float[np.ndarray, "seed rate"]
) -> Float[np.ndarray, " bound"]:
    """Slope of the logarithm of the mean distance, with a bootstrap interval over datasets."""

    def slope(chosen: Int[np.ndarray, " seed"]) -> np.ndarray:
        fit = np.polyfit(np.log(rates), np.log(distance[chosen].mean(axis=0)), 1)
        return np.asarray(fit[0])

    return resampled_interval(slope, distance.shape[0], _RESAMPLES)


def derive(_: LearningRate, data: xr.Dataset) -> xr.Dataset:
    """Compute distances from the flow.

    Returns
    -------
    xarray.Dataset
        `distance` over (N3, descent, seed, learning_rate), its fitted `slope` over
        (N3, descent, bound), and `distance_eq3` of Eq. (3) over (N3, seed).
    """
    dims = ("N3", "descent", "seed", "learning_rate")
    distance = abs(data["s_sgd"] / data["s_flow"] - 1).max("time").transpose(*dims)
    distance_eq3 = abs(data["s_eq3"] / data["s_flow"] - 1).max("time")
    rates = data["learning_rate"].values
    slope = [[fitted_slope(rates, descent) for descent in row] for row in distance.values]
    what = "largest relative distance from the gradient flow"
    return xr.Dataset(
        {
            "distance": variable(dims, distance.values, what),
            "distance_eq3": variable(("N3", "seed"), distance_eq3.values, f"{what}, Eq. (3)"),
            "slope": variable(("N3", "descent", "bound"), slope, "slope in the learning rate"),
        },
        {"bound": BOUND},
    )


STAGES = (Stage(measure, derive),)
