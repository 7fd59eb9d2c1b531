"""Figure 2: the benefit over main tasks and over numbers of training points."""

import numpy as np
import xarray as xr

from mtlpaper.benefit import Unit, linear_unit
from mtlpaper.experiments.benefits import (
    effects,
    extreme_tasks,
    high_main_tasks,
    in_order,
    measured,
    problem_of,
    segments,
    snr_coordinates,
    training_of,
)
from mtlpaper.experiments.labels import variable
from mtlpaper.settings.figure2 import Figure2


def compute(params: Figure2) -> xr.Dataset:
    """Train every network of both panels and average as the figure does.

    Returns
    -------
    xarray.Dataset
        What `measured` gives over the points of both panels; the line segments `MT_left` over
        (bound, S_A, snr, r_AB) and `MT_right` over (bound, n_right, snr, r_AB), with their
        `effect_left` and `effect_right`; `curve` holds the losses of one main task.
    """
    n_train = sorted({*params.n_train, params.n_train_left})
    data = measured(params, [(n, n) for n in n_train], "n_train")
    ticks = variable("n_right", list(params.n_train), "training points, right panel")
    return data.assign(panels(params, data) | learning_curves(params)).assign_coords(
        {"n_right": ticks} | snr_coordinates()
    )


def panels(params: Figure2, data: xr.Dataset) -> dict[str, xr.Variable]:
    """Average the benefits of single cells as the two panels do."""
    benefit = data["benefit"].sel(rule="test")
    left = benefit.sel(n_train=params.n_train_left)
    high = high_main_tasks(params)
    right = benefit.sel(n_train=list(params.n_train), S_A=high).rename(n_train="n_right")
    return {
        "MT_left": segments(params, left),
        "MT_right": segments(params, right, over=["S_A"]),
        "effect_left": effects(params, left),
        "effect_right": effects(params, right, over=["S_A"]),
    }


def learning_curves(params: Figure2) -> dict[str, xr.Variable]:
    """Test loss against time of one main task alone and beside the extreme auxiliary tasks.

    The main task is the first of high SNR, the dataset the first, the points those of the left
    panel; each network is shown until its minima are well past.
    """
    S_A = high_main_tasks(params)[0]
    n = params.n_train_left
    problem = problem_of(params, n, n, S_A, 0, **extreme_tasks(params))
    unit = Unit(
        problem,
        training_of(params, n, curves=True),
        params.N2,
        params.s0,
        params.initial,
    )
    (result,) = in_order(linear_unit, [unit])
    labels = ["alone", *(f"S_B = {S_B:g}, r_AB = {r_AB:g}" for S_B, r_AB in problem.auxiliary)]
    curves, times = np.asarray(result["curves"]), np.asarray(result["times"])
    return {
        "curve": variable(("network", "time"), curves, "generalisation loss", "nats"),
        "curve_S_A": variable((), S_A, "singular value of this main task"),
        "network": variable("network", labels, "what the main task is learned beside"),
        "time": variable("time", times, "time t/tau", "tau"),
    }
