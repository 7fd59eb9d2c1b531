"""The softmax as a random-energy model."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from mtlpaper.chapters.common.figures import legend_below
from mtlpaper.companion import style


def _exact_and_limit(ax: Axes, data: xr.Dataset, name: str) -> None:
    sizes = data["N3"].values
    for N3, shade in zip(sizes, style.ordered(len(sizes)), strict=True):
        cell = data.sel(N3=N3)
        ax.plot(cell["s"], cell[name], color=shade, label=style.classes(N3))
        ax.plot(cell["s"], cell[f"{name}_rem"], color=shade, dashes=(2, 1.5), linewidth=1)
    ax.set_xscale("log")
    ax.set_xlabel("singular value $s$\n(inverse temperature)")


@style.drawing
def averages(data: xr.Dataset) -> np.ndarray:
    """Participation ratio, averaged gradient and log-partition function, exact and in the limit.

    Returns
    -------
    (1, 3) array of Axes
    """
    axes = style.subplots(1, 3, height=3.3)
    participation, gradient, partition = axes[0]
    _exact_and_limit(participation, data, "Y2")
    participation.set_title("participation ratio $Y_2$")
    _exact_and_limit(gradient, data, "gamma")
    gradient.set_title(r"averaged gradient $\gamma$")
    gradient.set_yscale("log")
    gradient.set_ylim(bottom=float(data["gamma"].min()) / 2)
    _exact_and_limit(partition, data, "log_Z")
    partition.set_title("log-partition $E[\\ln Z]$ (nats)")
    partition.set_yscale("log")
    legend_below(axes, title="dashed: REM limit")
    return axes


@style.drawing
def freezing(data: xr.Dataset) -> np.ndarray:
    """Participation ratio against s / s_c: how slowly the limit is approached.

    Returns
    -------
    (1, 1) array of Axes
    """
    axes = style.subplots(width=5.2, height=3.2)
    ax = axes[0, 0]
    sizes = data["N3"].values
    for N3, shade in zip(sizes, style.ordered(len(sizes)), strict=True):
        cell = data.sel(N3=N3)
        x = cell["s"] / cell["s_c"]
        ax.plot(x, cell["Y2"], color=shade, label=style.classes(N3))
    last = data.isel(N3=-1)  # in units of s_c the limit is the same for all
    x = last["s"] / last["s_c"]
    ax.plot(x, last["Y2_rem"], color=style.INK, dashes=(4, 2), linewidth=1.2, label="REM limit")
    ax.set_xlim(0, 4)
    ax.set_ylim(0, 1)
    ax.axvline(1, color=style.FAINT, linewidth=0.8)
    ax.set_xlabel(r"$s / s_c$,  $s_c = \sqrt{2 \ln N_3}$")
    ax.set_ylabel("participation ratio $Y_2$")
    ax.legend(loc="lower right")
    return axes


FIGURES = {"rem": averages, "rem-freezing": freezing}
