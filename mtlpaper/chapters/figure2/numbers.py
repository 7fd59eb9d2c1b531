"""Numbers in the prose on Figure 2, and its row on the front page."""

import xarray as xr

from mtlpaper.chapters.common.numbers import axis_range, minima
from mtlpaper.companion.registry import Number

QUESTION = "When does an auxiliary task help?"
ANSWER = (
    "beside a related clean task up to {related_best:+.3f} nats, "
    "beside an unrelated clean one {unrelated_high:+.3f}"
)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give benefits in nats, by the main task's S_A (left) and by N training points (right)."""
    left = data["effect_left"].sel(bound="estimate", source="ours")
    related = left.sel(effect="related, high S_B")
    best = int(related.argmax("S_A"))
    right = data["effect_right"].sel(bound="estimate", source="ours", effect="related, high S_B")
    close = data["close"].sel(setting="ours")
    most = int(right.argmax("n_right"))
    found: dict[str, Number] = {
        **axis_range("left", data["MT_left"].sel(source="ours")),
        **axis_range("right", data["MT_right"].sel(source="ours")),
        "cells": int(close.sel(closeness="cells")),
        "correlation": float(close.sel(closeness="correlation")),
        "rms": float(close.sel(closeness="rms")),
    }
    for place, index in (("first", 0), ("last", -1), ("best", best)):
        cell = related.isel(S_A=index)
        found |= {f"S_A_{place}": float(cell["S_A"]), f"related_{place}": float(cell)}
    for level in ("low", "high"):
        cell = left.isel(S_A=best).sel(effect=f"unrelated, {level} S_B")
        found[f"unrelated_{level}"] = float(cell)
    for place, index in (("first", 0), ("last", -1), ("best", most)):
        cell = right.isel(n_right=index)
        found |= {f"N_{place}": int(cell["n_right"]), f"at_N_{place}": float(cell)}
    return found | minima(data)
