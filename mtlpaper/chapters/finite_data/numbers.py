"""Numbers in the prose on finite data, and its row on the front page."""

import xarray as xr

from mtlpaper.companion.claims import parameter
from mtlpaper.companion.registry import Number

QUESTION = "What if there are as many inputs as training points?"
ANSWER = (
    "Eq. (3) is off by {eq3_2_percent:.0f} %, the finite-sample theory by {T7a_2_percent:.1f} %"
)
#: First words of sentences whose comparisons no data can turn.
NOT_FROM_DATA = ("The field is not Gaussian",)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give gaps and shares at the number of inputs that is shown, in percent."""
    shown_N1 = int(parameter(data, "shown_N1"))
    shown = data.sel(N1=shown_N1)
    gap = 100 * shown["gap"].sel(bound="estimate")
    return {
        **{
            f"{theory}_{N3}_percent": float(gap.sel(N3=N3, theory=theory))
            for N3 in data["N3"].values
            for theory in ("eq3", "T7a")
        },
        "largest_share_percent": 100 * float(shown["share"].max()),
        "share_percent": 100 * float(parameter(data, "share")),
        "shown_N1": shown_N1,
        "n_train": int(parameter(data, "n_train")),
    }
