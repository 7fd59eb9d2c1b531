"""Numbers in the prose on Figure 2, and its row on the front page."""

from collections.abc import Iterator

import xarray as xr

from mtlpaper.chapters.common.numbers import axis_range, minima
from mtlpaper.companion.registry import Number

_RELATED = "related, high S_B"
QUESTION = "When does an auxiliary task help?"
ANSWER = (
    "In the left panel of Figure 2 a related clean task brings a benefit of up to "
    "{related_best:+.3f} nats, and an unrelated clean task brings the same main task "
    "{unrelated_high:+.3f} nats. Our benefits correlate with the published ones by "
    "{correlation:.2f}."
)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give benefits in nats, by the main task's S_A (left) and by N training points (right).

    Of our networks by the authors' script, and as `published_...` of the authors' rows.
    """
    estimate = data.sel(bound="estimate", source="ours")
    left, right = estimate["effect_left"], estimate["effect_right"]
    best = int(left.sel(effect=_RELATED).argmax("S_A"))
    most = int(right.sel(effect=_RELATED).argmax("n_right"))
    close = data["close"].sel(setting="ours")
    found: dict[str, Number] = {
        **axis_range("left", data["MT_left"].sel(source="ours")),
        **axis_range("right", data["MT_right"].sel(source="ours")),
        "cells": int(close.sel(closeness="cells")),
        "correlation": float(close.sel(closeness="correlation")),
        "rms": float(close.sel(closeness="rms")),
    }
    for place, index in (("first", 0), ("last", -1), ("best", best)):
        found[f"S_A_{place}"] = float(left["S_A"][index])
    for place, index in (("first", 0), ("last", -1), ("best", most)):
        found[f"N_{place}"] = int(right["n_right"][index])
    for source, prefix in (("ours", ""), ("published", "published_")):
        found |= {
            f"{prefix}{name}": value
            for name, value in _effects(data.sel(bound="estimate", source=source), best, most)
        }
    return found | minima(data.sel(setting="ours"))


def _effects(data: xr.Dataset, best: int, most: int) -> Iterator[tuple[str, float]]:
    left, right = data["effect_left"], data["effect_right"].sel(effect=_RELATED)
    for place, index in (("first", 0), ("last", -1), ("best", best)):
        yield f"related_{place}", float(left.sel(effect=_RELATED)[index])
    for level in ("low", "high"):
        yield f"unrelated_{level}", float(left.sel(effect=f"unrelated, {level} S_B")[best])
    for place, index in (("first", 0), ("last", -1), ("best", most)):
        yield f"at_N_{place}", float(right[index])
