"""Numbers in the prose on Figure 1, and its row on the front page."""

import xarray as xr

from mtlpaper.companion.claims import parameter
from mtlpaper.companion.registry import Number

QUESTION = "Does Eq. (3) follow SGD with 2 and 20 classes?"
ANSWER = (
    "2 classes: {figure1-2-classes:s}, 20 classes: {figure1-20-classes:s}; "
    "largest gap {largest_gap_percent:.1f} %"
)
#: First words of sentences whose comparisons no data can turn.
NOT_FROM_DATA = ("The statistic was fixed in advance", "The width has no effect")


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give the gaps in percent, and the singular values in their own unit."""
    gap = 100 * data["gap"].sel(bound="estimate")
    return {
        **{f"gap_{N3}_percent": float(gap.sel(N3=N3)) for N3 in data["N3"].values},
        "largest_gap_percent": float(gap.max()),
        "n_seeds": int(parameter(data, "n_seeds")),
        "highest_end": float(data["s_sgd"].isel(time=-1).mean("seed").max()),
        "s_hat": float(data["s_hat"].mean()),
        "s_bar": float(parameter(data, "s_bar")),
    }
