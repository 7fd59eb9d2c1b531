"""Numbers in the prose on label rules, and its row on the front page."""

import xarray as xr

from mtlpaper.chapters.label_rules.tables import fits_the_axis
from mtlpaper.companion.registry import Number
from mtlpaper.documents.lee2019.printed import FIGURE1_SINGULAR_VALUE

QUESTION = "Was Figure 1 made with argmax labels, as the text says, or with soft ones?"
ANSWER = (
    "With 2 classes, the singular value of the student grows to {argmax_2:.2f} under argmax "
    "labels and to {soft_2:.2f} under soft ones; the published axis ends at {axis_top:g}. Rules "
    "that fit the axis: {fitting:s}."
)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give the ends of the curves, and in percent how far they are from theories.

    `<rule>_over_percent` is how far labels by that rule end above Eq. (3); the others are the
    largest gaps over noise levels.
    """
    last = data["s"].isel(time=-1)
    ends = last.mean("seed")
    end = ends.sel(curve="sgd")
    rules, sizes = data["label_rule"].values, data["N3"].values
    fitting = [
        str(rule)
        for rule in rules
        if all(fits_the_axis(last.sel(curve="sgd", label_rule=rule, N3=N3)) for N3 in sizes)
    ]
    over = end / ends.sel(curve="rank_one")
    argmax, top = float(end.sel(label_rule="argmax")[0]), float(FIGURE1_SINGULAR_VALUE[1])
    large = 100 * data["gap_large"].sel(bound="estimate").max("sigma")
    return {
        **{
            f"{rule}_{N3}": float(end.sel(label_rule=rule, N3=N3)) for N3 in sizes for rule in rules
        },
        "argmax_place": "above" if argmax > top else "not above",
        **{
            f"{rule}_over_percent": 100 * float(over.sel(label_rule=rule).max() - 1)
            for rule in rules
        },
        "axis_top": top,
        "fitting": ", ".join(fitting) or "none",
        "s_bar_inferred": float(data["s_bar_inferred"]),
        **{
            f"{theory}_{N3}_percent": float(large.sel(N3=N3, theory=theory))
            for N3 in sizes
            for theory in data["theory"].values
        },
    }
