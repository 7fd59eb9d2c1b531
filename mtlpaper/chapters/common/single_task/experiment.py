"""Students as in Figure 1: units from parameters, their cost, and gaps between curves."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.agreement import largest_relative_gap
from mtlpaper.chapters.common.labels import seed_coordinate, variable
from mtlpaper.chapters.common.single_task.parameters import ScheduledTask, SingleTask
from mtlpaper.companion.contract import Cost, Labels
from mtlpaper.dynamics import SGD, Curve, Curves, Modes, Setting

#: Seconds for a step of one network besides its products, and for a dataset by each theory.
_STEP = 3e-5
_SECONDS = {"eq3": 0.02, "T6": 0.3, "T7a": 0.1, "T7b": 0.1, "flow": 0.05}


def setting_of(params: SingleTask, **fields: Any) -> Setting:
    """Fill a setting with `fields` and, for the other fields, with the parameters."""
    names = {field.name for field in dataclasses.fields(Setting)} - fields.keys()
    return Setting(**fields, **{n: getattr(params, n) for n in names if hasattr(params, n)})


def curves_of(params: ScheduledTask, setting: Setting, curves: Sequence[Curve]) -> Curves:
    """The students of one setting, recorded at the times of the experiment."""
    t = _steps(params) * params.learning_rate
    descent = SGD(params.learning_rate, params.device, params.dtype, params.batch_size)
    return Curves(
        setting,
        params.seed,
        params.n_seeds,
        tuple(curves),
        tuple(t.tolist()),
        descent,
        getattr(params, "n_points", 0),
    )


def recorded(params: ScheduledTask) -> dict[str, xr.Variable]:
    """Coordinates of datasets and of recorded times: t/tau, and the steps that make it."""
    steps = _steps(params)
    return {
        **seed_coordinate(params.n_seeds),
        "time": variable("time", steps * params.learning_rate, "time t/tau", "tau"),
        "steps": variable("time", steps, "training steps"),
    }


def _steps(params: ScheduledTask) -> np.ndarray:
    return record_steps(params.n_steps, params.n_records)


def record_steps(n_steps: int, n_records: int) -> np.ndarray:
    """Numbers of steps, evenly spaced from 0 to `n_steps`, after which weights are recorded."""
    return np.unique(np.round(np.linspace(0, n_steps, n_records)).astype(int))


def classes(params: SingleTask) -> Labels:
    """Labels of numbers of classes."""
    return Labels(params.N3, "number of classes")


def cost(unit: Curves | Modes) -> Cost:
    """Return the cost of training the students of a unit and of computing their theories."""
    if isinstance(unit, Modes):
        return cost(unit.students)
    setting, steps = unit.setting, 0.0
    if unit.descent is not None:
        steps = unit.n_seeds * unit.t[-1] / unit.descent.learning_rate
    theories = unit.n_seeds * sum(_SECONDS.get(curve, 0.0) for curve in unit.curves)
    products = 4.0 * setting.N1 * setting.N3 * setting.n_train
    networks = unit.n_seeds * len(unit.curves)
    return Cost(theories + _STEP * steps, products * steps, networks, _bytes(unit))


def _bytes(unit: Curves) -> int:
    """Bytes of the datasets of a unit, of the batch that is trained, and of its records."""
    setting = unit.setting
    N1, N3, n = setting.N1, setting.N3, setting.n_train
    dataset = n * (N1 + N3) + N1 * N3 + setting.N2 * (N1 + N3)
    training = n * (3 * N1 + 2 * N3) + len(unit.t) * N1 * N3
    return 8 * unit.n_seeds * (dataset + training)


def gaps(measured: xr.DataArray, theory: xr.DataArray, what: str) -> xr.Variable:
    """Largest relative gaps between trajectories, with intervals.

    Parameters
    ----------
    measured, theory : xarray.DataArray
        Over `seed`, `time` and others; the theory may have further dimensions.
    what : str
        Long name of the variable.

    Returns
    -------
    xarray.Variable
        Over (..., bound).
    """
    found = xr.apply_ufunc(
        largest_relative_gap,
        measured,
        theory,
        input_core_dims=[["seed", "time"]] * 2,
        output_core_dims=[["bound"]],
        vectorize=True,
    )
    return variable(found.dims, found.values, what)
