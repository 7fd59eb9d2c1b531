"""Table of the page on the learning rate."""

import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.labels import cells
from mtlpaper.chapters.common.tables import ends


def slopes(data: xr.Dataset) -> pd.DataFrame:
    """Fitted slopes of the distance from the gradient flow in the learning rate."""
    rows = []
    for (N3, descent), cell in cells(data, "N3", "descent"):
        value, low, high = ends(cell["slope"])
        distance = cell["distance"].mean("seed")
        row = {"classes": int(N3), "training": str(descent), "slope": f"{value:.2f}"}
        row["95 % interval"] = f"{low:.2f}\u00a0–\u00a0{high:.2f}"
        smallest = distance.sel(learning_rate=float(distance["learning_rate"].min()))
        rows.append(row | {"distance at the smallest rate": f"{float(smallest):.1e}"})
    return pd.DataFrame(rows)
