"""Numbers in the prose on the multiverse, and its row on the front page."""

import xarray as xr

from mtlpaper.chapters.multiverse.tables import in_short
from mtlpaper.companion.claims import parameter
from mtlpaper.companion.registry import Number

QUESTION = "Do the claims hold in other settings?"
ANSWER = (
    "Of {n_claims:d} claims, {n_always:d} hold in at least nine of ten settings, and {n_never:d} "
    "in at most one of ten. There are {n_settings:d} settings, of which {n_stated:d} keep to all "
    "that the paper states."
)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Count factors, settings, and claims by what the settings do to them."""
    words = [in_short(data.sel(claim=name)) for name in data["claim"].values]
    return {
        "n_factors": data.sizes["factor"],
        "n_settings": data.sizes["setting"],
        "n_stated": int(data["stated"].sum()),
        "n_enough": int(parameter(data, "n_train")[1]),
        "n_claims": len(words),
        "n_always": sum(word.startswith("holds") for word in words),
        "n_never": sum(word.startswith("fails") for word in words),
        "n_depend": sum(word.startswith("depends") for word in words),
        "n_protocol": int(data["clear"].sel(factor="protocol").sum()),
    }
