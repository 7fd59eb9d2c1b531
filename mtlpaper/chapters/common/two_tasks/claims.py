"""What claims on the multitask benefit share: the names of cells, the trends, the axes."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.companion import claims
from mtlpaper.companion.claims import (
    Claim,
    MissingDataError,
    Parts,
    Range,
    at_bound,
    joined,
    parts_of,
    shifted,
    take,
)
from mtlpaper.documents.lee2019 import AXES, FIGURES
from mtlpaper.documents.lee2019.printed import BENEFIT_AXES

#: Why a range ends at `NEGLIGIBLE`, and why one is a direction alone.
NEGLIGIBLE_REASON = "a tenth of the width of Figure 2's axis, below which its curves look like zero"
SIGN_REASON = "the direction alone is claimed"
#: Why a published verdict may be undecided where ours is not.
_WIDER = (
    "Differences of published cells cannot be paired dataset by dataset, so that their intervals "
    "are wider than ours."
)
#: How the dimensions of an effect are called in the labels of its parts.
NAMES = {
    "n_right": "N",
    "n_train": "N",
    "n_aux": "auxiliary points",
    "student": "",
    "effect": "",
}


#: The statistic that takes a variable at some coordinates, with these names.
effect_of = partial(claims.effect_of, names=NAMES)


def between(n: float) -> bool:
    """Numbers of points for which the text says that a related task helps."""
    return 200 <= n < 3200


def trends(of: Callable[[str], xr.DataArray]) -> Parts:
    """The three trends of Figure 2, each counted as positive where it is as published."""
    with_r = parts_of(of("related minus unrelated, high S_B"), NAMES).named("up with r_AB")
    up = parts_of(of("high minus low S_B, related"), NAMES).named("up with S_B, related")
    down = parts_of(of("high minus low S_B, unrelated"), NAMES).named("down with S_B, unrelated")
    return joined([with_r, up, -down])


def benefit_claim(**fields: Any) -> Claim:
    """Complete a claim on the benefits of Figures 2 and 3."""
    return Claim(**({"section": FIGURES, "settings": "inferred", "unit": "nats"} | fields))


def figure_claim(**fields: Any) -> Claim:
    """Complete a claim on the benefits that is judged on every source, first on our networks."""
    sources = ("ours", "published", "text")
    given = {"settings": "script", "sources": sources, "differs": _WIDER}
    return benefit_claim(**(given | fields))


def _axis(panel: str, name: str) -> Callable[[xr.Dataset], Parts]:
    """Distances of both ends of our range from the published ones, over the axis' width."""
    published = BENEFIT_AXES[panel]

    def statistic(data: xr.Dataset) -> Parts:
        values = take(data, name)
        flat = values.stack(cell=[dim for dim in values.dims if dim != "bound"]).dropna("cell")
        if not flat.size:
            raise MissingDataError(f"`{name}` has no finite value")
        estimate = at_bound(flat, "estimate")
        ends = {"lowest": int(estimate.values.argmin()), "highest": int(estimate.values.argmax())}
        away = [
            parts_of((flat.isel(cell=[i]) - tick) / np.ptp(published)).named(end)
            for (end, i), tick in zip(ends.items(), published, strict=True)
        ]
        parts = joined(away)
        return Parts(tuple(ends), parts.estimate, parts.low, parts.high)

    return statistic


def axis_claim(panel: str, experiment: str, figure: str, variable: str, **fields: Any) -> Claim:
    """Claim that benefits span a published axis."""
    low, high = BENEFIT_AXES[panel]
    return figure_claim(
        name=f"axis-{panel.lower().replace(', ', '-').replace(' ', '')}",
        section=AXES,
        where=f"{panel}, axis",
        says=f"The benefits lie between {low:g} and {high:g} nats.",
        expected="both ends within 10 % of the axis' width",
        experiment=experiment,
        figure=figure,
        statistic=_axis(panel, variable),
        range=Range(-0.1, 0.1),
        reason="a tenth of the axis, as elsewhere",
        unit="widths of the axis",
        control=shifted(variable, 1.0),
        **fields,
    )
