"""Numbers in the prose on the authors' flags, and the chapter's row on the front page."""

import numpy as np
import xarray as xr

from mtlpaper.companion.claims import parameter
from mtlpaper.companion.registry import Number

QUESTION = "Would a repetition by the authors be closer to our networks than their rows?"
ANSWER = (
    "the rows are {verdict} a repetition of the protocol: correlation {published_correlation:.2f}, "
    "repetitions {correlation_low:.2f} to {correlation_high:.2f}"
)
#: First words of sentences whose comparisons no data can turn.
NOT_FROM_DATA = (
    "Rate and epochs enter by their product only",
    "Losses scatter over training subsets",
    "The nearest missed by",
    "1650 combinations of seeds",
)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give the flags that the published means exclude, their errors, and how close a repetition is.

    `verdict` puts both measures in words: the rows are `as close to our mean as` a repetition where
    both lie in its 95 % range; `farther from our mean than` one where one of them is worse.
    """
    limit = float(data["chi2_limit"])
    chi2 = data["chi2"]
    above = [str(name) for name in chi2["setting"].values[chi2.values > limit]]
    least = str(chi2["setting"].values[chi2.values.argmin()])
    scatter = data["scatter"].sel(bound="estimate")
    theirs = float(data["published_scatter"])
    inside = (data["scatter"].sel(bound="low") <= theirs) & (
        theirs <= data["scatter"].sel(bound="high")
    )
    fitting = [int(n) for n in data["n_tested"].values[inside.values]]
    narrowed = data["narrowed"]
    free = [str(name) for name in narrowed["flag"].values[narrowed.values > 0.5]]
    bound_to = [str(name) for name in narrowed["flag"].values if str(name) not in free]
    found: dict[str, Number] = {
        "determined": ", ".join(bound_to) or "none",
        "undetermined": ", ".join(free) or "none",
        "n_trials": int(parameter(data, "n_trials")),
        "chi2_fitted": float(data["chi2_fitted"]),
        "chi2_unfitted": float(data["chi2_unfitted"]),
        "outside": ", ".join(_outside(data)) or "none",
        "n_points": data.sizes["n_train"],
        "n_main": data.sizes["S_A"],
        "n_effective": round(float(data["n_effective"])),
        "emulator_error": float(data["emulator_error"]),
        "two_layers": float(data["log_likelihood"].sel(setting="2 trunk layers")),
        **_most_correlated(data),
        "n_values": int(data["n_values"]),
        "n_worlds": int(parameter(data, "n_worlds")),
        "n_subsets": int(parameter(data, "n_subsets")),
        "n_teachers": int(parameter(data, "n_seeds")),
        "n_cells": int(data["n_cells"]),
        "test_set": int(parameter(data, "test_set")),
        "chi2_nominal": float(chi2[0]),
        "chi2_limit": limit,
        "chi2_least": float(chi2.min()),
        "least_at": least,
        "above": ", ".join(above) or "none",
        "n_above": len(above),
        "n_settings": chi2.sizes["setting"],
        "default_epochs": float(data["log_likelihood"].sel(setting="2000 epochs")),
        "twice_the_default": float(data["log_likelihood"].sel(setting="4000 epochs")),
        "published_scatter": theirs,
        "scatter_smallest": float(scatter[0]),
        "scatter_largest": float(scatter[-1]),
        "fitting_sizes": ", ".join(map(str, fitting)) or "none",
        "likely_size": int(data["n_tested"][int(data["size_likelihood"].values.argmax())]),
        "error_ratio": _ratio(data, "benefit"),
        "loss_error_ratio": _ratio(data, "loss alone"),
        "verdict": verdict(data),
        "n_closer": _closer(data),
    }
    for measure, name in (("correlation", "correlation"), ("rms difference", "rms")):
        here = data.sel(measure=measure)
        found[f"published_{name}"] = float(here["published_alike"])
        for bound, end in (("estimate", ""), ("low", "_low"), ("high", "_high")):
            found[f"{name}{end}"] = float(here["next_alike"].sel(bound=bound))
    return found


def _outside(data: xr.Dataset) -> list[str]:
    """Flags whose nominal value lies where the density is least, in 5 % of the weight."""
    density = data["density"]
    at = abs(data["tried"] - data["nominal"]).argmin("bin")
    lower = density.where(density <= density.isel(bin=at), 0).mean("bin")
    return [str(name) for name in lower["flag"].values[lower.values < 0.05]]


def _most_correlated(data: xr.Dataset) -> dict[str, Number]:
    """Give the two flags that vary together most, and their correlation."""
    size = abs(data["flag_correlation"].values)
    one, other = np.unravel_index(np.triu(size, 1).argmax(), size.shape)
    names = data["flag"].values
    return {
        "one": str(names[one]),
        "other": str(names[other]),
        "most_correlated": float(data["flag_correlation"][one, other]),
    }


def _ratio(data: xr.Dataset, quantity: str) -> float:
    """Error over worlds against the printed one, root mean square over numbers of points."""
    squares = (data["error"].sel(quantity=quantity) ** 2).mean("n_train")
    ratio = squares.sel(error_of="over worlds") / squares.sel(error_of="printed")
    return float(np.sqrt(ratio))


def _closer(data: xr.Dataset) -> int:
    """How many repetitions correlate more with our mean than the authors' rows do."""
    higher = data["alike"] > data["published_alike"]
    return int(higher.sel(measure="correlation").sum())


def verdict(data: xr.Dataset) -> str:
    """Say whether the authors' rows are as close to the expectation as a repetition would be."""
    theirs, ends = data["published_alike"], data["next_alike"]
    below, above = theirs < ends.sel(bound="low"), theirs > ends.sel(bound="high")
    r, rms = {"measure": "correlation"}, {"measure": "rms difference"}
    if below.sel(r) or above.sel(rms):
        return "farther from our mean than"
    if above.sel(r) or below.sel(rms):
        return "closer to our mean than"
    return "as close to our mean as"
