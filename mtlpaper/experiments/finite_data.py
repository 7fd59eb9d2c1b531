"""Soft labels at any ratio of inputs to training points: three theories against SGD."""

from itertools import product

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
from mtlpaper.experiments.replicates import Setting, draw_all, record_steps
from mtlpaper.experiments.trained import train_on_schedule
from mtlpaper.settings.finite_data import FiniteData

CURVES = ("sgd", "eq3", "T7a", "T7b")
THEORIES = CURVES[1:]


def compute(params: FiniteData) -> xr.Dataset:
    """Train, integrate and compare for every number of inputs.

    Returns
    -------
    xarray.Dataset
        `s` over (N1, N3, curve, seed, time), `gap` over (N1, N3, theory, bound) and `share`, the
        ratio of the gap of (T 7a) to that of Eq. (3), over (N1, N3).
    """
    steps = record_steps(params.n_steps, params.n_records)
    t = steps * params.learning_rate
    settings = [
        Setting.of(params, N1=N1, N3=N3, sigma=params.sigma, label_rule=params.label_rule)
        for N1, N3 in product(params.N1, params.N3)
    ]
    cells = [draw_all(setting, params.seed, params.n_seeds) for setting in settings]
    flows = [
        [flow[:, :, 0] for flow in theories.solve_cells(solver, cells, t, params.n_points)]
        for solver in (theories.finite_data, theories.labels_as_drive)
    ]
    sgd = [train_on_schedule(cell, steps, params)[:, :, 0] for cell in cells]
    by_cell = np.stack([sgd, theories.eq3_cells(cells, t), *flows], axis=1)
    s = by_cell.reshape(len(params.N1), len(params.N3), *by_cell.shape[1:])
    gap = np.array(
        [
            [[bounds(largest_relative_gap(cell[0], other)) for other in cell[1:]] for cell in row]
            for row in s
        ]
    )
    share = gap[:, :, THEORIES.index("T7a"), 0] / gap[:, :, THEORIES.index("eq3"), 0]
    return xr.Dataset(
        {
            "s": variable(
                ("N1", "N3", "curve", "seed", "time"), s, "largest singular value of the student"
            ),
            "gap": variable(("N1", "N3", "theory", "bound"), gap, "largest relative gap to SGD"),
            "share": variable(("N1", "N3"), share, "gap of (T 7a) over gap of Eq. (3)"),
        },
        {
            "N1": variable("N1", list(params.N1), "number of inputs"),
            "N3": variable("N3", list(params.N3), "number of classes"),
            "curve": variable("curve", list(CURVES), "SGD, Eq. (3), (T 7a), (T 7b)"),
            "theory": variable("theory", list(THEORIES), "Eq. (3), (T 7a), (T 7b)"),
            **seed_coordinate(params.n_seeds),
            **time_coordinates(steps, params.learning_rate),
            **bound_coordinate(),
        },
    )
