"""Table of the page on methods."""

import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.tables import interval
from mtlpaper.chapters.methods.parameters import RELU

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
    """What every method brings over the tuned baseline, in nats."""
    rows = []
    for name in data["technique"].values:
        common = data.sel(technique=name, against="tuned baseline")
        row = {"method": called(str(name))}
        row |= {
            f"{tasks} tasks": interval(common["summary"].sel(tasks=tasks), 2)
            for tasks in common["tasks"].values
        }
        rows.append(row | {"worst cell": interval(common["worst"], 2)})
    return pd.DataFrame(rows)


def protection(data: xr.Dataset) -> pd.DataFrame:
    """What every method brings over its own student alone, in nats, and what its step takes."""
    rows = []
    for name in data["technique"].values:
        own = data.sel(technique=name, against="own student")
        row = {"method": called(str(name))}
        row |= {
            f"{tasks} tasks": interval(own["summary"].sel(tasks=tasks), 2)
            for tasks in ("related", "unrelated")
        }
        row |= {
            f"{effect} (cells)": f"{100 * float(own['share'].sel(effect=effect)):.0f} %"
            for effect in own["effect"].values
        }
        rows.append(row | {"operations of a step": f"{float(own['spent']):.2f}"})
    return pd.DataFrame(rows)
