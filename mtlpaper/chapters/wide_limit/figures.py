"""Objectives over width, and functions of narrow, wide and infinitely wide networks."""

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.figures import legend_below
from mtlpaper.companion import style

#: Objectives closer to the minimum than this are drawn at this distance.
_FLOOR = 1e-8


@style.drawing
def excess(data: xr.Dataset) -> np.ndarray:
    """Excess of the objective over width, of every start and of the best one.

    Returns
    -------
    (1, biases) array of Axes
    """
    kinds = data["biases"].values
    axes = style.subplots(1, len(kinds), height=3.4, sharey=True)
    width = data["width"].values
    labels = float((data["width"] / data["per_label"]).max())
    for ax, kind in zip(axes[0], kinds, strict=True):
        every = (
            data["excess"].sel(biases=kind).stack(net=("seed", "start")).transpose("width", "net")
        )
        shown = np.maximum(every.values, _FLOOR)
        x = np.repeat(width, shown.shape[1])
        ax.plot(x, shown.ravel(), ".", color=style.SKY, markersize=4, label="network")
        least = np.maximum(data["least"].sel(biases=kind), _FLOOR)
        ax.plot(
            width, least, "o-", color=style.BLUE, markersize=4, label="best start, worst dataset"
        )
        ax.axvline(labels, color=style.FAINT, linewidth=1)
        ax.axhline(1e-3, color=style.INK, dashes=(4, 2), linewidth=1)
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.set_title(str(kind))
        ax.set_xlabel("neurons of the hidden layer")
    axes[0, 0].set_ylabel("objective over the minimum\nof any width, less one")
    legend_below(axes)
    return axes


@style.drawing
def functions(data: xr.Dataset) -> np.ndarray:
    """Functions of the narrowest and the widest networks of the first data set, and the limit.

    Returns
    -------
    (1, biases) array of Axes
    """
    kinds, x = data["biases"].values, data["x"].values
    axes = style.subplots(1, len(kinds), height=3.4, sharey=True)
    first = data.isel(seed=0)
    for ax, kind in zip(axes[0], kinds, strict=True):
        cell = first.sel(biases=kind)
        for i, task in enumerate(data["task"].values):
            shade = style.colour(i)
            narrow, wide = (cell["network"].sel(task=task).isel(width=end) for end in (0, -1))
            ax.plot(x, cell["limit"].sel(task=task), color=shade, label=f"task {task}, limit")
            ax.plot(x, wide, ":", color=style.INK, linewidth=1.2, label=f"task {task}, widest")
            ax.plot(x, narrow, "--", color=shade, linewidth=1, label=f"task {task}, narrowest")
        ax.set_title(str(kind))
        ax.set_xlabel("input")
    axes[0, 0].set_ylabel("output")
    legend_below(axes)
    return axes


FIGURES = {"wide-limit": excess, "wide-functions": functions}
