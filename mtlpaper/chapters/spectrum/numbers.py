"""Numbers on the other singular values, and their row on the front page."""

import xarray as xr

from mtlpaper.companion.registry import Number

QUESTION = "Are the other singular values exponentially suppressed?"
ANSWER = (
    "The claim is {others-suppressed:s}: the second singular value decays exponentially in "
    "{n_exponential:d} of {n_settings:d} settings, and more slowly or not at all in the others."
)
#: First words of sentences whose comparisons no data can turn.
NOT_FROM_DATA = ("A decay is called exponential", "None of this touches Figure 1")


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Count and name the settings in which the second singular value decays exponentially."""
    kind = data["kind"]
    settings = kind.stack(setting=("sigma", "imbalance", "N3"))
    found = [
        f"sigma = {one['sigma'].item():g}, imbalance = {one['imbalance'].item():g}, "
        f"{one['N3'].item()} classes"
        for one in settings[settings == "exponential"]
    ]
    return {
        "n_exponential": len(found),
        "n_settings": kind.size,
        "exponential": "; ".join(found) or "none",
    }
