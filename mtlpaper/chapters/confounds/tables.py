"""Tables of the page on what the authors' protocol mixes."""

import pandas as pd
import xarray as xr

from mtlpaper.chapters.confounds.parameters import CHANGES, POOLED
from mtlpaper.chapters.confounds.verdicts import sentence


def verdicts(data: xr.Dataset) -> pd.DataFrame:
    """One row a factor: what is changed, in how many cells, and what it changes."""
    difference = data["difference"].sel(bound="estimate")
    rows = [
        {
            "changed": change,
            "cells": int(difference.sel(change=change).count()),
            "verdict": sentence(data, change),
        }
        for change in CHANGES
    ]
    cells = data["MT"].sel(bound="estimate", source=POOLED)
    rows.append({"changed": POOLED, "cells": int(cells.count()), "verdict": sentence(data, POOLED)})
    return pd.DataFrame(rows)


def survivors(data: xr.Dataset) -> pd.DataFrame:
    """Which published differences are clear of zero, by their own intervals and by wider ones."""
    published = data["published_effect"]
    low, high = (published.sel(bound=side) for side in ("low", "high"))
    clear = (low > 0) | (high < 0)
    rows = []
    for point in data["point"].values:
        row = {"points": str(point)}
        for effect in data["effect"].values:
            cell = clear.sel(point=point, effect=effect)
            value = float(published.sel(bound="estimate", point=point, effect=effect)[0])
            own, wide = (bool(cell.sel(width=width)) for width in data["width"].values)
            kept = "clear" if wide else "no longer clear" if own else "not clear"
            row[str(effect)] = f"{value:+.3f} {kept}" if value == value else "–"
        rows.append(row)
    return pd.DataFrame(rows)
