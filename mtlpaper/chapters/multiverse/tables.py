"""Tables of the multiverse."""

from typing import Any

import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.tables import ends

#: Share of settings from which on a claim counts as holding, or failing, whatever they did.
ALWAYS, NEVER = 0.9, 0.1
#: What a factor must explain by itself for a claim to hang on it.
CHARGE = 0.25


def multiverse(data: xr.Dataset) -> pd.DataFrame:
    """Share of the settings in which each claim holds, and what decides it."""
    rows = []
    for name in data["claim"].values:
        cell = data.sel(claim=name)
        value, low, high = ends(100 * cell["share"])
        decides = str(cell["decides"].item())
        row: dict[str, Any] = {"claim": str(name), "settings": int(cell["n_scanned"])}
        row["holds in (%)"] = f"{value:.0f} ({low:.0f}\u00a0–\u00a0{high:.0f})"
        row["decided by"] = decides
        share = None if decides == "none" else 100 * float(cell["importance"].sel(factor=decides))
        row["explains (%)"] = "–" if share is None else f"{share:.0f}"
        rows.append(row | {"in short": in_short(cell)})
    return pd.DataFrame(rows)


def in_short(cell: xr.Dataset) -> str:
    """Say what the settings do to one claim."""
    share, decides = float(cell["share"].sel(bound="estimate")), str(cell["decides"].item())
    explains = 0.0 if decides == "none" else float(cell["importance"].sel(factor=decides))
    if share >= ALWAYS:
        return "holds, whatever they did"
    if share <= NEVER:
        return "fails, whatever they did"
    return f"hangs on {decides}" if explains >= CHARGE else "varies, with no one setting in charge"


def factors(data: xr.Dataset) -> pd.DataFrame:
    """Values that every factor takes in the design."""
    rows = []
    for factor in data["factor"].values:
        values = data["value"].sel(factor=factor).values
        texts = list(dict.fromkeys(sorted(map(str, values), key=_number_or_text)))
        shown = ", ".join(texts) if len(texts) <= 8 else f"{texts[0]} … {texts[-1]}"
        rows.append({"factor": str(factor), "values": shown})
    return pd.DataFrame(rows)


def _number_or_text(text: str) -> tuple[float, str]:
    try:
        return float(text), ""
    except ValueError:
        return float("inf"), text
