"""Numbers in the prose on Figure 3, left, and its row on the front page."""

import xarray as xr

from mtlpaper.chapters.common.numbers import axis_range, minima
from mtlpaper.companion.claims import parameter
from mtlpaper.companion.registry import Number

QUESTION = "How much is auxiliary data worth?"
ANSWER = (
    "a related clean task is worth {related_last:+.3f} nats with {n_aux_last:d} points of its own, "
    "{related_first:+.3f} with {n_aux_first:d}"
)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give the benefits in nats at the fewest and the most auxiliary points."""
    found = axis_range("left", data["MT_left"])
    effect = data["effect_left"].sel(bound="estimate")
    for place, index in (("first", 0), ("last", -1)):
        cell = effect.isel(n_aux=index)
        found |= {
            f"n_aux_{place}": int(cell["n_aux"]),
            f"related_{place}": float(cell.sel(effect="related, high S_B")),
            f"unrelated_{place}": float(cell.sel(effect="unrelated, high S_B")),
        }
    return {**found, "n_train": int(parameter(data, "n_train")), **minima(data)}
