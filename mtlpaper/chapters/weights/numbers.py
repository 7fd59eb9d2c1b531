"""Numbers in the prose on the weight of the auxiliary loss, and its row on the front page."""

import xarray as xr

from mtlpaper.companion.registry import Number

QUESTION = "Can Eq. (5) choose the weight of the auxiliary loss?"
ANSWER = (
    "A choice by its upper side brings {upper_regret:.3f} nats less than the best weight, by its "
    "lower side {lower_regret:.3f} less, and by the mean of both sides {mean_regret:.4f} less; a "
    "choice by as many validation points as training points brings {validation_regret:.3f} less. "
    "These are means over datasets."
)
#: First words of sentences whose comparisons no data can turn.
NOT_FROM_DATA = ("The regret of a choice", "The mean of both sides says this")


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give mean losses of the choices, rank correlations, and shares of certified signs."""
    regret = data["regret"].sel(bound="estimate").mean(["S_A", "S_B", "r_AB"])
    rank = data["rank"].sel(bound="estimate").mean(["S_A", "S_B", "r_AB"])
    found: dict[str, Number] = {}
    for loss, suffix in (("generalisation", ""), ("validation", "_seen")):
        for word, choice in (
            ("upper", "upper side"),
            ("lower", "lower side"),
            ("mean", "mean of both sides"),
            ("one", "weight 1"),
            ("zero", "weight 0"),
        ):
            found[f"{word}_regret{suffix}"] = float(regret.sel(loss=loss, choice=choice))
            if choice in data["side"].values:
                found[f"{word}_rank{suffix}"] = float(rank.sel(loss=loss, side=choice))
    best = data["best"].sel(bound="estimate")
    return found | {
        "validation_regret": float(regret.sel(loss="validation", choice="loss")),
        "n_datasets": data.sizes["seed"],
        "slope_percent": 100 * float(data["slope"].sel(bound="estimate").mean()),
        "shown_percent": 100 * float(data["certified"].sum("sign").mean()),
        "shown_harm_percent": 100 * float(data["certified"].isel(r_AB=0).sel(sign="harm").mean()),
        "unrelated_weights": _span(best.isel(r_AB=0)),
        "related_weights": _span(best.isel(r_AB=-1)),
        "cells": int(best.size),
        "at_end": int((best == data["weight"].max()).sum()),
    }


def _span(values: xr.DataArray) -> str:
    low, high = float(values.min()), float(values.max())
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
