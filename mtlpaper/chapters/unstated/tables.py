"""Tables of the page on unstated settings."""

from collections.abc import Mapping

import pandas as pd
import xarray as xr

from mtlpaper.chapters.depth.parameters import Depth


def finalists(data: xr.Dataset) -> pd.DataFrame:
    """The settings closest to the axes, with the best kind of deep student for each."""
    rows = []
    for place in data["finalist"].values:
        cell = data.sel(finalist=place)
        total = cell["total_distance"]
        best = total.stack(kind=["activation", "scale"])
        activation, scale = best["kind"].values[int(best.values.argmin())]
        span = cell["deep_span"].sel(activation=activation, scale=scale).values
        rows.append(
            {
                "N1 = N2": int(cell["finalist_size"]),
                "s0": f"{float(cell['finalist_s0']):g}",
                "sigma": f"{float(cell['finalist_sigma']):g}",
                "inputs": str(cell["finalist_inputs"].item()),
                "S_B bins": str(cell["finalist_bins"].item()),
                "high-SNR main tasks": int(cell["finalist_n_high"]),
                "three axes": f"{float(cell['finalist_distance']):.3f}",
                "ReLUs, scale": f"{activation}, {scale:g}",
                "deep range": f"{span[0]:+.2f} to {span[1]:+.2f}",
                "four axes": f"{float(best.min()):.3f}",
            }
        )
    return pd.DataFrame(rows)


#: A chosen setting, and the parameter of `depth` whose default it fixes.
_FIXES: Mapping[str, str] = {"size": "N1"} | {
    name: name for name in ("s0", "sigma", "inputs", "bins", "n_high", "activation", "scale")
}


def chosen(data: xr.Dataset) -> pd.DataFrame:
    """What the rule chooses in this run, beside the defaults of the experiments."""
    defaults = Depth.preset("paper").plain()
    rows = [
        {
            "setting": field,
            "chosen in this run": str(data[f"chosen_{name}"].item()),
            "default": str(defaults[field]),
        }
        for name, field in _FIXES.items()
    ]
    return pd.DataFrame(rows)
