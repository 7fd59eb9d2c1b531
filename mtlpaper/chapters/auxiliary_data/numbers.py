"""Numbers in the prose on Figure 3, left, and its row on the front page."""

import xarray as xr

from mtlpaper.chapters.common.numbers import closeness, minima
from mtlpaper.companion.claims import parameter
from mtlpaper.companion.registry import Number

QUESTION = "How much is auxiliary data worth?"
ANSWER = (
    "A related clean task with {n_aux_last:d} points of its own brings a main task of {n_train:d} "
    "points a benefit of {related_last_ours:+.3f} nats ({related_last_published:+.3f} in the "
    "authors' numbers); with {n_aux_first:d} points it brings {related_first_ours:+.3f}."
)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give the benefits in nats at the fewest and the most auxiliary points, by source."""
    found: dict[str, Number] = {"n_train": int(parameter(data, "n_train"))}
    for place, index in (("first", 0), ("last", -1)):
        cell = data["effect_left"].sel(bound="estimate").isel(n_aux=index)
        found[f"n_aux_{place}"] = int(cell["n_aux"])
        for source in data["source"].values:
            for task in ("related", "unrelated"):
                value = cell.sel(source=source, effect=f"{task}, high S_B")
                found[f"{task}_{place}_{source}"] = float(value)
    return found | closeness(data) | minima(data.sel(setting="ours"))
