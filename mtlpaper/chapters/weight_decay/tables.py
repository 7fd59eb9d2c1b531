"""Table of the page on weight decay."""

import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.labels import cells
from mtlpaper.chapters.common.tables import interval


def regularisers(data: xr.Dataset) -> pd.DataFrame:
    """Losses of the single-task student and benefits of the least and the most related task."""
    rows = []
    for (S_A, tuned_by, name), cell in cells(data, "S_A", "tuned_by", "regulariser"):
        MT = cell["MT"].isel(S_B=-1)
        row = {"S_A": f"{S_A:g}", "tuned on": f"{tuned_by} points", "regulariser": str(name)}
        row["loss alone (nats)"] = interval(cell["L_single"], sign="")
        row["benefit, least related"] = interval(MT.isel(r_AB=0))
        row["benefit, most related"] = interval(MT.isel(r_AB=-1))
        rows.append(row)
    return pd.DataFrame(rows)
