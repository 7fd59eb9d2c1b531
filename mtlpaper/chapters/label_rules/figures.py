"""Figure 1 under each label rule."""

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from mtlpaper.chapters.common.figures import legend_below
from mtlpaper.companion import style
from mtlpaper.documents.lee2019.printed import FIGURE1_SINGULAR_VALUE

_RANK_ONE: dict[str, Any] = {"color": style.INK, "dashes": (4, 2), "linewidth": 1.2}
_MATRIX: dict[str, Any] = {"color": style.INK, "dashes": (1, 1.4), "linewidth": 1.6}


def _cell(ax: Axes, s: xr.DataArray, shade: str) -> None:
    t = s["time"].values
    style.band(ax, s.sel(curve="sgd"), shade)
    ax.plot(t, s.sel(curve="rank_one").mean("seed"), **_RANK_ONE)
    ax.plot(t, s.sel(curve="matrix").mean("seed"), **_MATRIX)


def _axis_of_figure1(ax: Axes) -> None:
    ax.axhspan(*FIGURE1_SINGULAR_VALUE, color=style.YELLOW, alpha=0.25, linewidth=0)


def _legend(axes: np.ndarray) -> None:
    handles = [
        Line2D([], [], color=style.FAINT, label="SGD ± s.d."),
        Line2D([], [], **_RANK_ONE, label="rank-one form, Eq. (3)"),
        Line2D([], [], **_MATRIX, label="matrix flow, (T 6)"),
    ]
    legend_below(axes, handles)


@style.drawing
def by_rule(data: xr.Dataset) -> np.ndarray:
    """Trajectories under each label rule; the published axis range is shaded.

    Returns
    -------
    (N3, label_rule) array of Axes
    """
    rules, sizes = data["label_rule"].values, data["N3"].values
    axes = style.subplots(
        len(sizes), len(rules), height=2.3 * len(sizes), sharex=True, sharey="row"
    )
    for row, (panels, N3) in enumerate(zip(axes, sizes, strict=True)):
        for ax, rule in zip(panels, rules, strict=True):
            _axis_of_figure1(ax)
            _cell(ax, data["s"].sel(N3=N3, label_rule=rule), style.colour(row))
            ax.set_title(f"{rule} labels, {style.classes(N3)}")
        panels[0].set_ylabel("singular value $s$")
    for ax in axes[-1]:
        style.time_axis(ax)
    _legend(axes)
    return axes


@style.drawing
def large_data(data: xr.Dataset) -> np.ndarray:
    """Trajectories under argmax labels with many training points, with and without noise.

    Returns
    -------
    (1, sigma x N3) array of Axes
    """
    sigmas, sizes = data["sigma"].values, data["N3"].values
    axes = style.subplots(1, len(sigmas) * len(sizes), height=2.7, sharex=True)
    pairs = [(N3, sigma) for N3 in sizes for sigma in sigmas]
    for ax, (N3, sigma) in zip(axes[0], pairs, strict=True):
        shade = style.colour(list(sizes).index(N3))
        _cell(ax, data["s_large"].sel(N3=N3, sigma=sigma), shade)
        ax.set_title(f"$N_3$ = {N3}, $\\sigma$ = {sigma:g}")
        style.time_axis(ax)
    axes[0, 0].set_ylabel("singular value $s$")
    _legend(axes)
    return axes


@style.drawing
def teacher_scan(data: xr.Dataset) -> np.ndarray:
    """Where Eq. (3) ends for other teachers, against the published axis range.

    Returns
    -------
    (1, 1) array of Axes
    """
    axes = style.subplots(height=3.2)
    ax = axes[0, 0]
    _axis_of_figure1(ax)
    styles = {"soft": "-", "argmax": ":"}
    for index, N3 in enumerate(data["N3"].values):
        for rule in data["scan_rule"].values:
            ends = data["s_end"].sel(N3=N3, scan_rule=rule)
            label = f"{rule} labels, {style.classes(N3)}"
            ax.plot(
                ends["s_bar"], ends, linestyle=styles[rule], color=style.colour(index), label=label
            )
    ax.axvline(float(data["s_bar_inferred"]), color=style.FAINT, linewidth=0.8)
    ax.set_yscale("log")
    ticks = (1, 1.6, 2, 3, 5)
    ax.set_yticks(ticks, labels=[f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    ax.set_xlabel(r"noise-free singular value $\bar s$")
    ax.set_ylabel("$s$ at the end of training")
    legend_below(axes)
    return axes


FIGURES = {
    "label-rules": by_rule,
    "label-rules-large-data": large_data,
    "label-rules-teachers": teacher_scan,
}
