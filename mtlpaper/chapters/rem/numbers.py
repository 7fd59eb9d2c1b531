"""Numbers in the prose on the random-energy model, and its row on the front page."""

import xarray as xr

from mtlpaper.companion.registry import Number

QUESTION = "Where do the classes freeze?"
ANSWER = "with {most_classes:d} classes at {ratio_most:.2f} of where the random-energy limit has it"


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give the singular value at which most classes freeze, over that of the limit."""
    most = int(data["N3"].max())
    ratio = data["s_half"] / (2 * data["s_c"])
    return {"most_classes": most, "ratio_most": float(ratio.sel(N3=most))}
