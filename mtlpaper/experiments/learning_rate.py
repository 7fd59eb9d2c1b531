"""Distance of gradient descent, full-batch and mini-batch, from the gradient flow."""

import numpy as np
import xarray as xr
from jaxtyping import Float

from mtlpaper.experiments import theories
from mtlpaper.experiments.labels import (
    bound_coordinate,
    seed_coordinate,
    variable,
)
from mtlpaper.experiments.replicates import Setting, draw_all
from mtlpaper.experiments.trained import train_all
from mtlpaper.settings.learning_rate import LearningRate
from mtlpaper.sweeps import map_parallel
from mtlpaper.theory import solve_flow, training_set_force

DESCENTS = ("gradient descent", "mini-batch SGD")
_RESAMPLES = 2000


def training_set_flow(job: theories.Job) -> Float[np.ndarray, " time"]:
    """Largest singular value by the exact gradient flow of the training set itself."""
    force = training_set_force(job.replicate.X, job.replicate.Y)
    flow = solve_flow(
        job.replicate.student, [force], job.t, method="DOP853", rtol=1e-10, atol=1e-12
    )
    return flow.singular_values()[:, 0]


def fitted_slope(rates: np.ndarray, distance: Float[np.ndarray, "seed rate"]) -> list[float]:
    """Slope of the logarithm of the mean distance, with a bootstrap interval over datasets."""

    def slope(sample: np.ndarray) -> float:
        return float(np.polyfit(np.log(rates), np.log(sample.mean(axis=0)), 1)[0])

    rng = np.random.default_rng(0)
    n = distance.shape[0]
    slopes = [slope(distance[rng.integers(n, size=n)]) for _ in range(_RESAMPLES)]
    low, high = np.quantile(slopes, [0.025, 0.975])
    return [slope(distance), float(low), float(high)]


def _distances(params: LearningRate, N3: int) -> tuple[np.ndarray, np.ndarray]:
    """Distance from the flow (descent, seed, rate), and of Eq. (3) from the flow (seed)."""
    setting = Setting.of(
        params, N1=params.N1, N3=N3, sigma=params.sigma, label_rule=params.label_rule
    )
    replicates = draw_all(setting, params.seed, params.n_seeds)
    t = np.linspace(0, params.t_end, params.n_records)
    jobs = [theories.Job(replicate, t) for replicate in replicates]
    flow = np.stack(map_parallel(training_set_flow, jobs))
    eq3 = np.stack(map_parallel(theories.eq3, jobs))
    out = np.empty((2, params.n_seeds, len(params.learning_rate)))
    for i, batch_size in enumerate((0, params.batch_size)):
        for j, rate in enumerate(params.learning_rate):
            steps = np.round(t / rate).astype(int)
            S = train_all(replicates, steps, params, learning_rate=rate, batch_size=batch_size)
            out[i, :, j] = np.abs(S[:, :, 0] / flow - 1).max(axis=1)
    return out, np.abs(eq3 / flow - 1).max(axis=1)


def compute(params: LearningRate) -> xr.Dataset:
    """Train at every learning rate and compare with the flow.

    Returns
    -------
    xarray.Dataset
        `distance` over (N3, descent, seed, learning_rate), its fitted `slope` over
        (N3, descent, bound), and `distance_eq3` of Eq. (3) over (N3, seed).
    """
    pairs = [_distances(params, N3) for N3 in params.N3]
    distance = np.stack([pair[0] for pair in pairs])
    rates = np.array(params.learning_rate)
    slope = [[fitted_slope(rates, descent) for descent in cell] for cell in distance]
    return xr.Dataset(
        {
            "distance": variable(
                ("N3", "descent", "seed", "learning_rate"),
                distance,
                "largest relative distance from the gradient flow",
            ),
            "distance_eq3": variable(
                ("N3", "seed"), [pair[1] for pair in pairs], "the same of Eq. (3)"
            ),
            "slope": variable(("N3", "descent", "bound"), slope, "slope in the learning rate"),
        },
        {
            "N3": variable("N3", list(params.N3), "number of classes"),
            "descent": variable("descent", list(DESCENTS), "how the student is trained"),
            "learning_rate": variable("learning_rate", rates, "learning rate 1/tau"),
            **seed_coordinate(params.n_seeds),
            **bound_coordinate(),
        },
    )
