"""Figure 1: the largest singular value by Eq. (3) and by SGD, for each number of classes."""

import xarray as xr

from mtlpaper.agreement import largest_relative_gap
from mtlpaper.experiments import theories
from mtlpaper.experiments.labels import (
    bound_coordinate,
    bounds,
    seed_coordinate,
    time_coordinates,
    variable,
)
from mtlpaper.experiments.replicates import Setting, draw_all, record_steps
from mtlpaper.experiments.trained import train_on_schedule
from mtlpaper.settings.figure1 import Figure1


def compute(params: Figure1) -> xr.Dataset:
    """Train, integrate and compare.

    Returns
    -------
    xarray.Dataset
        `s_sgd` and `s_eq3` over (N3, seed, time), `s_hat` over (N3, seed), `gap` over (N3, bound).
    """
    steps = record_steps(params.n_steps, params.n_records)
    t = steps * params.learning_rate
    settings = [
        Setting.of(params, N1=params.N1, N3=N3, sigma=params.sigma, label_rule=params.label_rule)
        for N3 in params.N3
    ]
    cells = [draw_all(setting, params.seed, params.n_seeds) for setting in settings]
    sgd = [train_on_schedule(cell, steps, params)[:, :, 0] for cell in cells]
    theory = theories.eq3_cells(cells, t)
    s_hat = [[replicate.s_hat for replicate in cell] for cell in cells]
    gaps = [bounds(largest_relative_gap(*pair)) for pair in zip(sgd, theory, strict=True)]
    trajectory = ("N3", "seed", "time")
    return xr.Dataset(
        {
            "s_sgd": variable(trajectory, sgd, "largest singular value of the student, SGD"),
            "s_eq3": variable(trajectory, theory, "largest singular value, Eq. (3)"),
            "s_hat": variable(trajectory[:2], s_hat, "singular value of the noisy teacher"),
            "gap": variable(("N3", "bound"), gaps, "largest relative gap of Eq. (3) to SGD"),
        },
        {
            "N3": variable("N3", list(params.N3), "number of classes"),
            **seed_coordinate(params.n_seeds),
            **time_coordinates(steps, params.learning_rate),
            **bound_coordinate(),
        },
    )
