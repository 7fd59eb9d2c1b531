"""Tables that several pages on the multitask benefit show."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.tables import interval
from mtlpaper.documents.lee2019.printed import BENEFIT_AXES

_GROUPS: Mapping[str, str] = {
    "S_A": "S_A",
    "n_right": "training points",
    "n_train": "training points",
    "n_aux": "auxiliary points",
    "student": "hidden layers",
    "N3": "classes",
}


def axes(panels: Mapping[str, xr.DataArray]) -> pd.DataFrame:
    """Published axis ranges beside ours.

    Parameters
    ----------
    panels : mapping
        Line segments over (bound, ...) by the name of the published panel.
    """
    rows = []
    for panel, MT in panels.items():
        value = MT.sel(bound="estimate")
        low, high = BENEFIT_AXES[panel]
        rows.append(
            {
                "panel": panel,
                "published axis": f"{low:+.2f} to {high:+.2f}",
                "our segments": f"{float(value.min()):+.3f} to {float(value.max()):+.3f}",
            }
        )
    return pd.DataFrame(rows)


def effects(effect: xr.DataArray, group: str) -> pd.DataFrame:
    """Differences between the ends of the line segments, in nats with 95 % intervals.

    Parameters
    ----------
    effect : xarray.DataArray
        Over (bound, `group`, effect).
    group : str
        Dimension that becomes the rows.
    """
    rows = []
    for value in effect[group].values:
        cells = effect.sel({group: value})
        name = f"{value:g}" if isinstance(value, int | float | np.number) else str(value)
        row: dict[str, Any] = {_GROUPS[group]: name}
        rows.append(row | {str(e): interval(cells.sel(effect=e)) for e in effect["effect"].values})
    return pd.DataFrame(rows)


def minima(data: xr.Dataset) -> pd.DataFrame:
    """Where the minima of the networks lie, and how large the test points' own error is."""
    share = data["share"]
    share = share.mean([str(dim) for dim in share.dims if dim != "place"])
    row: dict[str, Any] = {"networks": int(data["n_networks"].sum())}
    row |= {
        f"{place} (%)": f"{100 * float(share.sel(place=place)):.1f}"
        for place in data["place"].values
    }
    largest = abs(data["MT"].sel(bound="estimate")).max()
    error = float(data["test_error"].quantile(0.95))
    row["test error, 95th percentile"] = f"{error:.4f}"
    row["largest |MT|"] = f"{float(largest):.3f}"
    return pd.DataFrame([row])
