"""Numbers in the prose on block norms, and the row on the front page."""

import xarray as xr

from mtlpaper.chapters.common.numbers import compared
from mtlpaper.chapters.common.tables import ends
from mtlpaper.companion.claims import parameter
from mtlpaper.companion.registry import Number

QUESTION = "When do block norms find the inputs that matter?"
ANSWER = (
    "If two linear tasks share more than {crossing:.2f} of the inputs that they use (2/3 by the "
    "theory), the norm l1/linf finds these inputs from fewer points than the lasso, which takes "
    "the tasks apart. If they share all, it needs {linf_shared:.2f} times the lasso's points, and "
    "l1/l2 needs {l2_shared:.2f} times; if they share none, {linf_apart:.2f} and {l2_apart:.2f} "
    "times."
)
#: First words of sentences whose comparisons no data can turn.
NOT_FROM_DATA = ("By its threshold the norm", "It saves up to half", "So it is not enough that")


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give the crossing, ratios to the lasso's points, and distances from l1/l2's threshold."""
    most = data.isel(p=-1)
    crossing, low, high = ends(most["crossing"])
    ratio = most["ratio"].sel(bound="estimate")
    off = data["off_same"].sel(bound="estimate")
    found: dict[str, Number] = {
        f"{word}_{where}": float(ratio.sel(block=block).isel(overlap=at))
        for word, block in (("l2", "l1/l2"), ("linf", "l1/linf"))
        for where, at in (("apart", 0), ("shared", -1))
    }
    for word, at in (("fewest", 0), ("most", -1)):
        for signs, name in zip(("equal", "opposite"), data["signs"].values, strict=True):
            found[f"off_{signs}_{word}"] = compared(100 * float(off.isel(p=at).sel(signs=name)))
    return found | {
        "crossing": crossing,
        "crossing_low": low,
        "crossing_high": high,
        "crossing_fewest": float(data["crossing"].sel(bound="estimate").isel(p=0)),
        "fewest": int(data["p"].min()),
        "most": int(data["p"].max()),
        "n_pairs": data.sizes["pair"],
        "n_used": int(parameter(data, "n_used")),
    }
