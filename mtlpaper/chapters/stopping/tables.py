"""Tables of the page on stopping."""

import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.labels import cells
from mtlpaper.chapters.common.tables import interval


def rules(data: xr.Dataset) -> pd.DataFrame:
    """How much the rule that chooses the time changes the benefit."""
    MT = data["MT_rule"].sel(bound="estimate")
    reference = MT.sel(rule="test")
    rows = []
    for rule in data["rule"].values:
        by_rule = MT.sel(rule=rule)
        change = abs(by_rule - reference)
        rows.append(
            {
                "time chosen by": str(rule),
                "least MT": f"{float(by_rule.min()):+.3f}",
                "largest MT": f"{float(by_rule.max()):+.3f}",
                "median change": f"{float(change.median()):.4f}",
                "largest change": f"{float(change.max()):.4f}",
            }
        )
    return pd.DataFrame(rows)


def rates(data: xr.Dataset) -> pd.DataFrame:
    """Benefit at the learning rate in use minus that at the smallest one."""
    rows = []
    for (n, name), cell in cells(data.sel(rate="in use"), "points", "auxiliary"):
        rows.append(
            {
                "training points": int(n),
                "auxiliary task": str(name),
                "MT": interval(cell["MT_rate"]),
                "difference": interval(cell["rate_difference"], 4),
                "within the interval": "yes" if _within(cell) else "no",
            }
        )
    return pd.DataFrame(rows)


def _within(cell: xr.Dataset) -> bool:
    """Whether the difference is smaller than half the interval of the benefit."""
    low, high = (float(cell["MT_rate"].sel(bound=bound)) for bound in ("low", "high"))
    return abs(float(cell["rate_difference"].sel(bound="estimate"))) <= (high - low) / 2
