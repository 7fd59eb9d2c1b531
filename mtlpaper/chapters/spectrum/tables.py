"""Table of the page on the other singular values."""

import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.labels import cells


def decays(data: xr.Dataset) -> pd.DataFrame:
    """How the second singular value decays in each setting."""
    rows = []
    for (N3, sigma, imbalance), cell in cells(data, "N3", "sigma", "imbalance"):
        second = cell["S_sgd"].sel(mode=2).mean("seed")
        first, last = (f"{float(rate):z.3f}" for rate in cell["rate"])
        rows.append(
            {
                "classes": int(N3),
                "sigma": f"{sigma:g}",
                "imbalance": f"{imbalance:g}",
                "start": f"{float(second[0]):.2f}",
                "end": f"{float(second[-1]):.2f}",
                "first rate": first,
                "last rate": last,
                "decay": str(cell["kind"].item()),
            }
        )
    return pd.DataFrame(rows)
