"""Table of the page on methods."""

import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.tables import interval
from mtlpaper.chapters.methods.experiment import RELU

#: Names that their authors write otherwise than files are called.
_WRITTEN = {
    "cagrad": "CAGrad",
    "famo": "FAMO",
    "gradnorm": "GradNorm",
    "imtl_g": "IMTL-G",
    "mgda": "MGDA",
    "nash": "Nash-MTL",
    "pcgrad": "PCGrad",
    "equal": "equal weights",
    "fixed": "fixed weight",
}


def called(technique: str) -> str:
    """How a method is called for readers."""
    name = technique.removesuffix(RELU)
    return _WRITTEN.get(name, name.replace("_", " ")) + technique[len(name) :]


def techniques(data: xr.Dataset) -> pd.DataFrame:
    """What every method brings, in nats, what it can cost, and what its step takes."""
    rows = []
    for name in data["technique"].values:
        one = data.sel(technique=name)
        common, own = (one.sel(against=against) for against in one["against"].values)
        row = {"method": called(str(name))}
        row |= {
            f"benefit, {tasks}": interval(common["summary"].sel(tasks=tasks))
            for tasks in common["tasks"].values
        }
        row["worst cell"] = interval(common["worst"])
        for effect in common["effect"].values:
            row[f"{effect} (cells)"] = f"{100 * float(common['share'].sel(effect=effect)):.0f} %"
        row |= {
            f"over its own student, {tasks}": interval(own["summary"].sel(tasks=tasks))
            for tasks in ("related", "unrelated")
        }
        row["operations of a step"] = f"{float(one['spent']):.2f}"
        rows.append(row)
    return pd.DataFrame(rows)
