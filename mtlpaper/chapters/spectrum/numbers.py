"""Numbers on the other singular values, and their row on the front page."""

import xarray as xr

from mtlpaper.companion.registry import Number

QUESTION = "Are the other singular values exponentially suppressed?"
ANSWER = (
    "{others-suppressed:s}: they decay exponentially in {n_exponential:d} "
    "of {n_settings:d} settings"
)
#: First words of sentences whose comparisons no data can turn.
NOT_FROM_DATA = ("A decay is called exponential", "None of this touches Figure 1")


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Count the settings in which the second singular value decays exponentially."""
    kind = data["kind"]
    return {"n_exponential": int((kind == "exponential").sum()), "n_settings": kind.size}
