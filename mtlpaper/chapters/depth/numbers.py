"""Numbers in the prose on Figure 3, right, and its row on the front page."""

import xarray as xr

from mtlpaper.chapters.common.labels import BOUNDS
from mtlpaper.chapters.common.numbers import axis_range, minima
from mtlpaper.companion.registry import Number

QUESTION = "Do deeper, nonlinear students benefit as much?"
ANSWER = "on average {shift_last_estimate:+.3f} nats from the linear student's benefit"


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give the ReLU students' shifts in nats from the linear student, which is the first of all."""
    found = axis_range("right", data["MT_right"])
    for place, index in (("first", 1), ("last", -1)):
        cell = data["shift"].isel(student=index)
        found[f"student_{place}"] = str(cell["student"].item())
        found |= {f"shift_{place}_{bound}": float(cell.sel(bound=bound)) for bound in BOUNDS}
    return found | minima(data)
