"""Figure 1 of the paper."""

import numpy as np
import xarray as xr
from matplotlib.lines import Line2D

from mtlpaper.chapters.common.figures import legend_below
from mtlpaper.companion import style


@style.drawing
def trajectories(data: xr.Dataset) -> np.ndarray:
    """Singular value against time by SGD and Eq. (3), and the relative gap between them.

    Returns
    -------
    (1, 2) array of Axes
    """
    axes = style.subplots(1, 2, width_ratios=(3, 2))
    left, right = axes[0]
    t = data["time"].values
    for index, N3 in enumerate(data["N3"].values):
        cell, shade = data.sel(N3=N3), style.colour(index)
        style.band(left, cell["s_sgd"], shade)
        theory = cell["s_eq3"].mean("seed")
        left.plot(t, theory, color=style.INK, dashes=(4, 2), linewidth=1.2)
        end = float(cell["s_sgd"].mean("seed")[-1])
        style.label_ends(left, [(float(t[-1]), end, style.classes(N3), shade)])
        gap = theory / cell["s_sgd"].mean("seed") - 1
        right.plot(t, 100 * gap, color=shade, label=style.classes(N3))
    left.set_ylabel("largest singular value $s$")
    left.set_title("Singular value")
    right.axhline(0, color=style.FAINT, linewidth=0.8)
    right.set_ylabel("theory / SGD − 1 (%)")
    right.set_title("Relative gap of the means")
    right.legend()
    for ax in (left, right):
        style.time_axis(ax)
    mean = Line2D([], [], color=style.FAINT, label="SGD, mean ± s.d. over seeds")
    dashed = Line2D([], [], color=style.INK, dashes=(4, 2), linewidth=1.2, label="theory, Eq. (3)")
    legend_below(axes, [mean, dashed])
    return axes


FIGURES = {"figure1": trajectories}
