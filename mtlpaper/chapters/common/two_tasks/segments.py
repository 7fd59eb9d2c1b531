"""The line segments of the figures: benefits averaged over low and high S_B, and their differences.

A panel averages over the auxiliary tasks of low and of high signal-to-noise ratio; most panels also
average over the main tasks of high signal-to-noise ratio.
"""

from collections.abc import Callable, Sequence

import numpy as np
import xarray as xr
from jaxtyping import Float

from mtlpaper.chapters.common.labels import variable
from mtlpaper.chapters.common.two_tasks.experiment import interval
from mtlpaper.chapters.common.two_tasks.parameters import MainTasks
from mtlpaper.chapters.common.two_tasks.sources import beside_published

SNR = ("low", "high")


def snr_bins(S_B: Sequence[float], bins: str) -> tuple[slice, slice]:
    """Which of the increasing values count as low and as high.

    A single value counts as both. Of an odd number of values `halves` leave out the middle one.
    """
    n = len(S_B)
    if bins == "ends" or n == 1:
        return slice(0, 1), slice(n - 1, n)
    return slice(0, n // 2), slice(n - n // 2, n)


def _binned(params: MainTasks, values: xr.DataArray, over: Sequence[str]) -> xr.DataArray:
    """Mean for low and high S_B, with (..., snr, r_AB) last."""
    parts = [
        values.isel(S_B=part).mean(["S_B", *over], skipna=False)
        for part in snr_bins(params.S_B, params.bins)
    ]
    return xr.concat(parts, dim="snr").transpose(..., "snr", "r_AB")


def segments(
    params: MainTasks,
    benefit: xr.DataArray,
    over: Sequence[str] = (),
    published: xr.Dataset | None = None,
) -> xr.Variable:
    """Mean benefit for low and high S_B with intervals: the line segments of the figures.

    Parameters
    ----------
    params : MainTasks
        Parameters that divide S_B into low and high values.
    benefit : xarray.DataArray
        Over `seed`, `S_B`, `r_AB` and others.
    over : sequence of str
        Dimensions to average over besides S_B.
    published : xarray.Dataset, optional
        `MT` and `MT_se` of the same cells; then `benefit` has the dimension `setting`.

    Returns
    -------
    xarray.Variable
        Over (bound, ..., snr, r_AB), with (bound, source, ...) where published values are given.
    """
    return _with_intervals(params, benefit, over, published, lambda binned: binned, ("snr", "r_AB"))


#: Differences between ends of the line segments, on which claims of the paper rest.
EFFECTS = (
    "related minus unrelated, high S_B",
    "high minus low S_B, related",
    "high minus low S_B, unrelated",
    "unrelated, low S_B",
    "unrelated, high S_B",
    "related, high S_B",
)


#: The same as weights of the ends: low S_B at r_AB = first and last, high S_B at first and last.
_WEIGHTS = np.array(
    [
        [0, 0, -1, 1],
        [0, -1, 0, 1],
        [-1, 0, 1, 0],
        [1, 0, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
    ]
)


def effects(
    params: MainTasks,
    benefit: xr.DataArray,
    over: Sequence[str] = (),
    published: xr.Dataset | None = None,
) -> xr.Variable:
    """Differences between the ends of the line segments, with paired intervals.

    "Related" and "unrelated" are the last and the first r_AB. Published cells have a standard error
    each but no pairing: their intervals take them as independent.

    Parameters
    ----------
    params, benefit, over, published
        As for `segments`.

    Returns
    -------
    xarray.Variable
        Over (bound, ..., effect), or (bound, source, ..., effect), in the order of `EFFECTS`.
    """
    return _with_intervals(params, benefit, over, published, differences, ("effect",))


def differences(
    segment: Float[np.ndarray, "*rest snr r_AB"], weights: np.ndarray = _WEIGHTS
) -> Float[np.ndarray, "*rest effect"]:
    """Differences between the ends of line segments, in the order of `EFFECTS`."""
    ends = segment[..., [0, -1]]
    return ends.reshape(*ends.shape[:-2], 4) @ weights.T


def _with_intervals(
    params: MainTasks,
    benefit: xr.DataArray,
    over: Sequence[str],
    published: xr.Dataset | None,
    combine: Callable[..., np.ndarray],
    last: tuple[str, ...],
) -> xr.Variable:
    binned = _binned(params, benefit, over).transpose("seed", ...)
    dims = (*map(str, binned.dims[:-2]), *last)
    what = "effect on the multitask benefit" if last == ("effect",) else "multitask benefit"
    ours = interval(dims, combine(binned.values), what)
    if published is None:
        return ours
    return beside_published(ours, *_published(params, published, over, combine, dims[2:]))


def _published(
    params: MainTasks,
    published: xr.Dataset,
    over: Sequence[str],
    combine: Callable[..., np.ndarray],
    dims: tuple[str, ...],
) -> tuple[xr.Variable, xr.Variable]:
    """Mean and standard error of averages and differences of independent cells."""
    mean = _binned(params, published["MT"], over)
    ends = snr_bins(params.S_B, params.bins)
    cells = len(range(*ends[0].indices(len(params.S_B))))
    cells *= int(np.prod([published.sizes[dim] for dim in over]))
    variance = _binned(params, published["MT_se"] ** 2, over) / cells
    squared = combine(variance.values, _WEIGHTS**2) if dims[-1] == "effect" else variance.values
    return xr.Variable(dims, combine(mean.values)), xr.Variable(dims, np.sqrt(squared))


def snr_coordinates() -> dict[str, xr.Variable]:
    """Coordinates of low and high S_B, and of the effects."""
    return {
        "snr": variable("snr", list(SNR), "signal-to-noise ratio of the auxiliary task"),
        "effect": variable("effect", list(EFFECTS), "difference between segments' ends"),
    }


def high_main_tasks(params: MainTasks) -> list[float]:
    """Main tasks of high signal-to-noise ratio."""
    return list(params.S_A[-params.n_high :])
