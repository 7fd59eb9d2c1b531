"""Tables of the page on relatedness beyond one number."""

from typing import Any

import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.labels import cells
from mtlpaper.chapters.common.tables import interval
from mtlpaper.chapters.common.two_tasks.tables import minima

__all__ = ["crossings", "minima", "ranking"]


def ranking(data: xr.Dataset) -> pd.DataFrame:
    """Candidates by their error, with 95 % intervals; errors in thousandths of a nat."""
    error = data["law_error"].sel(bound="estimate")
    rows = []
    for name in error.sortby(error)["candidate"].values:
        cell = data.sel(candidate=name)
        row: dict[str, Any] = {"candidate": str(name)}
        row["error (mnat)"] = interval(1000 * cell["law_error"], 1, "")
        row["minus mean r's (mnat)"] = interval(1000 * cell["law_difference"], 1)
        row["right sign (%)"] = interval(100 * cell["law_sign"], 0, "")
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
    for (n, main, S_B), cell in cells(data[["crossing"]], "n_train", "main", "S_B"):
        row = {"training points": int(n), "main task": str(main), "S_B": f"{S_B:g}"}
        values = {name: cell["crossing"].sel(candidate=name) for name in names}
        rows.append(row | {name: interval(value, 2, "") for name, value in values.items()})
    return pd.DataFrame(rows)
