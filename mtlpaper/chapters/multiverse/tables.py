"""Table of the multiverse."""

import numpy as np
import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.tables import interval

#: Shares of settings from which on a claim counts as holding, and up to which as failing.
ALWAYS, NEVER = 0.9, 0.1
#: What a factor must explain by itself for a claim to depend on it.
CHARGE = 0.25
_SHARE = "{} ({}\u00a0–\u00a0{})"


def multiverse(data: xr.Dataset) -> pd.DataFrame:
    """Share of the settings in which each claim holds, largest first, and what decides it."""
    order = np.argsort(-data["share"].sel(bound="estimate").values, kind="stable")
    cells = [data.isel(claim=i) for i in order]
    return pd.DataFrame(
        {
            "claim": str(cell["claim"].item()),
            "holds in (%)": interval(100 * cell["share"], 0, "", _SHARE),
            "as the text states (%)": interval(100 * cell["share_stated"], 0, "", _SHARE),
            "in short": in_short(cell),
        }
        for cell in cells
    )


def in_short(cell: xr.Dataset) -> str:
    """Say what the settings do to one claim."""
    share, decides = float(cell["share"].sel(bound="estimate")), str(cell["decides"].item())
    if share >= ALWAYS:
        return "holds in nine of ten or more"
    if share <= NEVER:
        return "fails in nine of ten or more"
    if decides != "none" and float(cell["importance"].sel(factor=decides)) >= CHARGE:
        return f"depends on {decides}"
    return "no single factor decides"
