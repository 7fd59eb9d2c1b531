"""Claims on the axes of Figures 2 and 3: how large the benefits are."""

from collections.abc import Callable

import numpy as np
import xarray as xr

from mtlpaper.claims.claim import Claim, Range
from mtlpaper.claims.controls import shifted
from mtlpaper.claims.parts import MissingDataError, Parts, at_bound, joined, parts_of, take
from mtlpaper.published import BENEFIT_AXES


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


def _axis_claim(panel: str, experiment: str, figure: str, variable: str) -> Claim:
    low, high = BENEFIT_AXES[panel]
    return Claim(
        name=f"axis-{panel.lower().replace(', ', '-').replace(' ', '')}",
        where=f"{panel}, axis",
        says=f"The benefits lie between {low:g} and {high:g} nats.",
        expected="both ends within 10 % of the axis' width",
        settings="inferred",
        experiment=experiment,
        figure=figure,
        statistic=_axis(panel, variable),
        range=Range(-0.1, 0.1),
        reason="a tenth of the axis, as elsewhere",
        unit="widths of the axis",
        control=shifted(variable, 1.0),
        explained={
            "partly": "The settings were inferred from these axes among a few dozen, and no "
            "setting meets all of them.",
            "not reproduced": "The settings were inferred from these axes among a few dozen, and "
            "no setting meets all of them.",
        },
    )


AXES = (
    _axis_claim("Figure 2, left", "figure2", "fig-figure2", "MT_left"),
    _axis_claim("Figure 2, right", "figure2", "fig-figure2", "MT_right"),
    _axis_claim("Figure 3, left", "auxiliary_data", "fig-auxiliary-data", "MT_left"),
    _axis_claim("Figure 3, right", "depth", "fig-depth", "MT_right"),
)
