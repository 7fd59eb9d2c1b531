"""Table of the page on block norms."""

import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.labels import cells
from mtlpaper.chapters.common.tables import interval


def halves(data: xr.Dataset) -> pd.DataFrame:
    """Points at which a half is recovered, over s log(p - s), by norm, and what theory gives."""
    rows = []
    for (p, overlap), cell in cells(data, "p", "overlap"):
        row = {"inputs": f"{p}", "overlap": f"{overlap:.2f}"}
        for norm in cell["norm"].values:
            row[str(norm)] = interval(cell["half"].sel(norm=norm), digits=2, sign="")
            if norm != "l1/l2":
                row[f"{norm}, theory"] = f"{float(cell['limit'].sel(norm=norm)):.2f}"
        rows.append(row)
    return pd.DataFrame(rows)
