"""Numbers in the prose on finite data, and its row on the front page."""

import xarray as xr

from mtlpaper.companion.claims import parameter
from mtlpaper.companion.registry import Number

QUESTION = "What if there are as many input dimensions as training points?"
ANSWER = (
    "With {shown_N1:d} of each and 2 classes, Eq. (3), a theory for infinite data, misses the "
    "student's singular value by up to {eq3_2_percent:.0f} %, and our theory for finite data "
    "misses it by up to {T7a_2_percent:.1f} %."
)
#: First words of sentences whose comparisons no data can turn.
NOT_FROM_DATA = ("The field is not Gaussian",)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give gaps and shares at the number of inputs that is shown, in percent."""
    shown_N1 = int(parameter(data, "shown_N1"))
    shown = data.sel(N1=shown_N1)
    gap = 100 * shown["gap"].sel(bound="estimate")
    s = shown["s"].sel(N3=2).mean("seed")
    excess = s.sel(curve="T7a") - s.sel(curve="sgd")
    return {
        **{
            f"{theory}_{N3}_percent": float(gap.sel(N3=N3, theory=theory))
            for N3 in data["N3"].values
            for theory in ("eq3", "T7a")
        },
        "largest_share_percent": 100 * float(shown["share"].max()),
        "side": "above" if float(excess[abs(excess).argmax("time")]) > 0 else "below",
        "share_percent": 100 * float(parameter(data, "share")),
        "shown_N1": shown_N1,
        "n_train": int(parameter(data, "n_train")),
    }
