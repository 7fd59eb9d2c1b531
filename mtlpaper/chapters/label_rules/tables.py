"""Tables of the page on label rules."""

import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.labels import cells
from mtlpaper.chapters.common.single_task.tables import THEORIES, gap_columns
from mtlpaper.documents.lee2019.printed import FIGURE1_NEXT_TICK


def rules(data: xr.Dataset) -> pd.DataFrame:
    """Where SGD and the theories end under each label rule."""
    rows = []
    for (rule, N3), cell in cells(data[["s"]].isel(time=-1), "label_rule", "N3"):
        end = cell["s"]
        mean, spread = end.mean("seed"), end.std("seed", ddof=1)
        sgd = "\u00a0±\u00a0".join(f"{float(part.sel(curve='sgd')):.2f}" for part in (mean, spread))
        rows.append(
            {
                "labels": str(rule),
                "classes": int(N3),
                "SGD ends at": sgd,
                "Eq. (3)'s form": f"{float(mean.sel(curve='rank_one')):.2f}",
                "matrix flow (T 6)": f"{float(mean.sel(curve='matrix')):.2f}",
                "fits the axis": "yes" if fits_the_axis(end.sel(curve="sgd")) else "no",
            }
        )
    return pd.DataFrame(rows)


def fits_the_axis(end: xr.DataArray) -> bool:
    """Whether final singular values, averaged over `seed`, stay below the axis' next tick."""
    return float(end.mean("seed")) < FIGURE1_NEXT_TICK


def large_data(data: xr.Dataset) -> pd.DataFrame:
    """Gap between the theories of argmax labels and SGD with many training points."""
    rows = []
    for (N3, sigma, theory), cell in cells(data[["gap_large"]], "N3", "sigma", "theory"):
        row = {"classes": int(N3), "sigma": f"{sigma:g}", "theory": THEORIES[str(theory)]}
        rows.append(row | gap_columns(data, cell["gap_large"]))
    return pd.DataFrame(rows)
