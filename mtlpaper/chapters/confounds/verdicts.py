"""What the intervals say of every factor, in words."""

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.tables import ends, interval
from mtlpaper.chapters.confounds.parameters import POOLED, reference
from mtlpaper.documents.lee2019.printed import NEGLIGIBLE

MATTERS, SAME, UNDECIDED = "matters", "no difference", "undecided"


def word(data: xr.Dataset, factor: str) -> str:
    """One of three words on a change, or on the pool.

    A change matters if the interval of its difference lies beyond `NEGLIGIBLE` in a cell; it makes
    no difference if the intervals of all cells lie within. The pool matters if the interval of the
    ratio of standard errors does not contain one.
    """
    if factor == POOLED:
        _, low, high = ends(data["scatter_all"])
        return UNDECIDED if low <= 1 <= high else MATTERS
    if float(_nearer_end(data, factor).max()) > NEGLIGIBLE:
        return MATTERS
    return UNDECIDED if _reach(data, factor) > NEGLIGIBLE else SAME


def sentence(data: xr.Dataset, factor: str) -> str:
    """The word, and the numbers that it rests on."""
    verdict = word(data, factor)
    if factor == POOLED:
        times = interval(data["scatter_all"], 2, "")
        return f"{verdict}; with other teachers standard errors are {times} times as large"
    if verdict == SAME:
        return f"no difference larger than {_reach(data, factor):.3f} nats"
    nearer = _nearer_end(data, factor)
    cell = nearer.isel(nearer.argmax(...)).coords  # the clearest difference
    at = {name: cell[name].item() for name in ("point", "S_B", "r_AB")}
    benefit = data["MT"].sel(at | {"bound": "estimate"})
    rows, before, after = (
        float(benefit.sel(source=source)) for source in ("published", reference(factor), factor)
    )
    by = (
        f"{interval(data['difference'].sel(at | {'change': factor}))} nats, "
        f"from {before:+.3f} to {after:+.3f}, "
        "at N = {point}, S_B = {S_B:g}, r_AB = {r_AB:g}".format(**at)
    )
    by += f" (the authors' rows: {rows:+.3f})" if np.isfinite(rows) else ""
    if verdict == MATTERS:
        return f"matters; it changes the benefit by {by}"
    return f"undecided; the clearest difference is {by}"


def _nearer_end(data: xr.Dataset, change: str) -> xr.DataArray:
    """Distance of each interval from zero; negative where the interval contains zero."""
    low, high = (data["difference"].sel(change=change, bound=side) for side in ("low", "high"))
    return low.where(low > -high, -high)


def _reach(data: xr.Dataset, change: str) -> float:
    """The end farthest from zero of all intervals of a change."""
    return float(abs(data["difference"].sel(change=change, bound=["low", "high"])).max())
