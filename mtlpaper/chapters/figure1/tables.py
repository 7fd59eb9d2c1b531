"""Tables of the page on Figure 1."""

import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.labels import cells
from mtlpaper.chapters.common.single_task.tables import gap_columns


def gaps(data: xr.Dataset) -> pd.DataFrame:
    """Gap between Eq. (3) and SGD for each number of classes, and where both end."""
    rows = []
    for N3 in data["N3"].values:
        cell = data.sel(N3=N3).isel(time=-1).mean("seed")
        row = {"classes": int(N3), "SGD ends at": f"{float(cell['s_sgd']):.2f}"}
        row |= {"Eq. (3) ends at": f"{float(cell['s_eq3']):.2f}"}
        rows.append(row | gap_columns(data, data["gap"].sel(N3=N3)))
    return pd.DataFrame(rows)


def starts(data: xr.Dataset) -> pd.DataFrame:
    """Gap between Eq. (3) and SGD from other initial singular values."""
    rows = []
    for (s0, N3), cell in cells(data[["gap_start"]], "s0", "N3"):
        row = {"start": f"{s0:g}", "classes": int(N3)}
        rows.append(row | gap_columns(data, cell["gap_start"]))
    return pd.DataFrame(rows)
