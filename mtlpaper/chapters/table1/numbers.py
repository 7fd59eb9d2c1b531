"""Numbers in the prose on Table 1, and its row on the front page."""

import xarray as xr

from mtlpaper.companion.registry import Number

QUESTION = "When does the sign of the benefit change?"
ANSWER = (
    "the theory has the sign right in {n_right:d} of {n_clear:d} clear cases; "
    "rows (a) to (d) are on the {doc}`/book/scorecard`"
)
#: First words of sentences whose comparisons no data can turn.
NOT_FROM_DATA = ("The most related of the levels",)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Count the cells whose sign is clear, and those of them in which theory has the same sign."""
    low, high = (data["MT"].sel(bound=bound) for bound in ("low", "high"))
    theory = data["MT_theory"].sel(bound="estimate")
    right = ((low > 0) & (theory > 0)) | ((high < 0) & (theory < 0))
    return {"n_clear": int(((low > 0) | (high < 0)).sum()), "n_right": int(right.sum())}
