"""What the rule of stopping and the learning rate do to the benefit."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from mtlpaper.chapters.common.figures import legend_below
from mtlpaper.chapters.common.two_tasks import figures as benefits
from mtlpaper.companion import style


@style.drawing
def rules(data: xr.Dataset) -> np.ndarray:
    """Benefit with the time chosen on a validation set against that at the least test loss.

    Returns
    -------
    (1, 2) array of Axes
    """
    axes = style.subplots(1, 2, width=8.2, height=3.6, sharey=True, sharex=True)
    MT = data["MT_rule"].sel(bound="estimate")
    for ax, rule in zip(axes[0], data["rule"].values[1:], strict=True):
        for i, S_A in enumerate(data["S_A"].values):
            pair = [MT.sel(rule=name, S_A=S_A).values.ravel() for name in ("test", rule)]
            ax.plot(*pair, "o", color=style.colour(i), markersize=3.5, label=f"$S_A$ = {S_A:g}")
        ends = [float(MT.sel(rule="test").min()), float(MT.sel(rule="test").max())]
        ax.plot(ends, ends, color=style.INK, linewidth=0.8)
        ax.set_title(f"time chosen by {rule}")
        ax.set_xlabel("benefit at the least test loss (nats)")
    axes[0, 0].set_ylabel("benefit at the chosen time (nats)")
    axes[0, 0].legend(loc="upper left", fontsize=8)
    return axes


@style.drawing
def learning_rates(data: xr.Dataset) -> np.ndarray:
    """Benefit at several learning rates, linear students (left panels) and deep ones (right).

    Returns
    -------
    (1, points + depth) array of Axes
    """
    points, depths = data["points"].values, data["depth"].values
    axes = style.subplots(1, len(points) + len(depths), width=9.0, height=3.2, sharey=True)
    for ax, n in zip(axes[0], points, strict=False):
        _over_rates(ax, data["MT_rate"].sel(points=n), "rate")
        ax.set_title(f"linear, $N$ = {n}")
    for ax, depth in zip(axes[0, len(points) :], depths, strict=True):
        _over_rates(ax, data["MT_deep"].sel(depth=depth), "deep_rate")
        ax.set_title(f"ReLU, {depth} hidden")
    axes[0, 0].set_ylabel(benefits.MT_LABEL)
    legend_below(axes)
    return axes


def _over_rates(ax: Axes, MT: xr.DataArray, rate: str) -> None:
    ax.axhline(0, color=style.INK, linewidth=0.8)
    x = np.arange(MT.sizes[rate])
    for i, name in enumerate(MT["auxiliary"].values):
        cell = MT.sel(auxiliary=name)
        benefits.interval(ax, x, cell, style.colour(i), label=str(name), linewidth=1.2)
    ax.set_xticks(x, [str(value) for value in MT[rate].values], rotation=45, fontsize=7)
    ax.set_xlabel(r"learning rate $1/\tau$")


FIGURES = {"stopping": rules, "stopping-rates": learning_rates}
