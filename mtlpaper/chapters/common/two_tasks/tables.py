"""Tables that several pages on the multitask benefit show."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.tables import interval
from mtlpaper.chapters.common.two_tasks.figures import SOURCE_NAMES
from mtlpaper.documents.lee2019.printed import BENEFIT_AXES

_GROUPS: Mapping[str, str] = {
    "S_A": "S_A",
    "n_right": "training points",
    "n_train": "training points",
    "n_aux": "auxiliary points",
    "student": "hidden layers",
}


def axes(panels: Mapping[str, xr.DataArray]) -> pd.DataFrame:
    """Published axis ranges beside the ranges of every source.

    Parameters
    ----------
    panels : mapping
        Line segments over (bound, source, ...) by the name of the published panel.
    """
    rows = []
    for panel, MT in panels.items():
        low, high = BENEFIT_AXES[panel]
        row = {"panel": panel, "published axis": f"{low:+.2f} to {high:+.2f}"}
        for source, name in SOURCE_NAMES.items():
            value = MT.sel(bound="estimate", source=source)
            row[name] = f"{float(value.min()):+.3f} to {float(value.max()):+.3f}"
        rows.append(row)
    return pd.DataFrame(rows)


def effects(effect: xr.DataArray, group: str) -> pd.DataFrame:
    """Differences between the ends of the line segments, in nats with 95 % intervals.

    Parameters
    ----------
    effect : xarray.DataArray
        Over (bound, source, `group`, effect).
    group : str
        Dimension that becomes the rows, three for each of its values.
    """
    rows = []
    for value, source in product(effect[group].values, SOURCE_NAMES):
        cells = effect.sel({group: value, "source": source})
        name = f"{value:g}" if isinstance(value, int | float | np.number) else str(value)
        row: dict[str, Any] = {_GROUPS[group]: name, "source": SOURCE_NAMES[source]}
        rows.append(row | {str(e): interval(cells.sel(effect=e)) for e in effect["effect"].values})
    return pd.DataFrame(rows)


def closeness(close: xr.DataArray) -> pd.DataFrame:
    """How closely mean benefits of ours follow the published ones, cell by cell.

    Parameters
    ----------
    close : xarray.DataArray
        Over (setting, closeness).
    """
    formats = ("{:.0f}", "{:.3f}", "{:.2f}", "{:.4f}", "{:.2f}", "{:.0%}")
    columns = (
        "cells",
        "correlation",
        "slope",
        "rms difference (nats)",
        "chi squared a cell",
        "more than 2 standard errors apart",
    )
    rows = []
    for setting in close["setting"].values:
        shown = map(str.format, formats, map(float, close.sel(setting=setting)))
        rows.append({"source": SOURCE_NAMES[setting], **dict(zip(columns, shown, strict=True))})
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
    MT = data["MT"].sel(bound="estimate")
    largest = abs(MT.sel(source="ours") if "source" in MT.dims else MT).max()
    error = float(data["test_error"].quantile(0.95))
    row["test error, 95th percentile"] = f"{error:.4f}"
    row["largest |MT|"] = f"{float(largest):.3f}"
    return pd.DataFrame([row])
