"""The line segments of the figures: benefits averaged over low and high S_B, and their differences.

A panel averages over the auxiliary tasks of low and of high signal-to-noise ratio; most panels also
average over the main tasks of high signal-to-noise ratio.
"""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from jaxtyping import Float

from mtlpaper.chapters.common.labels import variable
from mtlpaper.chapters.common.two_tasks.experiment import interval
from mtlpaper.chapters.common.two_tasks.parameters import MainTasks

SNR = ("low", "high")


def snr_bins(S_B: Sequence[float], bins: str) -> tuple[slice, slice]:
    """Which of the increasing values count as low and as high.

    A single value counts as both. Of an odd number of values `halves` leave out the middle one.
    """
    n = len(S_B)
    if bins == "ends" or n == 1:
        return slice(0, 1), slice(n - 1, n)
    return slice(0, n // 2), slice(n - n // 2, n)


def _binned(params: MainTasks, benefit: xr.DataArray, over: Sequence[str]) -> xr.DataArray:
    """Mean benefit for low and high S_B, over (seed, ..., snr, r_AB)."""
    parts = [
        benefit.isel(S_B=part).mean(["S_B", *over]) for part in snr_bins(params.S_B, params.bins)
    ]
    return xr.concat(parts, dim="snr").transpose("seed", ..., "snr", "r_AB")


def segments(params: MainTasks, benefit: xr.DataArray, over: Sequence[str] = ()) -> xr.Variable:
    """Mean benefit for low and high S_B with intervals: the line segments of the figures.

    Parameters
    ----------
    params : MainTasks
        Parameters that divide S_B into low and high values.
    benefit : xarray.DataArray
        Over `seed`, `S_B`, `r_AB` and others.
    over : sequence of str
        Dimensions to average over besides S_B.

    Returns
    -------
    xarray.Variable
        Over (bound, ..., snr, r_AB).
    """
    binned = _binned(params, benefit, over)
    dims = [str(dim) for dim in binned.dims]
    return interval(dims, binned.values, "multitask benefit for low and high S_B")


#: Differences between ends of the line segments, on which claims of the paper rest.
EFFECTS = (
    "related minus unrelated, high S_B",
    "high minus low S_B, related",
    "high minus low S_B, unrelated",
    "unrelated, low S_B",
    "unrelated, high S_B",
    "related, high S_B",
)


def effects(params: MainTasks, benefit: xr.DataArray, over: Sequence[str] = ()) -> xr.Variable:
    """Differences between the ends of the line segments, with paired intervals.

    "Related" and "unrelated" are the last and the first r_AB.

    Parameters
    ----------
    params, benefit, over
        As for `segments`.

    Returns
    -------
    xarray.Variable
        Over (bound, ..., effect), in the order of `EFFECTS`.
    """
    binned = _binned(params, benefit, over)
    dims = (*map(str, binned.dims[:-2]), "effect")
    return interval(dims, differences(binned.values), "effect on the multitask benefit")


def differences(
    segment: Float[np.ndarray, "*rest snr r_AB"],
) -> Float[np.ndarray, "*rest effect"]:
    """Differences between the ends of line segments, in the order of `EFFECTS`."""
    low0, high0 = segment[..., 0, 0], segment[..., 1, 0]
    low1, high1 = segment[..., 0, -1], segment[..., 1, -1]
    samples = [high1 - high0, high1 - low1, high0 - low0, low0, high0, high1]
    return np.stack(samples, axis=-1)


def snr_coordinates() -> dict[str, xr.Variable]:
    """Coordinates of low and high S_B, and of the effects."""
    return {
        "snr": variable("snr", list(SNR), "signal-to-noise ratio of the auxiliary task"),
        "effect": variable("effect", list(EFFECTS), "difference between segments' ends"),
    }


def high_main_tasks(params: MainTasks) -> list[float]:
    """Main tasks of high signal-to-noise ratio."""
    return list(params.S_A[-params.n_high :])
