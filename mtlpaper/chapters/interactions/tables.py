"""How well theories agree with the measured benefits."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.two_tasks.tables import minima
from mtlpaper.chapters.interactions.parameters import LEAST_CLEAN

__all__ = ["agreement", "agreement_published", "by_relatedness", "losses", "minima", "same_draws"]

_MODELS: Mapping[str, str] = {
    "networks": "our networks",
    "finite": "finite-sample flow (T 7b)",
    "cavity": "cavity flow (T 7e)",
    "infinite": "infinite-data flow (T 6)",
}


def agreement(data: xr.Dataset) -> pd.DataFrame:
    """Agreement of both theories with the measured benefits."""
    return _table(data["agreement"].sel(bound="estimate"), "theory")


def agreement_published(data: xr.Dataset) -> pd.DataFrame:
    """Agreement of our networks and of both theories with the published benefits."""
    return _table(data["agreement_published"].sel(bound="estimate"), "model")


def losses(data: xr.Dataset) -> pd.DataFrame:
    """Loss of the single-task student, ours minus the published one, in nats."""
    apart = data["L_single"].sel(bound="estimate") - data["L_published"]
    table = apart.to_pandas().map(_number)
    table.columns = [f"S_A = {value:.3g}" for value in table.columns]
    return table.rename_axis("training points").reset_index()


def same_draws(data: xr.Dataset) -> pd.DataFrame:
    """Both finite-sample theories against training on the same datasets, clean main tasks."""
    rows = []
    for theory in data["finite_theory"].values:
        gap, of = data["loss_gap"].sel(finite_theory=theory), data["agreement_same"]
        value = of.sel(finite_theory=theory)
        row = {"theory": _MODELS[str(theory)]}
        row |= {
            f"N = {n}": f"{float(abs(gap.sel(n_train=n)).max()):.3f}"
            for n in data["n_train"].values
        }
        row["correlation of benefits"] = _number(value.sel(statistic="correlation"))
        row["rms error of benefits (nats)"] = _number(value.sel(statistic="rmse"), 4)
        rows.append(row)
    return pd.DataFrame(rows)


def by_relatedness(data: xr.Dataset) -> pd.DataFrame:
    """Cells of clean tasks by relatedness, as far as the datasets can tell their sign."""
    MT = data["MT"]
    MT = MT.sel(S_A=MT["S_A"] >= LEAST_CLEAN, S_B=MT["S_B"] >= LEAST_CLEAN)
    rows = []
    for r in MT["r_AB"].values:
        cell = MT.sel(r_AB=r)
        low, high = cell.sel(bound="low"), cell.sel(bound="high")
        mean = float(cell.sel(bound="estimate").mean())
        rows.append(
            {
                "r_AB": f"{r:g}",
                "cells": low.size,
                "help": int((low > 0).sum()),
                "harm": int((high < 0).sum()),
                "cannot tell": int(((low <= 0) & (high >= 0)).sum()),
                "mean benefit (nats)": f"{mean:+.3f}",
            }
        )
    return pd.DataFrame(rows)


def _table(values: xr.DataArray, what: str) -> pd.DataFrame:
    rows = []
    for model, subset in product(values[what].values, values["subset"].values):
        cell = values.sel({what: model, "subset": subset})
        value = {str(name): cell.sel(statistic=name) for name in cell["statistic"].values}
        row: dict[str, Any] = {what: _MODELS[str(model)], "cells": str(subset)}
        row["correlation"] = _number(value["correlation"])
        row["slope"] = _number(value["slope"])
        row["rms error (nats)"] = _number(value["rmse"], 4)
        row["right sign (%)"] = _number(100 * value["sign"], 1)
        count = value["n_clear"], value["n_cells"]
        row["clear cells"] = "–" if np.isnan(count[1]) else f"{int(count[0])} of {int(count[1])}"
        rows.append(row)
    return pd.DataFrame(rows)


def _number(value: xr.DataArray | float, digits: int = 3) -> str:
    return "–" if np.isnan(float(value)) else f"{float(value):.{digits}f}"
