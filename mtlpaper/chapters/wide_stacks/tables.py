"""Table of the page on two stacks."""

import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.labels import cells
from mtlpaper.chapters.common.tables import ends


def coupling(data: xr.Dataset) -> pd.DataFrame:
    """Worst excess of the objective, and the coupling of the tasks, by what they share."""
    rows = []
    for (shared, width), cell in cells(data, "shared", "width"):
        value, low, high = ends(cell["coupling"])
        rows.append(
            {
                "tasks share": str(shared),
                "width": int(width),
                "largest excess": f"{float(abs(cell['excess']).max()):.2g}",
                "change by the other task": f"{value:.2g}",
                "95 % interval": f"{low:.2g}\u00a0–\u00a0{high:.2g}",
            }
        )
    return pd.DataFrame(rows)
