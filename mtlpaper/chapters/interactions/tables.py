"""How well theories agree with the measured benefits."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.labels import cells
from mtlpaper.chapters.common.two_tasks.tables import minima

__all__ = ["agreement", "minima"]

_THEORIES: Mapping[str, str] = {
    "finite": "finite-sample flow (T 7b)",
    "infinite": "infinite-data flow (T 6)",
}


def agreement(data: xr.Dataset) -> pd.DataFrame:
    """Agreement of both theories with the measured benefits."""
    rows = []
    estimates = data[["agreement"]].sel(bound="estimate")
    for (theory, subset), cell in cells(estimates, "theory", "subset"):
        value = {
            str(name): cell["agreement"].sel(statistic=name) for name in cell["statistic"].values
        }
        row: dict[str, Any] = {"theory": _THEORIES[str(theory)], "training points": str(subset)}
        row["correlation"] = _number(value["correlation"])
        row["slope"] = _number(value["slope"])
        row["rms error (nats)"] = _number(value["rmse"])
        row["right sign (%)"] = _number(100 * value["sign"], 1)
        row["clear cells"] = f"{int(value['n_clear'])} of {int(value['n_cells'])}"
        rows.append(row)
    return pd.DataFrame(rows)


def _number(value: xr.DataArray, digits: int = 3) -> str:
    return "–" if np.isnan(float(value)) else f"{float(value):.{digits}f}"
