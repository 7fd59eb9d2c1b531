"""Changes of what models learn of a task when another task's data go."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from mtlpaper.chapters.common.figures import legend_below
from mtlpaper.chapters.wide_sharing.parameters import DATA, DECAY, NONE, PROCESS
from mtlpaper.companion import style

#: Changes that are drawn here are below it, most of them zero.
LEAST = 1e-17
CHANGE = "largest change of what is learnt"


@style.drawing
def changes(data: xr.Dataset) -> np.ndarray:
    """Largest change of every model, and of networks over their width.

    Returns
    -------
    (1, 2) array of Axes
    """
    axes = style.subplots(1, 2, height=4.2)
    _by_model(axes[0, 0], data["change"])
    _over_width(axes[0, 1], data["change_over_width"])
    legend_below(axes[:, 1:])
    return axes


def _by_model(ax: Axes, change: xr.DataArray) -> None:
    places = np.arange(change.sizes["model"])
    shown = change.transpose("model", "seed").clip(min=LEAST).values
    ax.plot(shown.ravel(), places.repeat(shown.shape[1]), "o", color=style.BLUE, alpha=0.6)
    ax.axvline(NONE, color=style.FAINT, linewidth=1)
    ax.set_xscale("log")
    ax.set_yticks(places, change["model"].values)
    ax.invert_yaxis()
    ax.set_title("Infinite width, or a fixed first layer")
    ax.set_xlabel(CHANGE)
    ax.set_ylabel("model")


def _over_width(ax: Axes, change: xr.DataArray) -> None:
    width = change["width"].values
    for index, curve in enumerate(change["curve"].values):
        one = change.sel(curve=curve)
        shade = style.colour(index)
        ax.plot(width, one.sel(bound="estimate"), "o-", color=shade, markersize=3.5, label=curve)
        ax.vlines(width, one.sel(bound="low"), one.sel(bound="high"), color=shade, linewidth=1)
    ax.set_yscale("log")
    ax.set_title("Networks over their width")
    _width_axis(ax, width)
    ax.set_ylabel(CHANGE)


def _width_axis(ax: Axes, width: np.ndarray) -> None:
    ax.set_xscale("log")
    ax.set_xticks(width, width)
    ax.set_xticks([], minor=True)
    ax.set_xlabel("width $n$")


@style.drawing
def functions(data: xr.Dataset) -> np.ndarray:
    """Two answers of a Bayesian network to one data set, and how probable trained networks are.

    Returns
    -------
    (1, 3) array of Axes
    """
    axes = style.subplots(1, 3, height=3.4)
    one = data.isel(seed=int(data["shown"]))
    titles = {DECAY: "Most probable network", PROCESS: "Posterior mean, infinite width"}
    for ax, (model, title) in zip(axes[0], titles.items(), strict=False):
        for given, shade, dashes in zip(DATA, style.CYCLE, ((), (3, 2)), strict=False):
            learnt = one["learnt"].sel(model=model, data=given)
            ax.plot(one["input"], learnt, color=shade, dashes=dashes, label=given)
        ax.plot(one["main_input"], one["main_label"], "o", color=style.INK, label="main task")
        ax.plot(one["aux_input"], one["aux_label"], "x", color=style.FAINT, label="auxiliary task")
        ax.set_title(title)
        ax.set_xlabel("input $x$")
        ax.set_ylabel("label")
    gap, width = data["density_gap"], data["width"]
    ax = axes[0, 2]
    ax.plot(width, gap.sel(bound="estimate"), "o-", color=style.BLUE)
    ax.vlines(width, gap.sel(bound="low"), gap.sel(bound="high"), color=style.BLUE)
    _width_axis(ax, width.values)
    ax.set_title("Trained networks")
    ax.set_ylabel("below the highest log density (nats)")
    legend_below(axes)
    return axes


FIGURES = {"wide-sharing": changes, "wide-map": functions}
