"""Tables of the page on the authors' flags."""

from typing import Any

import pandas as pd
import xarray as xr

from mtlpaper.chapters.common.tables import interval

#: What scatters, and what shares it: the columns of the table of errors.
_ERRORS = {
    "printed": "printed",
    "over subsets": "our repetitions, over subsets",
    "over worlds": "our repetitions, over worlds",
}


def flags(data: xr.Dataset) -> pd.DataFrame:
    """Chi squared and relative log likelihood of the published means at every setting."""
    return pd.DataFrame(
        {
            "changed": [str(name) for name in data["setting"].values],
            "chi squared": [f"{value:.1f}" for value in data["chi2"].values],
            "log likelihood less nominal": [
                f"{value:+.1f}" for value in data["log_likelihood"].values
            ],
        }
    )


def joint(data: xr.Dataset) -> pd.DataFrame:
    """What the published means leave of five flags that are free together."""
    rows = []
    for name in data["flag"].values:
        here = data.sel(flag=name)
        low, high = here["ends"].values
        rows.append(
            {
                "flag": str(name),
                "tried": f"{low:.3g} to {high:.3g}",
                "median (95 %)": interval(here["fitted"], sign="", digits=2),
                "interval / range": f"{float(here['narrowed']):.2f}",
                "nominal": f"{float(here['nominal']):.3g}",
            }
        )
    return pd.DataFrame(rows)


def sizes(data: xr.Dataset) -> pd.DataFrame:
    """Scatter of losses over subsets, and log likelihood of the means, by size of the test set."""
    return pd.DataFrame(
        {
            "test points": data["n_tested"].values,
            "scatter of a world (95 %)": [
                interval(one, sign="") for one in data["scatter"].transpose("n_tested", "bound")
            ],
            "log likelihood of the means less the largest": [
                f"{value:+.1f}" for value in data["size_likelihood"].values
            ],
        }
    )


def errors(data: xr.Dataset) -> pd.DataFrame:
    """Root mean square standard errors of means: printed, over subsets, over worlds."""
    rows = []
    for quantity in data["quantity"].values:
        for n_train in data["n_train"].values:
            here = data["error"].sel(quantity=quantity, n_train=n_train)
            row: dict[str, Any] = {"mean": str(quantity), "training points": int(n_train)}
            shown = {name: f"{float(here.sel(error_of=of)):.3f}" for of, name in _ERRORS.items()}
            rows.append(row | shown)
    return pd.DataFrame(rows)


def repetitions(data: xr.Dataset) -> pd.DataFrame:
    """Closeness to our mean over many teachers: another repetition, and the authors' rows."""
    rows = []
    for measure in data["measure"].values:
        here = data.sel(measure=measure)
        rows.append(
            {
                "measure": str(measure),
                "another repetition (95 %)": interval(here["next_alike"], sign=""),
                "the authors' rows": f"{float(here['published_alike']):.3f}",
            }
        )
    return pd.DataFrame(rows)
