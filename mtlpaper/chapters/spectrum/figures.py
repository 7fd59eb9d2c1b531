"""The student's other singular values."""

import numpy as np
import xarray as xr
from matplotlib.lines import Line2D

from mtlpaper.chapters.common.figures import legend_below
from mtlpaper.chapters.common.labels import cells
from mtlpaper.companion import style


@style.drawing
def suppression(data: xr.Dataset) -> np.ndarray:
    """All tracked singular values against time, on a logarithmic scale.

    Returns
    -------
    (N3 x sigma, imbalance) array of Axes
    """
    rows, columns = data.sizes["N3"] * data.sizes["sigma"], data.sizes["imbalance"]
    axes = style.subplots(rows, columns, height=2.1 * rows, sharex=True, sharey=True)
    grid = cells(data, "N3", "sigma", "imbalance")
    for ax, ((N3, sigma, imbalance), cell) in zip(axes.flat, grid, strict=True):
        for mode in cell["mode"].values:
            shade = style.colour(int(mode) - 1)
            s = cell["S_sgd"].sel(mode=mode).mean("seed")
            flow = cell["S_flow"].sel(mode=mode).mean("seed")
            ax.plot(s["time"], s, color=shade, linewidth=2.4, alpha=0.75)
            ax.plot(s["time"], flow, color=style.INK, linewidth=1.0, dashes=(4, 2))
        ax.set_title(f"{style.classes(N3)}, $\\sigma$ = {sigma:g},\nimbalance {imbalance:g}")
        ax.set_yscale("log")
    for ax in axes[:, 0]:
        ax.set_ylabel("singular values")
    for ax in axes[-1]:
        style.time_axis(ax)
    matrix = Line2D([], [], color=style.INK, linewidth=1, dashes=(4, 2), label="matrix flow, (T 6)")
    sgd = Line2D([], [], color=style.FAINT, linewidth=2.4, label="SGD, one colour a value")
    legend_below(axes, [sgd, matrix])
    return axes


FIGURES = {"spectrum": suppression}
