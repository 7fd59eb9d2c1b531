"""Numbers in the prose on relatedness as more than one number, and its row on the front page."""

import xarray as xr

from mtlpaper.chapters.common.numbers import significant
from mtlpaper.companion.registry import Number

QUESTION = "What predicts the benefit if relatedness is more than one number?"
ANSWER = (
    "of {n_overlaps:d} overlaps *{best:s}*, with an error of {best_error:.1f} mnat; "
    "the mean $r$ errs by {mean_error:.1f}"
)
#: First words of sentences whose comparisons no data can turn.
NOT_FROM_DATA = ("The value at which harm turns",)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give errors of predicted benefits in mnat, right signs in percent, and counts.

    The last candidate is the flow, which is no overlap.
    """
    estimate = data.sel(bound="estimate")
    best = str(data["best"].item())
    found: dict[str, Number] = {}
    for name, candidate in (("best", best), ("mean", "mean r"), ("flow", "flow (T 7b)")):
        cell = estimate.sel(candidate=candidate)
        found[f"{name}_error"] = 1000 * float(cell["law_error"])
        found[f"{name}_sign_percent"] = significant(100 * float(cell["law_sign"]), 3)
    difference = 1000 * data["law_difference"].sel(candidate=best)
    signs = estimate["law_sign"].isel(candidate=slice(0, -1))
    most = signs.isel(candidate=int(signs.argmax("candidate")))
    return found | {
        "difference": float(difference.sel(bound="estimate")),
        "difference_low": float(difference.sel(bound="low")),
        "difference_high": float(difference.sel(bound="high")),
        "best": best,
        "best_share_percent": 100 * float(data["best_share"]),
        "n_overlaps": data.sizes["candidate"] - 1,
        "n_auxiliary": data.sizes["auxiliary"],
        "n_cells": data["clear"].size,
        "n_clear": int(data["clear"].sum()),
        "null_error": 1000 * float(estimate["null_error"]),
        "flow_own_error": 1000 * float(estimate["flow_error"]),
        "best_of_signs": str(most["candidate"].item()),
        "best_of_signs_percent": significant(100 * float(most), 3),
        "n_networks": int(data["n_networks"]),
    }
