"""Tables of the page on Table 1."""

import numpy as np
import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.labels import cells
from mtlpaper.chapters.common.tables import interval
from mtlpaper.documents.lee2019.printed import NEGLIGIBLE

#: Rows of the table: variable, what it says.
_ROWS = {
    "row_a": "(a) unrelated: 0",
    "row_b": "(b) related, S_B up: up",
    "row_c_grows": "(c) as printed, weakly related: up",
    "row_c_harms": "(c) as explained, weakly related, S_B up: down",
    "row_d": "(d) abundant data: small",
}


def rows(data: xr.Dataset) -> pd.DataFrame:
    """Cells of each row by the sign of the measured effect, as far as the datasets can tell."""
    rows = []
    for name, says in _ROWS.items():
        effect = data[name].sel(source="measured")
        low, high = effect.sel(bound="low"), effect.sel(bound="high")
        within = (low >= -NEGLIGIBLE) & (high <= NEGLIGIBLE)
        rows.append(
            {
                "row": says,
                "cells": low.size,
                "above zero": int((low > 0).sum()),
                "below zero": int((high < 0).sum()),
                "neither": int(((low <= 0) & (high >= 0)).sum()),
                f"within ±{NEGLIGIBLE:g} nats": int(within.sum()),
            }
        )
    return pd.DataFrame(rows)


def signs(data: xr.Dataset) -> pd.DataFrame:
    """Cells whose benefit is clearly not zero, and how often the theory has their sign right."""
    low, high = (data["MT"].sel(bound=bound, drop=True) for bound in ("low", "high"))
    clear = (low > 0) | (high < 0)
    theory = data["MT_theory"].sel(bound="estimate")
    right = np.sign(data["MT"].sel(bound="estimate")) == np.sign(theory)
    rows = []
    found = xr.Dataset({"clear": clear, "low": low, "high": high, "right": right & clear})
    for (n, S_A), cell in cells(found, "n_train", "S_A"):
        rows.append(
            {
                "training points": int(n),
                "S_A": f"{S_A:g}",
                "helps": int((cell["low"] > 0).sum()),
                "harms": int((cell["high"] < 0).sum()),
                "not clear": int((~cell["clear"]).sum()),
                "theory has the sign": f"{int(cell['right'].sum())} of {int(cell['clear'].sum())}",
            }
        )
    return pd.DataFrame(rows)


def starts(data: xr.Dataset) -> pd.DataFrame:
    """How far harm reaches, and from which relatedness on a task helps, at the levels measured.

    A level counts with its whole interval; harm reaches from the least related task on, and help
    down from the most related one.
    """
    rows = []
    for (n, S_A, S_B), seen in cells(data[["MT"]], "n_train", "S_A", "S_B"):
        cell = seen["MT"]
        rows.append(
            {
                "training points": int(n),
                "S_A": f"{S_A:g}",
                "S_B": f"{S_B:g}",
                "harms up to r_AB": _reach(cell.sel(bound="high") < 0),
                "helps from r_AB": _reach((cell.sel(bound="low") > 0)[::-1]),
                "benefit of the most related (nats)": interval(cell.isel(r_AB=-1)),
            }
        )
    return pd.DataFrame(rows)


def _reach(holds: xr.DataArray) -> str:
    """Last level of those without a gap from the first on."""
    n = int(holds.values.cumprod().sum())
    return f"{float(holds['r_AB'][n - 1]):g}" if n else "–"
