"""Tables of the page on what the authors' protocol mixes."""

import numpy as np
import pandas as pd
import xarray as xr

from mtlpaper.chapters.confounds.parameters import CHANGES, POOLED, reference
from mtlpaper.chapters.confounds.verdicts import sentence


def verdicts(data: xr.Dataset) -> pd.DataFrame:
    """One row a factor: what changing it changes, and how far from the rows benefits lie.

    The two root mean square distances from the authors' rows are over the same cells, without the
    change and with it; a dash stands where nothing is published.
    """
    MT = data["MT"].sel(bound="estimate")
    apart = MT - MT.sel(source="published", drop=True)
    rows = []
    for factor in (*CHANGES, POOLED):
        there = MT.sel(source=factor).notnull()
        row = {"changed": factor, "cells": int(there.sum()), "verdict": sentence(data, factor)}
        for name, source in (("without", reference(factor)), ("with", factor)):
            far = float((apart.sel(source=source).where(there) ** 2).mean() ** 0.5)
            row[f"from the rows, {name} (nats)"] = f"{far:.3f}" if np.isfinite(far) else "–"
        rows.append(row)
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
            row[str(effect)] = f"{value:+.3f} {kept}" if np.isfinite(value) else "–"
        rows.append(row)
    return pd.DataFrame(rows)
