"""Numbers in the prose on Table 1, and its row on the front page."""

import math

import xarray as xr

from mtlpaper.companion.registry import Number

QUESTION = "When does the sign of the benefit change?"
ANSWER = (
    "Beside the cleanest auxiliary tasks there is {harms:s} and {helps:s}, of the levels that "
    "were measured. Our theory for finite data, which trains no network, has the sign right in "
    "{n_right:d} of {n_clear:d} clear cases."
)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Count the cells whose sign is clear, and those of them in which theory has the same sign.

    Of the cleanest auxiliary tasks, tell the most related that harms and the least that helps.
    """
    low, high = (data["MT"].sel(bound=bound) for bound in ("low", "high"))
    theory = data["MT_theory"].sel(bound="estimate")
    right = ((low > 0) & (theory > 0)) | ((high < 0) & (theory < 0))
    r, cleanest = data["r_AB"], {"S_B": -1}
    harms = float(r.where(high.isel(cleanest) < 0).max())
    helps = float(r.where(low.isel(cleanest) > 0).min())
    return {
        "n_clear": int(((low > 0) | (high < 0)).sum()),
        "n_right": int(right.sum()),
        "harms": "no harm" if math.isnan(harms) else f"harm up to a relatedness of {harms:g}",
        "helps": "no help" if math.isnan(helps) else f"help from {helps:g} on",
    }
