"""Table 6 of Caruana (1997) beside ours."""

import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.tables import interval
from mtlpaper.documents.ruder2017.printed import TABLE_6


def inputs_as_outputs(data: xr.Dataset) -> pd.DataFrame:
    """Root mean square errors by the use of the feature, and by how much an output's is less."""
    rows = []
    for arm in data["arm"].values:
        row = {"feature": str(arm), "Caruana (1997)": f"{TABLE_6[str(arm)]:.4f}"}
        for code in data["code"].values:
            row[f"{code} code"] = interval(data["rmse"].sel(code=code, arm=arm), 4, "")
        rows.append(row)
    for beside in data["beside"].values:
        printed = TABLE_6[str(beside)] - TABLE_6["as output"]
        row = {"feature": f"output less than {beside} by", "Caruana (1997)": f"{printed:+.4f}"}
        for code in data["code"].values:
            row[f"{code} code"] = interval(data["rmse_gain"].sel(code=code, beside=beside), 4)
        rows.append(row)
    return pd.DataFrame(rows)
