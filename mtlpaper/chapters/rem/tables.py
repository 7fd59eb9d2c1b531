"""Table of the page on the random-energy model."""

import pandas as pd
import xarray as xr


def freezing(data: xr.Dataset) -> pd.DataFrame:
    """Where the classes freeze: exactly, and in the random-energy limit."""
    rows = []
    for N3 in data["N3"].values:
        cell = data.sel(N3=N3)
        s_c, s_half = float(cell["s_c"]), float(cell["s_half"])
        rows.append(
            {
                "classes": int(N3),
                "s_c": f"{s_c:.2f}",
                "half frozen, limit": f"{2 * s_c:.2f}",
                "half frozen, exact": f"{s_half:.2f}",
                "exact / limit": f"{s_half / (2 * s_c):.2f}",
            }
        )
    return pd.DataFrame(rows)
