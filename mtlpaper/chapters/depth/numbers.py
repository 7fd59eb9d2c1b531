"""Numbers in the prose on Figure 3, right, and its row on the front page."""

import xarray as xr

from mtlpaper.chapters.common.labels import BOUNDS
from mtlpaper.chapters.common.numbers import axis_range, minima
from mtlpaper.companion.registry import Number

QUESTION = "Do deeper, nonlinear students benefit as much?"
ANSWER = (
    "The mean benefit of students with {student_last:s} layers differs from that of linear "
    "students by {shift_last_estimate:+.3f} nats ({shift_last_low:+.3f} to "
    "{shift_last_high:+.3f}) in our networks, and by {published_shift_last_estimate:+.3f} in the "
    "authors' numbers."
)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give the ReLU students' shifts in nats from the linear student, which is the first of all.

    Of our networks by the authors' script, as `published_...` of the authors' rows, and as
    `text_...` of our networks by the text; losses of single-task students at the most points.
    """
    close = data["close"].sel(setting="ours")
    single = data["L_single"].sel(bound="estimate").isel(n_train=-1, S_A=-1)
    found: dict[str, Number] = {
        **axis_range("right", data["MT_right"].sel(source="ours").isel(student=slice(1, None))),
        "cells": int(close.sel(closeness="cells")),
        "correlation": float(close.sel(closeness="correlation")),
        "rms": float(close.sel(closeness="rms")),
        "N_last": int(data["n_train"][-1]),
    }
    for place, index in (("first", 1), ("last", -1)):
        cell = data["shift"].isel(student=index)
        found[f"student_{place}"] = str(cell["student"].item())
        for source, start in (("ours", ""), ("published", "published_"), ("text", "text_")):
            found |= {
                f"{start}shift_{place}_{bound}": float(cell.sel(bound=bound, source=source))
                for bound in BOUNDS
            }
            found[f"{start}loss_{place}"] = float(single.isel(student=index).sel(source=source))
    return found | minima(data.sel(setting="ours").isel(student=slice(1, None)))
