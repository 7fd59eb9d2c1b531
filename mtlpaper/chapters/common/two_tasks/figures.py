"""The multitask benefit drawn: segments in stripes as published, lines, heat maps."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.container import ErrorbarContainer
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D

from mtlpaper.chapters.common.figures import legend_below
from mtlpaper.companion import style

MT_LABEL = r"benefit $MT_{A\leftarrow B}$ (nats)"
R_LABEL = r"relatedness $r_{AB}$"


def stripes(ax: Axes, MT: xr.DataArray, axis: str, published: tuple[float, float]) -> None:
    """Draw low and high S_B as the ends of line segments, in alternating stripes, as published.

    Parameters
    ----------
    ax : Axes
    MT : xarray.DataArray
        Over (bound, `axis`, snr, r_AB).
    axis : str
        What the stripes stand for.
    published : tuple of float
        First and last tick of the published axis, drawn at the right edge.
    """
    groups, levels = MT[axis].values, MT["r_AB"].values
    room = len(levels) + 1.0
    for i, group in enumerate(groups):
        if i % 2:
            ax.axvspan(i * room - 0.5, (i + 1) * room - 0.5, color="#EEEEEE", linewidth=0)
        for j, (r_AB, shade) in enumerate(zip(levels, style.ordered(len(levels)), strict=True)):
            cell = MT.sel({axis: group, "r_AB": r_AB})
            x = i * room + j + np.array([0.15, 0.85])
            interval(ax, x, cell, shade)
    ax.axhline(0, color=style.INK, linewidth=0.8)
    ax.set_xticks(
        [(i + 0.5) * room - 0.5 for i in range(len(groups))], [_tick(group) for group in groups]
    )
    ax.tick_params(axis="x", length=0)
    ax.set_xlim(-0.5, len(groups) * room - 0.5)
    _published(ax, published)


@dataclass(frozen=True)
class Panel:
    """A panel of a published figure.

    Attributes
    ----------
    MT : xarray.DataArray
        Over (bound, source, `axis`, snr, r_AB).
    axis, label, title : str
        What the stripes stand for, how that is written, and what the panel shows.
    published : tuple of float
        First and last tick of the published axis.
    """

    MT: xr.DataArray
    axis: str
    label: str
    title: str
    published: tuple[float, float]


#: What the sources of a number are called in figures and tables.
SOURCE_NAMES = {
    "published": "the authors' rows",
    "ours": "our networks",
    "text": "our networks, by the text",
}


def stripes_by_source(panels: Sequence[Panel]) -> np.ndarray:
    """Draw `stripes` of each panel, one row of panels for each source, with common axes.

    Returns
    -------
    (source, panel) array of Axes
    """
    sources = panels[0].MT["source"].values
    axes = style.subplots(
        len(sources),
        len(panels),
        height=2.3 * len(sources) + 1.0,
        sharex="col",
        sharey="col",
    )
    for column, panel in zip(axes.T, panels, strict=True):
        for ax, source in zip(column, sources, strict=True):
            stripes(ax, panel.MT.sel(source=source), panel.axis, panel.published)
            ax.set_title(f"{panel.title}: {SOURCE_NAMES[source]}", fontsize=9)
        column[-1].set_xlabel(panel.label)
    for ax in axes[:, 0]:
        ax.set_ylabel("benefit (nats)")
    _relatedness_legend(axes, panels[0].MT["r_AB"].values)
    return axes


def _published(ax: Axes, published: tuple[float, float]) -> None:
    """Mark the published range at the right edge, outside of the data."""
    transform = ax.get_yaxis_transform()
    ax.plot([1.015, 1.015], published, transform=transform, clip_on=False, color=style.VERMILLION)


def interval(
    ax: Axes, x: np.ndarray, MT: xr.DataArray, shade: Any, **options: Any
) -> ErrorbarContainer:
    """Draw estimates with their intervals over `x`, joined by a line."""
    value, low, high = (MT.sel(bound=b).values for b in ("estimate", "low", "high"))
    settings: dict[str, Any] = {"linewidth": 1.6, "marker": "o", "markersize": 2.5} | options
    return ax.errorbar(
        x,
        value,
        yerr=[value - low, high - value],
        color=to_rgba(shade),
        ecolor=to_rgba(shade, 0.5),
        elinewidth=1,
        **settings,
    )


def _tick(value: object) -> str:
    return (
        f"{value:.2g}" if isinstance(value, int | float | np.number) and value < 100 else str(value)
    )


def _relatedness_legend(axes: np.ndarray, levels: np.ndarray) -> None:
    """Name the colours below the figure, and the mark of the published range."""
    handles = [
        Line2D([], [], color=shade, marker="o", markersize=3, label=f"$r_{{AB}}$ = {r:g}")
        for r, shade in zip(levels, style.ordered(len(levels)), strict=True)
    ]
    handles.append(Line2D([], [], color=style.VERMILLION, label="published axis"))
    legend_below(axes, handles)


def lines(ax: Axes, MT: xr.DataArray, theory: xr.DataArray | None = None) -> None:
    """Draw the benefit over r_AB, one line with intervals for each S_B.

    Parameters
    ----------
    ax : Axes
    MT : xarray.DataArray
        Over (bound, S_B, r_AB).
    theory : xarray.DataArray, optional
        Over (S_B, r_AB), drawn dashed.
    """
    ax.axhline(0, color=style.INK, linewidth=0.8)
    levels, x = MT["S_B"].values, MT["r_AB"].values
    for S_B, shade in zip(levels, style.ordered(len(levels)), strict=True):
        interval(ax, x, MT.sel(S_B=S_B), shade, label=f"$S_B$ = {S_B:g}", linewidth=1.2)
        if theory is not None:
            ax.plot(x, theory.sel(S_B=S_B), color=shade, dashes=(3, 2), linewidth=1)


def telling(MT: xr.DataArray) -> xr.DataArray:
    """Leave main tasks out whose benefit is nowhere a twentieth of the largest: flat panels.

    Parameters
    ----------
    MT : xarray.DataArray
        Over S_A and more, maybe ``bound``.
    """
    if "S_A" not in MT.dims:
        return MT
    size = abs(MT.sel(bound="estimate") if "bound" in MT.dims else MT)
    largest = size.max([dim for dim in size.dims if dim != "S_A"])
    return MT.isel(S_A=np.flatnonzero(largest >= 0.05 * largest.max()))


def grid_of_lines(
    MT: xr.DataArray, rows: str, columns: str, theory: xr.DataArray | None = None
) -> np.ndarray:
    """Draw `lines` for every value of two dimensions; a row shares its vertical axis.

    Main tasks that are nowhere `telling` are left out.

    Returns
    -------
    (rows, columns) array of Axes
    """
    MT = telling(MT)
    height = max(2.6, 1.35 * MT.sizes[rows] + 0.9)
    axes, cells = _panels(MT, rows, columns, "MT (nats)", height=height, sharey="row")
    for ax, cell in cells:
        lines(ax, MT.sel(cell), None if theory is None else theory.sel(cell))
    dashed = Line2D([], [], color=style.FAINT, dashes=(3, 2), linewidth=1, label="theory, (T 7b)")
    legend_below(axes, [] if theory is None else [dashed])
    return axes


def grid_of_maps(MT: xr.DataArray, rows: str, columns: str, label: str = MT_LABEL) -> np.ndarray:
    """Draw heat maps over r_AB and S_B for every value of two dimensions, on one scale.

    Cells whose interval contains zero are dotted; main tasks that are nowhere `telling` are left
    out.

    Parameters
    ----------
    MT : xarray.DataArray
        Over (bound, `rows`, `columns`, S_B, r_AB).
    label : str
        Of the colours.

    Returns
    -------
    (rows, columns) array of Axes
    """
    MT = telling(MT)
    height = max(2.8, 1.25 * MT.sizes[rows] + 0.8)
    axes, cells = _panels(MT, rows, columns, "$S_B$", height=height, sharey=True)
    largest = float(np.abs(MT.sel(bound="estimate")).max()) or 1.0
    image: AxesImage | None = None
    for ax, cell in cells:
        image = heat_map(ax, MT.sel(cell), largest)
    assert image is not None  # there is a cell in every grid
    style.colour_bar(image, axes, label)
    return axes


def heat_map(ax: Axes, MT: xr.DataArray, largest: float) -> AxesImage:
    """Draw the benefit over r_AB and S_B; cells whose interval contains zero are dotted.

    Parameters
    ----------
    ax : Axes
    MT : xarray.DataArray
        Over (bound, S_B, r_AB).
    largest : float
        Absolute benefit, in nats, at which the colours end.
    """
    value, low, high = (MT.sel(bound=b).transpose("S_B", "r_AB") for b in MT["bound"].values)
    image = ax.imshow(
        value, origin="lower", aspect="auto", cmap=style.HARM_TO_HELP, vmin=-largest, vmax=largest
    )
    y, x = np.nonzero(((low <= 0) & (high >= 0)).values)
    ax.plot(x, y, ".", color=style.FAINT, markersize=2)
    ax.set_xticks(range(MT.sizes["r_AB"]), [f"{r:g}" for r in MT["r_AB"].values])
    ax.set_yticks(range(MT.sizes["S_B"]), [f"{s:g}" for s in MT["S_B"].values])
    return image


_NAMES = {"n_train": "$N$", "n_aux": "$N_B$", "S_A": "$S_A$", "student": "layers:"}


def _shown(name: str, value: object) -> str:
    text = f"{value:g}" if isinstance(value, int | float | np.number) else str(value)
    return f"{_NAMES[name]} {text}" if name == "student" else f"{_NAMES[name]} = {text}"


def _panels(
    MT: xr.DataArray, rows: str, columns: str, quantity: str, **look: Any
) -> tuple[np.ndarray, list[tuple[Axes, dict[str, Any]]]]:
    """Make and label a panel for every value of two dimensions, each with its coordinates."""
    down, across = MT[rows].values, MT[columns].values
    axes = style.subplots(len(down), len(across), sharex=True, **look)
    for ax, column in zip(axes[0], across, strict=True):
        ax.set_title(_shown(columns, column))
    for ax, row in zip(axes[:, 0], down, strict=True):
        ax.set_ylabel(f"{_shown(rows, row)}\n{quantity}", fontsize=style.SMALL)
    for ax in axes[-1]:
        ax.set_xlabel("$r_{AB}$")
    coordinates = [{rows: row, columns: column} for row, column in product(down, across)]
    return axes, list(zip(axes.flat, coordinates, strict=True))
