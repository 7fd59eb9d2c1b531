"""Tables of this chapter: single-task losses, and those that others show too."""

import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.labels import cells
from mtlpaper.chapters.common.tables import interval
from mtlpaper.chapters.common.two_tasks.figures import SOURCE_NAMES
from mtlpaper.chapters.common.two_tasks.tables import axes, closeness, effects, minima

__all__ = ["axes", "closeness", "effects", "losses", "minima"]


def losses(data: xr.Dataset) -> pd.DataFrame:
    """Losses of the single-task students in nats, from every source."""
    rows = []
    for (student, n, S_A), cell in cells(data[["L_single"]], "student", "n_train", "S_A"):
        row = {"hidden layers": str(student), "training points": int(n), "S_A": f"{S_A:g}"}
        found = {
            name: interval(cell["L_single"].sel(source=source), sign="")
            for source, name in SOURCE_NAMES.items()
        }
        rows.append(row | found)
    return pd.DataFrame(rows)
