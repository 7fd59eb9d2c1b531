"""Tables of the page on digits."""

import numpy as np
import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.tables import interval
from mtlpaper.chapters.digits.claims import CLAIMS, OVERLAP
from mtlpaper.companion.claims import Claim, word

_COLUMNS = {
    "linear": "linear students",
    "theory": "linear students, by the theory",
    "deep": "deep students",
}


def survivors(data: xr.Dataset) -> pd.DataFrame:
    """Verdicts on the claims of Figures 2 and 3, left, by the same statistic and range for all.

    Beside each verdict stands the effect that is least favourable to the claim, in nats.
    """
    of = {student: _in_place_of_linear(data, student) for student in _COLUMNS}
    rows = [
        {"claim": claim.says.removeprefix("On digits, too, "), "asked for": claim.expected}
        | {name: _found(claim, of[student]) for student, name in _COLUMNS.items()}
        for claim in CLAIMS
        if claim is not OVERLAP
    ]
    return pd.DataFrame(rows)


def _in_place_of_linear(data: xr.Dataset, student: str) -> xr.Dataset:
    """Let claims on linear students speak of others."""
    return data.sel(student=[student]).assign_coords(student=["linear"])


def _found(claim: Claim, data: xr.Dataset) -> str:
    finding = claim.judge(data)
    return f"{word(finding.verdict, own=True)}, {finding.effect:+.3f}" if finding.total else "–"


def tasks(data: xr.Dataset) -> pd.DataFrame:
    """Other classes of the images: their overlap with the digits, and benefits in nats."""
    rows = []
    for task in data["task"].values:
        cell = data.sel(task=task)
        row = {
            "task": str(task),
            "directions": int(cell["rank"]),
            "overlap": f"{float(cell['r_task']):.2f}",
            "the other way round": f"{float(cell['r_back']):.2f}",
        }
        for name in data["inputs"].values:
            here = cell.sel(inputs=name)
            row[f"benefit, {name}"] = interval(here["MT_task"].sel(student="linear"))
            row[f"less rotated digits, {name}"] = interval(here["off_curve"])
        rows.append(row)
    return pd.DataFrame(rows)


def agreement(data: xr.Dataset) -> pd.DataFrame:
    """How closely the theory's benefits follow those of linear students, cell by cell."""
    rows = []
    for name in data["inputs"].values:
        close = data["agreement"].sel(inputs=name)
        correlation, slope, rms, cells = (float(x) for x in np.ravel(close))
        rows.append(
            {
                "images": str(name),
                "cells": f"{cells:.0f}",
                "correlation": f"{correlation:.2f}",
                "slope": f"{slope:.2f}",
                "rms difference (nats)": f"{rms:.3f}",
            }
        )
    return pd.DataFrame(rows)
