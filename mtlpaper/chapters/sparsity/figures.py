"""Recovery of the inputs in use over numbers of points, by norm."""

import numpy as np
import xarray as xr
from matplotlib.lines import Line2D

from mtlpaper.chapters.common.figures import legend_below
from mtlpaper.chapters.common.two_tasks.figures import interval
from mtlpaper.companion import style

_SHADES = {"l1": style.BLUE, "l1/l2": style.GREEN, "l1/linf": style.VERMILLION}
_NAMES = {"l1": "lasso", "l1/l2": r"$\ell_1/\ell_2$", "l1/linf": r"$\ell_1/\ell_\infty$"}
_THETA = r"points, $n / (s \log(p - s))$"


def _legend(axes: np.ndarray) -> None:
    dashed = Line2D(
        [], [], color=style.FAINT, dashes=(3, 2), linewidth=1, label="threshold, theory"
    )
    legend_below(axes, [dashed])


def shown_overlaps(data: xr.Dataset) -> list[float]:
    """The overlaps 0, 1/3, 2/3 and 1, as far as they were measured."""
    known = data["overlap"].values
    return [float(one) for one in known if np.isclose(one * 3, round(one * 3))]


@style.drawing
def shares(data: xr.Dataset) -> np.ndarray:
    """Share recovered over the number of points at four overlaps, with the most inputs.

    Returns
    -------
    (1, overlap) array of Axes
    """
    overlaps = shown_overlaps(data)
    axes = style.subplots(1, len(overlaps), height=3.0, sharey=True)
    for ax, overlap in zip(axes[0], overlaps, strict=True):
        cell = data.isel(p=-1).sel(overlap=overlap)
        for norm in data["norm"].values:
            look = {"label": _NAMES[norm], "markersize": 3}
            share = cell["share"].sel(norm=norm)
            interval(ax, data["theta"].values, share, _SHADES[norm], **look)
            if norm != "l1/l2":  # its threshold is for tasks with the same inputs
                limit = float(cell["limit"].sel(norm=norm))
                ax.axvline(limit, color=_SHADES[norm], dashes=(3, 2), linewidth=1)
        ax.set_title(f"overlap {overlap:.2g}")
        ax.set_xlabel(_THETA, fontsize=style.SMALL)
    axes[0, 0].set_ylabel("share of pairs recovered")
    _legend(axes)
    return axes


@style.drawing
def ratios(data: xr.Dataset) -> np.ndarray:
    """Points that block norms need over those of the lasso, over the overlap.

    Returns
    -------
    (1, p) array of Axes
    """
    columns, overlap = data["p"].values, data["overlap"].values
    axes = style.subplots(
        1, len(columns), width=style.WIDE if len(columns) > 1 else 4.2, sharey=True
    )
    for ax, p in zip(axes[0], columns, strict=True):
        cell = data.sel(p=p)
        ax.axhline(1, color=style.INK, linewidth=0.8)
        ax.axvline(2 / 3, color=style.FAINT, linewidth=0.8)
        theory = cell["limit"].sel(norm="l1/linf") / cell["limit"].sel(norm="l1")
        ax.plot(overlap, theory, color=_SHADES["l1/linf"], dashes=(3, 2), linewidth=1)
        for block in data["block"].values:
            ratio = cell["ratio"].sel(block=block)
            look = {"label": _NAMES[block], "markersize": 4}
            interval(ax, overlap, ratio, _SHADES[block], **look)
        ax.set_title(f"{p} inputs")
        ax.set_xlabel(r"overlap $\alpha$")
        ax.set_ylim(bottom=0)
    axes[0, 0].set_ylabel("points for a half,\nover the lasso's")
    _legend(axes)
    return axes


@style.drawing
def same(data: xr.Dataset) -> np.ndarray:
    """Share recovered by l1/l2 and by the lasso, tasks with the same inputs, by signs.

    Returns
    -------
    (1, p) array of Axes
    """
    columns = data["p"].values
    axes = style.subplots(
        1, len(columns), width=style.WIDE if len(columns) > 1 else 4.2, sharey=True
    )
    styles = dict(zip(data["signs"].values, ("-", ":"), strict=True))
    for ax, p in zip(axes[0], columns, strict=True):
        for norm in ("l1", "l1/l2"):
            for signs, line in styles.items():
                share = data["share_same"].sel(p=p, norm=norm, signs=signs)
                look = {"label": f"{_NAMES[norm]}, {signs}", "linestyle": line, "markersize": 3}
                interval(ax, data["theta"].values, share, _SHADES[norm], **look)
        for signs in styles:
            limit = float(data["limit_same"].sel(p=p, signs=signs))
            ax.axvline(limit, color=_SHADES["l1/l2"], dashes=(3, 2), linewidth=1)
        ax.set_title(f"{p} inputs")
        ax.set_xlabel(_THETA)
    axes[0, 0].set_ylabel("share of pairs recovered")
    _legend(axes)
    return axes


FIGURES = {"sparsity": shares, "sparsity-ratio": ratios, "sparsity-same": same}
