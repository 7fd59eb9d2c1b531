"""Figure 3 right and Figure A4: deep ReLU students, and a shallow linear one beside them."""

import numpy as np
import xarray as xr

from mtlpaper.benefit import DeepUnit, bootstrap_interval, deep_unit
from mtlpaper.experiments.benefits import (
    effects,
    from_units,
    high_main_tasks,
    in_order,
    measured,
    problem_of,
    segments,
    snr_coordinates,
    training_of,
)
from mtlpaper.experiments.labels import variable
from mtlpaper.settings.depth import Depth

LINEAR = "linear"


def compute(params: Depth) -> xr.Dataset:
    """Train deep students of every depth, and linear ones on the same data.

    Returns
    -------
    xarray.Dataset
        What `from_units` gives over (student, S_A, S_B, r_AB), the first student being linear;
        `MT_right` of the high-SNR main tasks over (bound, student, snr, r_AB), with its
        `effect_right`; `shift`, the
        benefit averaged over the cells of these main tasks minus that of the linear student, over
        (bound, student).
    """
    n = params.n_train
    linear = measured(params, [(n, n)], "n_train")
    parts = [linear, *(_deep(params, depth) for depth in params.depth)]
    students = [LINEAR, *(f"{depth} ReLU" for depth in params.depth)]
    data = xr.concat(parts, dim="student", combine_attrs="override").isel(n_train=0, drop=True)
    data = data.assign_coords(student=variable("student", students, "hidden layers"))
    return data.assign(panels(params, data)).assign_coords(snr_coordinates())


def panels(params: Depth, data: xr.Dataset) -> dict[str, xr.Variable]:
    """Average the benefits of single cells as the figure does."""
    benefit = data["benefit"].sel(rule="test", S_A=high_main_tasks(params))
    mean = benefit.mean(["S_A", "S_B", "r_AB"])
    shift = (mean - mean.sel(student=LINEAR)).transpose("seed", "student").values
    return {
        "MT_right": segments(params, benefit, over=["S_A"]),
        "effect_right": effects(params, benefit, over=["S_A"]),
        "shift": variable(
            ("bound", "student"),
            bootstrap_interval(np.asarray(shift)),
            "mean benefit minus that of the linear student",
            "nats",
        ),
    }


def _deep(params: Depth, depth: int) -> xr.Dataset:
    results = in_order(deep_unit, deep_units(params, depth))
    return from_units(params, results, "n_train", [params.n_train])


def deep_units(params: Depth, depth: int) -> list[DeepUnit]:
    """One unit for every dataset and main task, in this order."""
    n = params.n_train
    return [
        DeepUnit(
            problem_of(params, n, n, S_A, replicate),
            training_of(params, n, learning_rate=params.deep_learning_rate),
            params.N2,
            depth,
            params.activation,
            params.scale,
        )
        for replicate in range(params.n_seeds)
        for S_A in params.S_A
    ]
