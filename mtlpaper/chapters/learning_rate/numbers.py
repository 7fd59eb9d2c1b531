"""Numbers in the prose on the learning rate, and its row on the front page."""

import xarray as xr

from mtlpaper.companion.claims import parameter
from mtlpaper.companion.registry import Number

QUESTION = "Does the step size matter?"
ANSWER = (
    "a rate of {smallest_rate:g} moves singular values by {step_error_percent:.4f} %, "
    "the finite data by {data_error_percent:.1f} %"
)
#: First words of sentences whose comparisons no data can turn.
NOT_FROM_DATA = ("Mini-batches are drawn without",)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give the slope's distance from one, and errors of steps and of finite data in percent."""
    slope = data["slope"].sel(bound="estimate", descent="gradient descent")
    rate = min(parameter(data, "learning_rate"))
    smallest = data["distance"].isel(descent=0).mean("seed").sel(learning_rate=rate)
    return {
        "slope_off": float(abs(slope - 1).max()),
        "slope_tolerance": float(parameter(data, "slope_tolerance")),
        "smallest_rate": float(rate),
        "step_error_percent": 100 * float(smallest.max()),
        "data_error_percent": 100 * float(data["distance_eq3"].mean("seed").max()),
    }
