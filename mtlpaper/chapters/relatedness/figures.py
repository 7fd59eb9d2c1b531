"""Benefits against candidates for a law, and the errors of the candidates."""

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from mtlpaper.chapters.common.figures import legend_below
from mtlpaper.chapters.common.two_tasks import figures as benefits
from mtlpaper.companion import style

_ROW = 4
#: Colour and marker of the families, in the order of the dataset.
_FAMILIES = (
    (style.BLACK, "o"),
    (style.BLUE, "s"),
    (style.VERMILLION, "^"),
    (style.GREEN, "D"),
)


@style.drawing
def candidates(data: xr.Dataset) -> np.ndarray:
    """Benefit against every candidate beside the graded main task, by increasing error.

    Fewest points and the cleanest auxiliary tasks; the error named is that over all main tasks.

    Returns
    -------
    (row, column) array of Axes
        The last ones may be empty.
    """
    names = _ranked(data)
    rows = -(-len(names) // _ROW)
    axes = style.subplots(rows, _ROW, height=1.75 * rows + 0.7, sharey=True)
    cell = data.sel(main=_graded(data)).isel(n_train=0)
    for ax, name in zip(axes.flat, names, strict=False):
        _scatter(ax, cell, name)
        error = 1000 * float(data["law_error"].sel(bound="estimate", candidate=name))
        ax.set_title(f"{name}: {error:.1f} mnat", fontsize=style.SMALL)
        ax.set_xlabel(_axis_label(name), fontsize=style.SMALL)
    for ax in axes.flat[len(names) :]:
        ax.remove()
    for ax in axes[:, 0]:
        ax.set_ylabel("MT (nats)")
    legend_below(axes)
    return axes


@style.drawing
def laws(data: xr.Dataset) -> np.ndarray:
    """Benefit against the mean relatedness, the best overlap and the flow, for every main task.

    Fewest points; filled marks and a solid line for the cleanest auxiliary tasks, open ones and a
    dashed line for the noisiest.

    Returns
    -------
    (main, 3) array of Axes
    """
    best = str(data["best"].item())
    names = list(dict.fromkeys(("mean r", best, "flow (T 7b)")))
    mains = data["main"].values
    height = 1.7 * len(mains) + 0.8
    axes = style.subplots(len(mains), len(names), height=height, sharex="col", sharey="row")
    for row, main in zip(axes, mains, strict=True):
        cell = data.sel(main=main).isel(n_train=0)
        for ax, name in zip(row, names, strict=True):
            if data.sizes["S_B"] > 1:
                _scatter(ax, cell, name, place=0)
            _scatter(ax, cell, name)
        row[0].set_ylabel(f"{main}\nMT (nats)", fontsize=style.SMALL)
    for ax, name in zip(axes[0], names, strict=True):
        ax.set_title(name if name != best else f"best overlap: {name}")
    for ax, name in zip(axes[-1], names, strict=True):
        ax.set_xlabel(_axis_label(name))
    legend_below(axes)
    return axes


@style.drawing
def errors(data: xr.Dataset) -> np.ndarray:
    """Error and share of right signs of every candidate, with intervals, the least error on top.

    Returns
    -------
    (1, 2) array of Axes
    """
    names = _ranked(data)
    height = 0.24 * len(names) + 1.1
    axes = style.subplots(1, 2, height=height, narrow_height=height, sharey=True)
    y = np.arange(len(names))
    for ax, (name, factor) in zip(axes[0], (("law_error", 1000), ("law_sign", 100)), strict=True):
        _horizontal(ax, factor * data[name].sel(candidate=names), y)
    null = data["null_error"] * 1000
    axes[0, 0].axvline(float(null.sel(bound="estimate")), color=style.FAINT, dashes=(3, 2))
    axes[0, 0].set_title("dashed: no candidate at all", color=style.FAINT, fontsize=style.SMALL)
    axes[0, 0].set_yticks(y, names)
    axes[0, 0].set_ylabel("candidate")
    axes[0, 0].invert_yaxis()
    axes[0, 0].set_xlim(left=0)
    axes[0, 0].set_xlabel("rms error for families left out (mnat)")
    axes[0, 1].set_xlabel("right sign where clear (%)")
    return axes


@style.drawing
def families(data: xr.Dataset) -> np.ndarray:
    """Error of every candidate in each family, predicted from the others.

    Returns
    -------
    (1, 1) array of Axes
    """
    names = _ranked(data)
    axes = style.subplots(height=0.24 * len(names) + 1.2)
    ax, y = axes[0, 0], np.arange(len(names))
    for i, family in enumerate(data["left_out"].values):
        error = 1000 * data["family_error"].sel(left_out=family, candidate=names)
        shade, marker = _FAMILIES[i % len(_FAMILIES)]
        _horizontal(ax, error, y + 0.17 * (i - 1.5), shade, marker, label=str(family))
    ax.set_yticks(y, names)
    ax.invert_yaxis()
    ax.set_ylabel("candidate")
    ax.set_xlim(left=0)
    ax.set_xlabel("rms error in the family left out (mnat)")
    legend_below(axes)
    return axes


def _axis_label(name: str) -> str:
    return "benefit by theory (nats)" if name == "flow (T 7b)" else "overlap"


def _ranked(data: xr.Dataset) -> list[str]:
    error = data["law_error"].sel(bound="estimate")
    return [str(name) for name in error.sortby(error)["candidate"].values]


def _graded(data: xr.Dataset) -> str:
    return next(str(main) for main in data["main"].values if str(main).startswith("graded"))


def _scatter(ax: Axes, cell: xr.Dataset, name: str, place: int = -1) -> None:
    """Draw benefits beside one S_B against a candidate, and the line through them."""
    scale = cell["S_B"].values[place]
    part = cell.isel(auxiliary=np.flatnonzero(cell["scale"].values == scale))
    x = part["predictor"].sel(candidate=name)
    filled = place == -1
    ax.axhline(0, color=style.FAINT, linewidth=0.6)
    line = cell["line"].sel(candidate=name, S_B=scale)
    ends = np.array([float(x.min()), float(x.max())])
    at_ends = line.sel(coefficient="intercept").item() + line.sel(coefficient="slope").item() * ends
    ax.plot(ends, at_ends, "-" if filled else "--", color=style.FAINT, linewidth=1)
    for i, family in enumerate(dict.fromkeys(part["family"].values)):
        shade, marker = _FAMILIES[i % len(_FAMILIES)]
        of = part.isel(auxiliary=np.flatnonzero(part["family"].values == family))
        look: dict[str, Any] = {"linestyle": "none", "marker": marker, "markersize": 3.5}
        open_mark = {"markerfacecolor": "white", "markeredgewidth": 0.7}
        look |= {"label": family} if filled else open_mark
        benefits.interval(ax, of["predictor"].sel(candidate=name).values, of["MT"], shade, **look)


def _horizontal(
    ax: Axes,
    values: xr.DataArray,
    y: np.ndarray,
    shade: str = style.BLUE,
    marker: str = "o",
    label: str | None = None,
) -> None:
    value, low, high = (values.sel(bound=b).values for b in ("estimate", "low", "high"))
    ax.hlines(y, low, high, color=shade, alpha=0.45, linewidth=2)
    ax.plot(value, y, marker, color=shade, markersize=4.5, label=label)


FIGURES = {
    "relatedness-candidates": candidates,
    "relatedness-laws": laws,
    "relatedness-errors": errors,
    "relatedness-families": families,
}
