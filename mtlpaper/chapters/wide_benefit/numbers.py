"""Numbers in the prose on the benefit at infinite width, and its row on the front page."""

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.tables import ends
from mtlpaper.companion.registry import Number

QUESTION = "Do infinitely wide networks benefit from another task?"
ANSWER = (
    "That they benefit from a task whose function bends at the same points (kinks) is "
    "{wide-shared-kinks-help:s}; that a task with other kinks brings nothing is "
    "{wide-disjoint-kinks-nothing:s}. For networks close to a kernel, the benefit falls as the "
    "width to the power {slope:.2f}."
)
#: First words of sentences whose comparisons no data can turn.
NOT_FROM_DATA = ("At finite width the random output",)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give benefits as the per cent by which errors fall, and the power of the width."""
    less = -100 * xr.apply_ufunc(np.expm1, -data["benefit"].sel(bound="estimate"))
    slope, low, high = ends(data["slope"])
    return {
        "shared": _below(less.sel(relation="shared")),
        "disjoint": _below(less.sel(relation="disjoint")),
        "n_datasets": data.sizes["seed"],
        "at_end": int(data["at_end"].sum()),
        "slope": slope,
        "slope_low": low,
        "slope_high": high,
        "half": "lies in this interval" if low <= -0.5 <= high else "does not lie in this interval",
        "widest": int(data["width"].max()),
    }


def _below(percent: xr.DataArray) -> str:
    """Write in which range, below and above the error alone, errors lie that are so much less."""
    low, high = float(percent.min()), float(percent.max())
    if low >= 0:
        return f"{low:.0f} to {high:.0f} % below"
    if high <= 0:
        return f"{-high:.0f} to {-low:.0f} % above"
    return f"between {high:.0f} % below and {-low:.0f} % above"
