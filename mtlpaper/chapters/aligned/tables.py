"""Tables of the page on training-aligned tasks."""

import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.aligned_tasks.tables import interval
from mtlpaper.chapters.common.labels import cells
from mtlpaper.chapters.common.single_task.tables import gap_columns


def spectra(data: xr.Dataset) -> pd.DataFrame:
    """What the paper says of high and low SNR, as numbers with intervals."""
    least, most = float(data["S_B"][0]), float(data["S_B"][-1])
    rows = [
        (f"share of singular values in the bulk, s_bar = {least:g}", data["in_bulk"]),
        (f"s_hat - s_bar, s_bar = {most:g}", data["s_hat_excess"]),
    ]
    return pd.DataFrame([{"quantity": what, "drawn": interval(cell)} for what, cell in rows])


def effects(data: xr.Dataset) -> pd.DataFrame:
    """Effects of unrelated and weakly related tasks on drawn pairs, by label rule and overlap."""
    rows = []
    for (rule, rho), cell in cells(data, "label_rule", "rho"):
        unrelated = cell["benefit_drawn"].sel(kind="unrelated", end="largest")
        rows.append(
            {
                "labels": str(rule),
                "rho": f"{rho:g}",
                "unrelated: s_A − s̃_A": interval(cell["s_difference_unrelated"]),
                "unrelated: benefit": interval(unrelated),
                "weak: benefit, large less small S_B": interval(cell["benefit_weak"]),
            }
        )
    return pd.DataFrame(rows)


def plane_gaps(data: xr.Dataset) -> pd.DataFrame:
    """Largest relative gap of the plane flow to trained networks."""
    rows = []
    for (rule, name), cell in cells(data[["flow_gap"]], "label_rule", "cell"):
        row = {"labels": str(rule), "auxiliary task": str(name)}
        rows.append(row | gap_columns(data, cell["flow_gap"]))
    return pd.DataFrame(rows)
