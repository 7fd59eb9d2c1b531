"""Errors over weight decay, benefits over points and width."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from mtlpaper.companion import style

_ARMS = {"alone": style.INK, "shared": style.BLUE, "disjoint": style.VERMILLION}
_NAMES = {"alone": "alone", "shared": "kinks of the other task shared", "disjoint": "not shared"}


@style.drawing
def benefits(data: xr.Dataset) -> np.ndarray:
    """Error over weight decay with the fewest points, and benefit over the number of points.

    Returns
    -------
    (1, 2) array of Axes
    """
    axes = style.subplots(1, 2, height=3.3)
    tuned, gained = axes[0]
    error = data["mean_error"].isel(n_train=0)
    for arm in data["arm"].values:
        curve = error.sel(arm=arm)
        look = {"color": _ARMS[arm], "label": _NAMES[arm]}
        tuned.plot(data["decay"], curve, "o-", markersize=3, **look)
    tuned.set_xscale("log")
    tuned.set_yscale("log")
    tuned.set_title(f"{int(data['n_train'][0])} points")
    tuned.set_xlabel(r"weight decay $\lambda$")
    tuned.set_ylabel("error on the main task\n(geometric mean)")
    tuned.legend()
    gained.axhline(0, color=style.INK, linewidth=0.8)
    for relation in data["relation"].values:
        benefit = data["benefit"].sel(relation=relation)
        _interval(gained, data["n_train"].values, benefit, _ARMS[relation])
    gained.set_xscale("log")
    gained.set_title("best weight decay of each")
    gained.set_xlabel("training points of the main task")
    gained.set_ylabel("benefit: ln(error alone / beside)")
    return axes


def _interval(
    ax: Axes, x: np.ndarray, estimated: xr.DataArray, shade: str, label: str = ""
) -> None:
    middle, low, high = (estimated.sel(bound=bound) for bound in ("estimate", "low", "high"))
    ax.vlines(x, low, high, color=shade, linewidth=1)
    ax.plot(x, middle, "o-", color=shade, markersize=4, label=label or None)


@style.drawing
def tangent(data: xr.Dataset) -> np.ndarray:
    """Size of the benefit of tangent networks over their width.

    Returns
    -------
    (1, 1) array of Axes
    """
    axes = style.subplots(width=4.6)
    ax = axes[0, 0]
    width, size = data["width"].values, data["size"]
    _interval(ax, width, size, style.BLUE, label="tangent networks")
    line = float(size.sel(bound="estimate")[0]) * np.sqrt(width[0] / width)
    ax.plot(width, line, color=style.INK, dashes=(4, 2), linewidth=1, label="slope $-1/2$")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel("neurons of the hidden layer")
    ax.set_ylabel("mean size of the benefit")
    ax.legend()
    return axes


FIGURES = {"wide-benefit": benefits, "wide-tangent": tangent}
