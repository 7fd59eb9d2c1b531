"""Benefits by the authors' protocol and with one factor changed, side by side."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from mtlpaper.chapters.common.figures import legend_below
from mtlpaper.chapters.common.two_tasks import figures as benefits
from mtlpaper.chapters.confounds.parameters import CHANGES, POOLED, reference
from mtlpaper.companion import style

#: Title, position of S_B and settings of every panel of benefits.
_PANELS = (
    ("length of training", -1, CHANGES[:1]),
    ("weight of the auxiliary loss", -1, CHANGES[1:2]),
    ("half of the labels clean", 0, CHANGES[2:3]),
    ("batches instead of the flow", -1, CHANGES[3:]),
)
#: Markers of the published rows, of the script's settings, and of what is changed.
_MARKS = ("x", "o", "s", "^")


@style.drawing
def side_by_side(data: xr.Dataset) -> np.ndarray:
    """Benefits beside unrelated and related tasks with and without each factor; the scatter.

    Returns
    -------
    (2, 3) array of Axes
        The last panel is removed.
    """
    axes = style.subplots(2, 3, height=7.8, columns=2)
    for ax, (title, S_B, changes) in zip(axes.flat, _PANELS, strict=False):
        _panel(ax, data["MT"].isel(S_B=S_B), changes)
        ax.set_title(f"{title}, $S_B$ = {float(data['S_B'][S_B]):g}")
    _scatter(axes[1, 1], data["scatter"])
    axes[1, 2].remove()
    for ax in axes[:, 0]:
        ax.set_ylabel(benefits.MT_LABEL)
    names = ("the authors' rows", "without", "with the change (batches: in turn)", CHANGES[-1])
    marks = [
        Line2D([], [], color=style.INK, marker=mark, linestyle="none", markersize=4, label=name)
        for name, mark in zip(names, _MARKS, strict=True)
    ]
    colours = [
        Line2D([], [], color=shade, label=f"$r_{{AB}}$ = {r:g}") for r, shade in _extremes(data)
    ]
    legend_below(axes, [*marks, *colours])
    return axes


def _extremes(data: xr.Dataset | xr.DataArray) -> list[tuple[float, str]]:
    """The least and the largest relatedness, each with its colour."""
    levels = data["r_AB"].values[[0, -1]]
    return list(zip(map(float, levels), (style.HARM, style.HELP), strict=True))


def _panel(ax: Axes, MT: xr.DataArray, changes: list[str]) -> None:
    """Draw the published, the script's and the changed benefits where there are changed ones."""
    there = MT.sel(source=changes, bound="estimate").notnull().any(["source", "r_AB"])
    MT = MT.isel(point=there.values)
    x = np.arange(MT.sizes["point"])
    ax.axhline(0, color=style.INK, linewidth=0.8)
    for r, shade in _extremes(MT):
        for i, source in enumerate(("published", reference(changes[0]), *changes)):
            cells = MT.sel(source=source, r_AB=r)
            look = {"marker": _MARKS[i], "linestyle": "none", "markersize": 4}
            benefits.interval(ax, x + 0.16 * (i - 1), cells, shade, **look)
    _label(ax, MT)


def _scatter(ax: Axes, ratio: xr.DataArray) -> None:
    """Draw the ratio of standard errors over points."""
    ax.axhline(1, color=style.INK, linewidth=0.8)
    x = np.arange(ratio.sizes["point"])
    benefits.interval(ax, x, ratio, style.GREEN, linestyle="none", markersize=4)
    ax.set_yscale("log")
    ax.set_yticks([0.5, 1, 2], ["0.5", "1", "2"])
    ax.tick_params(axis="y", which="minor", left=False, labelleft=False)
    ax.set_title(POOLED)
    ax.set_ylabel("ratio of standard errors")
    _label(ax, ratio)


def _label(ax: Axes, values: xr.DataArray) -> None:
    labels = [str(point) for point in values["point"].values]
    ax.set_xticks(range(len(labels)), labels, rotation=45 if len(labels) > 6 else 0)
    ax.set_xlim(-0.5, len(labels) - 0.5)
    ax.set_xlabel("training points: $N$, or $N + N_B$")


FIGURES = {"confounds": side_by_side}
