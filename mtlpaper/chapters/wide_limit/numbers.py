"""Numbers in the prose on the limit of infinite width, and its row on the front page."""

import xarray as xr

from mtlpaper.chapters.common.numbers import at_least, below
from mtlpaper.companion.registry import Number

#: Kinks are rounded off over a millionth of the inputs: what is smaller than this, comes of it.
ROUNDED = 1e-5

QUESTION = "How wide is infinitely wide?"
ANSWER = (
    "Networks of {labels:d} hidden units for as many labels are trained to at most {enough:g} "
    "above the least objective of an infinitely wide network. That wide networks reach it is "
    "{wide-networks-reach-limit:s}."
)
#: First words of sentences whose comparisons no data can turn.
NOT_FROM_DATA = ("For this reason functions are compared",)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give excesses of the narrowest networks and of wide ones, and how far functions are apart."""
    wide = data.sel(width=data["per_label"] >= 1)
    return {
        "labels": round(float((data["width"] / data["per_label"]).max())),
        "narrowest": int(data["width"].min()),
        "narrow_percent": at_least(100 * float(data["excess"].isel(width=0).min()), 2),
        "enough": below(wide["least"], ROUNDED),
        "apart": below(wide["apart"], ROUNDED),
        "n_datasets": data.sizes["seed"],
        "n_starts": data.sizes["start"],
    }
