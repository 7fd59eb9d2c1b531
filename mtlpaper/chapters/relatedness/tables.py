"""Tables of the page on relatedness beyond one number."""

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.two_tasks.tables import minima

__all__ = ["crossings", "minima", "ranking"]


def ranking(data: xr.Dataset) -> pd.DataFrame:
    """Candidates by their error, with 95 % intervals; errors in thousandths of a nat."""
    error = data["law_error"].sel(bound="estimate")
    rows = []
    for name in error.sortby(error)["candidate"].values:
        cell = data.sel(candidate=name)
        row: dict[str, Any] = {"candidate": str(name)}
        row["error (mnat)"] = _interval(1000 * cell["law_error"], 1)
        row["minus mean r's (mnat)"] = _interval(1000 * cell["law_difference"], 1, signed=True)
        row["right sign (%)"] = _interval(100 * cell["law_sign"], 0)
        others = cell["fit_error"].sel(fit=[fit for fit in data["fit"].values if fit != "line"])
        row |= {
            str(fit): f"{1000 * float(others.sel(fit=fit)):.1f}" for fit in others["fit"].values
        }
        rows.append(row)
    return pd.DataFrame(rows)


def crossings(data: xr.Dataset) -> pd.DataFrame:
    """Where the benefit changes sign: values of the best overlap and of the mean relatedness."""
    names = list(dict.fromkeys((str(data["best"].item()), "mean r")))
    rows = []
    for n in data["n_train"].values:
        for main in data["main"].values:
            for S_B in data["S_B"].values:
                cell = data["crossing"].sel(n_train=n, main=main, S_B=S_B)
                row = {"training points": int(n), "main task": str(main), "S_B": f"{S_B:g}"}
                rows.append(row | {name: _interval(cell.sel(candidate=name), 2) for name in names})
    return pd.DataFrame(rows)


def _interval(cell: xr.DataArray, digits: int, *, signed: bool = False) -> str:
    value, low, high = (float(cell.sel(bound=bound)) for bound in ("estimate", "low", "high"))
    if np.isnan(value):
        return "–"
    sign = "+" if signed else ""
    texts = [f"{number:{sign}.{digits}f}" for number in (value, low, high)]
    return f"{texts[0]} ({texts[1]} to {texts[2]})"
