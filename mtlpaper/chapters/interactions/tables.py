"""How well theories agree with the measured benefits."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.two_tasks.tables import minima

__all__ = ["agreement", "minima"]

_THEORIES: Mapping[str, str] = {
    "finite": "finite-sample flow (T 7b)",
    "infinite": "infinite-data flow (T 6)",
}


def agreement(data: xr.Dataset) -> pd.DataFrame:
    """Agreement of both theories with the measured benefits."""
    rows = []
    for theory in data["theory"].values:
        for subset in data["subset"].values:
            cell = data["agreement"].sel(theory=theory, subset=subset)
            estimate = cell.sel(bound="estimate")
            row: dict[str, Any] = {"theory": _THEORIES[str(theory)], "training points": str(subset)}
            row["correlation"] = _number(estimate.sel(statistic="correlation"))
            row["slope"] = _number(estimate.sel(statistic="slope"))
            row["rms error (nats)"] = _number(estimate.sel(statistic="rmse"))
            row["right sign (%)"] = _number(100 * estimate.sel(statistic="sign"), 1)
            clear, cells = (int(estimate.sel(statistic=s)) for s in ("n_clear", "n_cells"))
            rows.append(row | {"clear cells": f"{clear} of {cells}"})
    return pd.DataFrame(rows)


def _number(value: xr.DataArray, digits: int = 3) -> str:
    return "–" if np.isnan(float(value)) else f"{float(value):.{digits}f}"
