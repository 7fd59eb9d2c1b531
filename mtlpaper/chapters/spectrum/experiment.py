"""Decay of the singular values of the student after the first."""

from collections.abc import Iterator

import numpy as np
import xarray as xr
from jaxtyping import Float

from mtlpaper.chapters.common.labels import variable
from mtlpaper.chapters.common.single_task.experiment import (
    classes,
    cost,
    curves_of,
    recorded,
    setting_of,
)
from mtlpaper.chapters.spectrum.parameters import Spectrum
from mtlpaper.companion.contract import FLOW, Grid, Labels, Stage, Variable
from mtlpaper.dynamics import Modes, modes

#: A decay counts as exponential if its last rate is at least this share of the first rate; a value
#: counts as suppressed if it falls below this share of its initial value.
LASTING, SUPPRESSED = 0.5, 0.9
_DIMS = ("sigma", "imbalance", "N3")


def decay_rates(
    s: Float[np.ndarray, "*place time"], t: Float[np.ndarray, " time"]
) -> Float[np.ndarray, "*place 2"]:
    """Rates -d ln s / dt over the first and the last fifth of the time, in units of 1/tau."""
    fifth = max(1, (t.size - 1) // 5)
    log = np.log(s)
    first = (log[..., 0] - log[..., fifth]) / (t[fifth] - t[0])
    last = (log[..., -1 - fifth] - log[..., -1]) / (t[-1] - t[-1 - fifth])
    return np.stack([first, last], axis=-1)


def decay_kind(start: float, end: float, first: float, last: float) -> str:
    """Name a decay by its end points, its rates, and the thresholds above."""
    if end > SUPPRESSED * start:
        return "not suppressed"
    return "exponential" if last >= LASTING * first > 0 else "slower than exponential"


def measure(params: Spectrum, _: xr.Dataset) -> Iterator[Grid]:
    """Train and integrate students with several singular values above zero at the start."""

    def unit(sigma: float, imbalance: float, N3: int) -> Modes:
        rest = (params.s0_rest,) * (min(params.n_modes, N3) - 1)
        fields = {"sigma": sigma, "imbalance": imbalance, "s0_rest": rest, "label_rule": "soft"}
        setting = setting_of(params, N3=N3, **fields)
        return Modes(curves_of(params, setting, ("sgd", "T6")), params.n_modes)

    what = "singular values of the student"
    dims = ("seed", "time", "mode")
    yield Grid(
        {
            "sigma": Labels(params.sigma, "noise level"),
            "imbalance": Labels(params.imbalance, "imbalance of the layers"),
            "N3": classes(params),
        },
        unit,
        modes,
        {
            "S_sgd": Variable(dims, f"{what}, SGD"),
            "S_flow": Variable(dims, f"{what}, matrix flow", tolerance=FLOW, of="S_T6"),
            "S_hat": Variable(("seed", "mode"), "singular values of the noisy teacher"),
        },
        {
            "mode": variable("mode", np.arange(1, params.n_modes + 1), "rank of singular value"),
            **recorded(params),
        },
        cost,
    )


def derive(_: Spectrum, data: xr.Dataset) -> xr.Dataset:
    """`rate` over (sigma, imbalance, N3, window) and `kind` of the second value's decay."""
    second = data["S_sgd"].sel(mode=2).mean("seed").transpose(*_DIMS, "time").values
    rate = decay_rates(second, data["time"].values)
    kind = np.empty(rate.shape[:-1], dtype=object)
    for at in np.ndindex(kind.shape):
        kind[at] = decay_kind(second[at][0], second[at][-1], *rate[at])
    what = "decay rate of the second singular value"
    return xr.Dataset(
        {
            "rate": variable((*_DIMS, "window"), rate, what, "1/tau"),
            "kind": variable(_DIMS, kind.astype(str), "how the second singular value decays"),
        },
        {"window": variable("window", ["first fifth", "last fifth"], "part of the time")},
    )


STAGES = (Stage(measure, derive),)
