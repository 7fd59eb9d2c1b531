"""Numbers in the prose on the multiverse, and its row on the front page."""

import xarray as xr

from mtlpaper.chapters.multiverse.tables import in_short
from mtlpaper.companion.claims import parameter
from mtlpaper.companion.registry import Number

QUESTION = "Do the claims hold in other settings that the paper leaves open?"
ANSWER = (
    "of {n_claims:d} claims, {n_always:d} hold in nine settings of ten or more, and {n_never:d} in "
    "one of ten or fewer"
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
        "n_hang": sum(word.startswith("hangs") for word in words),
        "n_protocol": int(data["clear"].sel(factor="protocol").sum()),
    }
