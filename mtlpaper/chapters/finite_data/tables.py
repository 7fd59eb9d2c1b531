"""Table of the page on finite data."""

import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.labels import cells
from mtlpaper.chapters.common.single_task.tables import THEORIES


def gaps(data: xr.Dataset) -> pd.DataFrame:
    """Gap of Eq. (3) and of (T 7a) to SGD for each number of inputs, and their ratio."""
    rows: list[dict[str, int | str]] = []
    for (N3, N1), cell in cells(data, "N3", "N1"):
        row: dict[str, int | str] = {"classes": int(N3), "inputs": int(N1)}
        for theory in ("eq3", "T7a"):
            gap = float(cell["gap"].sel(theory=theory, bound="estimate"))
            row[f"gap of {THEORIES[theory]} (%)"] = f"{100 * gap:.1f}"
        rows.append(row | {"ratio": f"{float(cell['share']):.2f}"})
    return pd.DataFrame(rows)
