"""What becomes of the student's other singular values."""

from itertools import product

import numpy as np
import xarray as xr
from jaxtyping import Float

from mtlpaper.experiments import theories
from mtlpaper.experiments.labels import seed_coordinate, time_coordinates, variable
from mtlpaper.experiments.replicates import Setting, draw_all, record_steps
from mtlpaper.experiments.trained import train_on_schedule
from mtlpaper.settings.spectrum import Spectrum

#: A decay counts as exponential if its rate at the end is at least this share of the first rate,
#: and a value as suppressed at all if it falls below this share of where it began.
LASTING, SUPPRESSED = 0.5, 0.9
_DIMS = ("sigma", "imbalance", "N3")


def decay_rates(
    s: Float[np.ndarray, "*cell time"], t: Float[np.ndarray, " time"]
) -> Float[np.ndarray, "*cell 2"]:
    """Rates -d ln s / dt over the first and the last fifth of the time, in units of 1/tau."""
    fifth = max(1, (t.size - 1) // 5)
    log = np.log(s)
    first = (log[..., 0] - log[..., fifth]) / (t[fifth] - t[0])
    last = (log[..., -1 - fifth] - log[..., -1]) / (t[-1] - t[-1 - fifth])
    return np.stack([first, last], axis=-1)


def decay_kind(start: float, end: float, first: float, last: float) -> str:
    """Name a decay from its end points and its rates, by the two thresholds above."""
    if end > SUPPRESSED * start:
        return "not suppressed"
    return "exponential" if last >= LASTING * first > 0 else "slower than exponential"


def _singular_values(W: Float[np.ndarray, "N3 N1"]) -> Float[np.ndarray, " k"]:
    return np.linalg.svd(W, compute_uv=False)


def _padded(values: Float[np.ndarray, "*axes k"], n_modes: int, N3: int) -> np.ndarray:
    """First `n_modes` singular values along the last axis, NaN where there are no more than N3."""
    k = min(n_modes, N3)
    out = np.full((*values.shape[:-1], n_modes), np.nan)
    out[..., :k] = values[..., :k]
    return out


def _setting(params: Spectrum, sigma: float, imbalance: float, N3: int) -> Setting:
    rest = (params.s0_rest,) * (min(params.n_modes, N3) - 1)
    fields = {"sigma": sigma, "imbalance": imbalance, "s0_rest": rest}
    return Setting.of(params, N1=params.N1, N3=N3, label_rule="soft", **fields)


def compute(params: Spectrum) -> xr.Dataset:
    """Train and integrate students with several singular values above zero at the start.

    Returns
    -------
    xarray.Dataset
        `S_sgd` and `S_flow` over (sigma, imbalance, N3, seed, time, mode), `S_hat` without time;
        `rate` and `kind` of the second singular value over (sigma, imbalance, N3).
    """
    steps = record_steps(params.n_steps, params.n_records)
    t = steps * params.learning_rate
    grid = (len(params.sigma), len(params.imbalance), len(params.N3))
    settings = [
        _setting(params, *values) for values in product(params.sigma, params.imbalance, params.N3)
    ]
    cells = [draw_all(setting, params.seed, params.n_seeds) for setting in settings]
    by_source = [
        [train_on_schedule(cell, steps, params) for cell in cells],
        theories.solve_cells(theories.infinite_data, cells, t, params.n_points),
        [np.stack([_singular_values(r.teacher.Sigma_hat) for r in cell]) for cell in cells],
    ]
    sgd, flow, teacher = (
        np.stack(
            [
                _padded(values, params.n_modes, setting.N3)
                for values, setting in zip(source, settings, strict=True)
            ]
        ).reshape(*grid, params.n_seeds, *source[0].shape[1:-1], params.n_modes)
        for source in by_source
    )
    second = sgd[..., 1].mean(axis=-2)
    rate = decay_rates(second, t)
    kind = np.empty(grid, dtype=object)
    for cell in np.ndindex(grid):
        kind[cell] = decay_kind(second[cell][0], second[cell][-1], *rate[cell])
    dims = (*_DIMS, "seed", "time", "mode")
    return xr.Dataset(
        {
            "S_sgd": variable(dims, sgd, "singular values of the student, SGD"),
            "S_flow": variable(dims, flow, "singular values of the student, matrix flow"),
            "S_hat": variable(
                (*_DIMS, "seed", "mode"), teacher, "singular values of the noisy teacher"
            ),
            "rate": variable(
                (*_DIMS, "window"), rate, "decay rate of the second singular value", "1/tau"
            ),
            "kind": variable(_DIMS, kind.astype(str), "how the second singular value decays"),
        },
        {
            "sigma": variable("sigma", list(params.sigma), "noise level"),
            "imbalance": variable("imbalance", list(params.imbalance), "imbalance of the layers"),
            "N3": variable("N3", list(params.N3), "number of classes"),
            "mode": variable("mode", np.arange(1, params.n_modes + 1), "rank of singular value"),
            "window": variable("window", ["first fifth", "last fifth"], "part of the time"),
            **seed_coordinate(params.n_seeds),
            **time_coordinates(steps, params.learning_rate),
        },
    )
