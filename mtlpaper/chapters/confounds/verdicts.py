"""What the intervals say of every factor, in words."""

import xarray as xr

from mtlpaper.chapters.common.tables import ends, interval
from mtlpaper.chapters.confounds.parameters import POOLED
from mtlpaper.documents.lee2019.printed import NEGLIGIBLE

MATTERS, SAME, UNDECIDED = "matters", "no difference", "undecided"


def largest(data: xr.Dataset, change: str) -> xr.DataArray:
    """The largest difference that a change makes, over `bound`, with its cell as coordinates."""
    difference = data["difference"].sel(change=change)
    flat = difference.stack(cell=["point", "S_B", "r_AB"]).dropna("cell")
    return flat.isel(cell=int(abs(flat.sel(bound="estimate")).argmax("cell")))


def word(data: xr.Dataset, factor: str) -> str:
    """One of three words on a change, or on the pool.

    A change matters if the interval of its difference lies beyond `NEGLIGIBLE` in a cell; it makes
    no difference if the intervals of all cells lie within. The pool matters if the interval of the
    ratio of standard errors does not contain one.
    """
    if factor == POOLED:
        _, low, high = ends(data["scatter_all"])
        return UNDECIDED if low <= 1 <= high else MATTERS
    difference = data["difference"].sel(change=factor)
    above, below = difference.sel(bound="low"), difference.sel(bound="high")
    if bool(((above > NEGLIGIBLE) | (below < -NEGLIGIBLE)).any()):
        return MATTERS
    return UNDECIDED if _reach(data, factor) > NEGLIGIBLE else SAME


def sentence(data: xr.Dataset, factor: str) -> str:
    """The word, and the numbers that it rests on."""
    verdict = word(data, factor)
    if factor == POOLED:
        times = interval(data["scatter_all"], 2, "")
        return f"{verdict}: with other teachers standard errors are {times} times as large"
    if verdict == SAME:
        return f"no difference larger than {_reach(data, factor):.3f} nats"
    most = largest(data, factor)
    by = f"{interval(most)} nats at {where(most)}"
    if verdict == MATTERS:
        return f"matters: changes the benefit by {by}"
    return f"undecided: the largest difference is {by}"


def where(cell: xr.DataArray) -> str:
    """Name a cell by its coordinates."""
    S_B, r_AB = float(cell["S_B"]), float(cell["r_AB"])
    return f"N = {cell['point'].item()}, S_B = {S_B:g}, r_AB = {r_AB:g}"


def _reach(data: xr.Dataset, change: str) -> float:
    """The end farthest from zero of all intervals of a change."""
    return float(abs(data["difference"].sel(change=change, bound=["low", "high"])).max())
