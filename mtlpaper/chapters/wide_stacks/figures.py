"""Objectives of networks of two stacks over width, and how far tasks change each other."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from mtlpaper.chapters.common.figures import legend_below
from mtlpaper.companion import style

#: Values below this are rounding, and drawn at this distance from zero.
_FLOOR = 1e-6


@style.drawing
def stacks(data: xr.Dataset) -> np.ndarray:
    """Excess of the objective and coupling of the tasks over width; points are data sets.

    Returns
    -------
    (1, 2) array of Axes
    """
    axes = style.subplots(1, 2, height=3.4)
    size = abs(data["excess"])
    _over_width(axes[0, 0], size, size.max("seed"))
    axes[0, 0].set_ylabel("objective over the least\nof any width, less one")
    _over_width(axes[0, 1], data["change"].mean("task"), data["coupling"].sel(bound="estimate"))
    axes[0, 1].set_ylabel("change of a task's outputs\nby the other task's data")
    legend_below(axes, title="tasks share")
    return axes


def _over_width(ax: Axes, every: xr.DataArray, line: xr.DataArray) -> None:
    width = every["width"].values
    for k, shared in enumerate(every["shared"].values):
        shade, n = style.colour(k), every.sizes["seed"]
        points = every.sel(shared=shared).transpose("width", "seed").values
        shown = np.maximum(points, _FLOOR).ravel()
        ax.plot(np.repeat(width, n), shown, ".", color=shade, markersize=4, alpha=0.6)
        middle = np.maximum(line.sel(shared=shared), _FLOOR)
        ax.plot(width, middle, "o-", color=shade, markersize=4, label=str(shared))
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    ax.set_xlabel("neurons of the hidden layer of each stack")


FIGURES = {"wide-stacks": stacks}
