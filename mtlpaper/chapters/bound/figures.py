"""Benefits of training-aligned tasks between both sides of a bound, or not."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from mtlpaper.chapters.common.figures import legend_below
from mtlpaper.chapters.common.labels import cells
from mtlpaper.chapters.common.two_tasks import figures as benefits
from mtlpaper.companion import style


@style.drawing
def sweeps(data: xr.Dataset) -> np.ndarray:
    """Benefit over relatedness within the general bound, trained and by the plane flow.

    Returns
    -------
    (label_rule, S_B) array of Axes
    """
    rules, columns = data["label_rule"].values, data["S_B"].values
    axes = style.subplots(
        len(rules), len(columns), height=2.5 * len(rules) + 0.6, sharex=True, sharey="row"
    )
    for ax, (_, cell) in zip(axes.flat, cells(data, "label_rule", "S_B"), strict=True):
        ax.axhline(0, color=style.INK, linewidth=0.8)
        for k, source in enumerate(data["source"].values):
            _within(ax, cell.sel(source=source), style.colour(k), str(source))
    for ax, S_B in zip(axes[0], columns, strict=True):
        ax.set_title(f"$S_B$ = {S_B:g}")
    for ax, rule in zip(axes[:, 0], rules, strict=True):
        ax.set_ylabel(f"{rule} labels\n{benefits.MT_LABEL}", fontsize=style.SMALL)
    for ax in axes[-1]:
        ax.set_xlabel(benefits.R_LABEL)
    legend_below(axes)
    return axes


def _within(ax: Axes, cell: xr.Dataset, shade: str, label: str) -> None:
    mean = cell[["MT", "lower", "upper"]].sel(form="general").mean("seed")
    x = cell["r_AB"].values
    ax.fill_between(x, mean["lower"], mean["upper"], color=shade, alpha=0.15, linewidth=0)
    for side in ("lower", "upper"):
        ax.plot(x, mean[side], color=shade, linewidth=0.7, alpha=0.8)
    ax.plot(x, mean["MT"], "o-", color=shade, markersize=3, linewidth=1.4, label=label)


@style.drawing
def forms(data: xr.Dataset) -> np.ndarray:
    """Both sides of every form of the bound against the benefit, one segment a pair.

    Returns
    -------
    (label_rule, form) array of Axes
    """
    rules, columns = data["label_rule"].values, data["form"].values
    axes = style.subplots(
        len(rules), len(columns), height=2.6 * len(rules) + 0.5, sharex="row", sharey="row"
    )
    for ax, (_, cell) in zip(axes.flat, cells(data, "label_rule", "form"), strict=True):
        _segments(ax, cell)
    for ax, form in zip(axes[0], columns, strict=True):
        ax.set_title(str(form), fontsize=style.SMALL)
    for ax, rule in zip(axes[:, 0], rules, strict=True):
        ax.set_ylabel(f"{rule} labels\nsides of the bound (nats)", fontsize=style.SMALL)
    for ax in axes.flat:
        ax.set_xlabel("benefit (nats)", fontsize=style.SMALL)
    handles = [
        Line2D([], [], color=style.BLUE, label="from side to side: the benefit lies between"),
        Line2D([], [], color=style.VERMILLION, label="it does not"),
        Line2D([], [], color=style.INK, linewidth=0.8, label="the benefit itself"),
    ]
    legend_below(axes, handles)
    return axes


def _segments(ax: Axes, cell: xr.Dataset) -> None:
    MT = cell["MT"].values
    low, high, outside = (
        cell[name].transpose(*cell["MT"].dims).values for name in ("lower", "upper", "outside")
    )
    ends = np.array([MT.min(), MT.max()])
    ax.plot(ends, ends, color=style.INK, linewidth=0.8)
    for chosen, shade in ((outside == 0, style.BLUE), (outside > 0, style.VERMILLION)):
        ax.vlines(MT[chosen], low[chosen], high[chosen], color=shade, linewidth=1, alpha=0.7)
        ax.plot(MT[chosen], low[chosen], "_", color=shade, markersize=3)
        ax.plot(MT[chosen], high[chosen], "_", color=shade, markersize=3)
    reach = 0.35 * (ends[1] - ends[0]) or 1e-3
    ax.set_ylim(ends[0] - reach, ends[1] + reach)
    ax.set_xlim(ends[0] - 0.1 * reach, ends[1] + 0.1 * reach)


@style.drawing
def tightness(data: xr.Dataset) -> np.ndarray:
    """Distance of the general bound's sides over the benefit's size, against that size.

    Returns
    -------
    (1, label_rule) array of Axes
    """
    rules = data["label_rule"].values
    axes = style.subplots(1, len(rules), height=3.5, sharey=True)
    general = data.sel(form="general")
    gap = general["upper"] - general["lower"]
    for ax, rule in zip(axes[0], rules, strict=True):
        for k, source in enumerate(data["source"].values):
            cell = {"label_rule": rule, "source": source}
            size = np.abs(data["MT"].sel(cell).values).ravel()
            ratio = gap.sel(cell).transpose(*data["MT"].sel(cell).dims).values.ravel() / size
            ax.plot(
                size,
                ratio,
                "o",
                color=style.colour(k),
                markersize=2.5,
                alpha=0.7,
                label=str(source),
            )
        ax.axhline(1, color=style.INK, linewidth=0.8)
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.set_title(f"{rule} labels")
        ax.set_xlabel(r"size of the benefit $|MT|$ (nats)")
    axes[0, 0].set_ylabel(r"gap of the general bound over $|MT|$")
    legend_below(axes)
    return axes


FIGURES = {"bound": sweeps, "bound-forms": forms, "bound-tightness": tightness}
