"""Table of the page on the weight of the auxiliary loss."""

import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.labels import cells
from mtlpaper.chapters.common.tables import interval


def best_weights(data: xr.Dataset) -> pd.DataFrame:
    """Best weights of every cell, their benefit, and how often the bound shows a sign."""
    rows = []
    for (S_A, S_B, r_AB), cell in cells(data, "S_A", "S_B", "r_AB"):
        MT = cell["MT"].sel(loss="generalisation")
        at = int(MT.sel(bound="estimate").values.argmax())
        row = {"S_A": f"{S_A:g}", "S_B": f"{S_B:g}", "r_AB": f"{r_AB:g}"}
        row["best weight"] = f"{float(cell['weight'][at]):g}"
        row["benefit with it (nats)"] = interval(MT.isel(weight=at))
        row["with weight 1"] = interval(MT.sel(weight=1))
        for sign in cell["sign"].values:
            row[f"bound shows {sign}"] = f"{float(cell['certified'].sel(sign=sign)):.0%}"
        rows.append(row)
    return pd.DataFrame(rows)
