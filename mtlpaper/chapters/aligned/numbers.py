"""Numbers in the prose on aligned students, and its row on the front page."""

import xarray as xr

from mtlpaper.chapters.common.labels import BOUNDS
from mtlpaper.chapters.common.numbers import below, significant
from mtlpaper.companion.claims import parameter
from mtlpaper.companion.registry import Number

#: Benefits in nats up to this are zero but for the error of the integration.
ZERO = 1e-8

QUESTION = "Does an unrelated task change what an aligned student learns?"
ANSWER = (
    "A student that starts aligned with its teacher learns the same singular value with and "
    "without an unrelated task, up to {largest_unrelated:.0e}, if the hidden directions of the "
    "two tasks do not overlap."
)
#: First words of sentences whose comparisons no data can turn.
NOT_FROM_DATA = (
    "The students of _ have none",
    "What can help, by the theory",
)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give differences of singular values and benefits in nats, by the tasks' relation."""
    unrelated = data["s_difference"].sel(rho=0.0, r_AB=0.0)
    weak = data.sel(rho=0.0, r_AB=parameter(data, "weak")).isel(S_B=-1)
    clear = abs(weak["MT"]) > ZERO
    drawn = data["benefit_drawn"].sel(rho=0.0, kind="unrelated", end="largest")
    overlapping = data["MT"].isel(rho=-1).sel(r_AB=0.0)
    gaps = {
        rule: 100 * data["flow_gap"].sel(label_rule=rule, bound="estimate")
        for rule in data["label_rule"].values
    }
    return {
        **{
            f"{rule}_{end}_percent": float(getattr(gap, pick)())
            for rule, gap in gaps.items()
            for end, pick in (("least", "min"), ("most", "max"))
        },
        "soft_most": str(gaps["soft"]["cell"].values[int(gaps["soft"].argmax("cell"))]),
        "largest_unrelated": below(abs(unrelated), 1e-12),
        "weak_cells": int(clear.sum()),
        "weak_same_sign": int((clear & (weak["MT"] * weak["s_difference"] > 0)).sum()),
        "related_most": float(data["MT"].sel(rho=0.0).max()),
        **{
            f"drawn_{rule}_{bound}": float(drawn.sel(label_rule=rule, bound=bound))
            for rule in data["label_rule"].values
            for bound in BOUNDS
        },
        "overlapping": significant(float(overlapping.min()), 2),
    }
