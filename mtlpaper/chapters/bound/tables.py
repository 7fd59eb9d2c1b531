"""Tables of the page on the bound."""

import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.aligned_tasks.tables import interval
from mtlpaper.chapters.common.labels import cells


def violations(data: xr.Dataset) -> pd.DataFrame:
    """Share of pairs outside each form of the bound, and how far the worst of them is."""
    rows = []
    for (rule, source), cell in cells(data, "label_rule", "source"):
        row = {"labels": str(rule), "pairs": str(source)}
        for form in data["form"].values:
            share = 100 * float(cell["violation"].sel(form=form, bound="estimate"))
            excess = float(cell["worst"].sel(form=form))
            row[str(form)] = f"{share:.0f}\u00a0%" + (f" ({excess:.1g})" if share else "")
        rows.append(row)
    return pd.DataFrame(rows)


def tightness(data: xr.Dataset) -> pd.DataFrame:
    """Median gap of the general bound over the benefit's size."""
    rows = []
    for (rule, source), cell in cells(data[["tightness"]], "label_rule", "source"):
        gap = cell["tightness"]
        shown = interval(gap, digits=2, sign="") if bool(gap.notnull().all()) else "no such pair"
        rows.append({"labels": str(rule), "pairs": str(source), "median gap / |MT|": shown})
    return pd.DataFrame(rows)


def effects(data: xr.Dataset) -> pd.DataFrame:
    """Benefits of unrelated tasks, and what a cleaner weakly related task brings."""
    rows = []
    for (rule, source), cell in cells(data, "label_rule", "source"):
        row = {"labels": str(rule), "pairs": str(source)}
        row["unrelated tasks (nats)"] = interval(cell["benefit_unrelated"])
        row["weakly related: large less small S_B (nats)"] = interval(cell["benefit_weak"])
        rows.append(row)
    return pd.DataFrame(rows)
