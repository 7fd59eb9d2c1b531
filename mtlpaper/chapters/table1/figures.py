"""Table 1: the sign of the benefit over relatedness and SNR, and the effects of its rows."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from mtlpaper.chapters.common.figures import legend_below
from mtlpaper.chapters.common.two_tasks import figures as benefits
from mtlpaper.companion import style
from mtlpaper.documents.lee2019.printed import NEGLIGIBLE

#: Rows of the table: variable, what its parts are grouped by, title.
_ROWS = (
    ("row_a", "n_train", "(a) unrelated:\nbenefit"),
    ("row_b", "n_train", "(b) related:\nhigh minus low $S_B$"),
    ("row_c_grows", "n_limited", "(c) as printed:\nweakly minus unrelated"),
    ("row_c_harms", "n_limited", "(c) as explained, weakly\nrelated: high minus low $S_B$"),
    ("row_d", "S_A", "(d) abundant data:\nbenefit"),
)
_BOUNDED = ("row_a", "row_d")
_GROUP = {"n_train": "training points $N$", "n_limited": "training points $N$", "S_A": "$S_A$"}


@style.drawing
def phase(data: xr.Dataset) -> np.ndarray:
    """Benefit over (r_AB, S_B), measured above theory, for every main task and number of points.

    Returns
    -------
    (2 S_A, n_train) array of Axes
    """
    mains, points = data["S_A"].values, data["n_train"].values
    n = 2 * len(mains)
    axes = style.subplots(n, len(points), height=max(3.0, 1.25 * n + 0.9), sharex=True, sharey=True)
    sources = (("MT", "measured"), ("MT_theory", "theory (T 7b)"))
    for i, S_A in enumerate(mains):
        largest = float(np.abs(data["MT"].sel(bound="estimate", S_A=S_A)).max()) or 1.0
        for j, (name, label) in enumerate(sources):
            row = axes[2 * i + j]
            for ax, N in zip(row, points, strict=True):
                cell = data[name].sel(S_A=S_A, n_train=N)
                image = benefits.heat_map(ax, cell, largest)
                _sign_change(ax, cell.sel(bound="estimate").transpose("S_B", "r_AB"))
            row[0].set_ylabel(f"$S_A$ = {S_A:g}, {label}\n$S_B$", fontsize=style.SMALL)
        style.colour_bar(image, axes[2 * i : 2 * i + 2], "MT (nats)")
    for ax, N in zip(axes[0], points, strict=True):
        ax.set_title(f"$N$ = {N}")
    for ax in axes[-1]:
        ax.set_xlabel("$r_{AB}$")
        ax.tick_params(axis="x", rotation=60)
    return axes


def _sign_change(ax: Axes, value: xr.DataArray) -> None:
    """Draw the line on which the benefit changes its sign, if it does."""
    if float(value.min()) < 0 < float(value.max()) and min(value.shape) > 1:
        ax.contour(value, levels=[0.0], colors=style.INK, linewidths=1.4)


@style.drawing
def rows(data: xr.Dataset) -> np.ndarray:
    """Effects that the rows of Table 1 speak of, one point for each cell of the grid.

    Returns
    -------
    (1, 5) array of Axes
    """
    axes = style.subplots(1, len(_ROWS), height=5.2, columns=3)
    for ax, (name, group, title) in zip(axes[0], _ROWS, strict=True):
        _strip(ax, data[name], group)
        if name in _BOUNDED:
            ax.axhspan(-NEGLIGIBLE, NEGLIGIBLE, color="#DDDDDD", zorder=0, linewidth=0)
        ax.axhline(0, color=style.INK, linewidth=0.8)
        ax.set_title(title, fontsize=style.SMALL)
        ax.set_xlabel(_GROUP[group])
    axes[0, 0].set_ylabel("effect (nats)")
    handles = [
        Line2D([], [], color=style.BLUE, marker="o", linestyle="", markersize=3, label="measured"),
        Line2D([], [], color=style.VERMILLION, marker="_", linestyle="", label="theory (T 7b)"),
    ]
    legend_below(axes, handles)
    return axes


def _strip(ax: Axes, effect: xr.DataArray, group: str) -> None:
    """Draw all cells of an effect side by side, by the values of one coordinate."""
    values = effect[group].values
    for i, value in enumerate(values):
        cell = effect.sel({group: value})
        rest = [dim for dim in cell.dims if dim not in ("bound", "source")]
        flat = cell.stack(cell=rest)
        x = i + np.linspace(-0.38, 0.38, flat.sizes["cell"])
        seen = flat.sel(source="measured")
        benefits.interval(ax, x, seen, style.BLUE, linestyle="", markersize=2.2)
        theory = flat.sel(source="theory", bound="estimate")
        ax.plot(x, theory, "_", color=style.VERMILLION, markersize=4, zorder=3)
    ax.set_xticks(range(len(values)), [f"{value:g}" for value in values])
    ax.set_xlim(-0.6, len(values) - 0.4)


FIGURES = {"table1-phase": phase, "table1-rows": rows}
