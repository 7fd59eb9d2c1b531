"""Figure 1: the largest singular value by Eq. (3) and by SGD, for each number of classes."""

import numpy as np
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
from mtlpaper.experiments.replicates import Replicate, Setting, draw_all, record_steps
from mtlpaper.experiments.trained import train_on_schedule
from mtlpaper.settings.figure1 import Figure1


def compute(params: Figure1) -> xr.Dataset:
    """Train, integrate and compare.

    Returns
    -------
    xarray.Dataset
        `s_sgd` and `s_eq3` over (N3, seed, time), `s_hat` over (N3, seed), `gap` over (N3, bound);
        `gap_start`, the same gap from other starts, over (s0, N3, bound).
    """
    steps = record_steps(params.n_steps, params.n_records)
    cells = _cells(params, params.s0)
    sgd, theory = _trajectories(params, cells, steps)
    s_hat = [[replicate.s_hat for replicate in cell] for cell in cells]
    trajectory = ("N3", "seed", "time")
    what = "largest relative gap of Eq. (3) to SGD"
    starts = [_gaps(*_trajectories(params, _cells(params, s0), steps)) for s0 in params.starts]
    return xr.Dataset(
        {
            "s_sgd": variable(trajectory, sgd, "largest singular value of the student, SGD"),
            "s_eq3": variable(trajectory, theory, "largest singular value, Eq. (3)"),
            "s_hat": variable(trajectory[:2], s_hat, "singular value of the noisy teacher"),
            "gap": variable(("N3", "bound"), _gaps(sgd, theory), what),
            "gap_start": variable(("s0", "N3", "bound"), starts, f"{what}, from other starts"),
        },
        {
            "N3": variable("N3", list(params.N3), "number of classes"),
            "s0": variable("s0", list(params.starts), "initial singular value"),
            **seed_coordinate(params.n_seeds),
            **time_coordinates(steps, params.learning_rate),
            **bound_coordinate(),
        },
    )


def _cells(params: Figure1, s0: float) -> list[list[Replicate]]:
    """Datasets and students of every number of classes."""
    fields = {"N1": params.N1, "sigma": params.sigma, "label_rule": params.label_rule, "s0": s0}
    settings = [Setting.of(params, N3=N3, **fields) for N3 in params.N3]
    return [draw_all(setting, params.seed, params.n_seeds) for setting in settings]


def _trajectories(
    params: Figure1, cells: list[list[Replicate]], steps: np.ndarray
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Largest singular value over (seed, time) of every cell, by SGD and by Eq. (3)."""
    sgd = [train_on_schedule(cell, steps, params)[:, :, 0] for cell in cells]
    return sgd, theories.eq3_cells(cells, steps * params.learning_rate)


def _gaps(sgd: list[np.ndarray], theory: list[np.ndarray]) -> list[list[float]]:
    return [bounds(largest_relative_gap(*pair)) for pair in zip(sgd, theory, strict=True)]
