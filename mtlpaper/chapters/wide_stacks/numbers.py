"""Numbers in the prose on two stacks, and its row on the front page."""

import xarray as xr

from mtlpaper.chapters.common.numbers import at_most, below
from mtlpaper.companion.registry import Number

QUESTION = "Do networks of two stacks, with a bottleneck between them, couple their tasks?"
ANSWER = (
    "The other task's data change a task's outputs by {both:.2f} if both stacks are shared, by "
    "{first:.2f} if the first one is shared, and by at most {nothing:g} if none is."
)
#: First words of sentences whose comparisons no data can turn.
NOT_FROM_DATA = ("What this does not show",)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give how far the widest networks are from the least objective, and how they are coupled."""
    widest = data.isel(width=-1)
    coupling = widest["coupling"].sel(bound="estimate")
    narrowest = abs(data["excess"].isel(width=0))
    return {
        "both": float(coupling.sel(shared="both stacks")),
        "first": float(coupling.sel(shared="first stack")),
        "nothing": below(coupling.sel(shared="nothing"), 1e-5),
        "widest": int(widest["width"]),
        "narrowest": int(data["width"].min()),
        "worst": below(abs(widest["excess"]), 1e-6),
        "narrow_percent": at_most(100 * float(narrowest.max()), 3),
        "n_datasets": data.sizes["seed"],
    }
