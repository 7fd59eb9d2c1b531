"""Flags against the published means, scatter over subsets, and repetitions of the protocol."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from mtlpaper.companion import style


@style.drawing
def flags(data: xr.Dataset) -> np.ndarray:
    """Chi squared of the published means, one point for each changed flag.

    Returns
    -------
    (1, 1) array of Axes
    """
    axes = style.subplots(width=6.4, height=3.8)
    ax = axes[0, 0]
    names = data["setting"].values
    ax.plot(data["chi2"], range(len(names)), "o", color=style.BLUE)
    ax.axvline(float(data["chi2_limit"]), color=style.INK, linewidth=0.8)
    ax.set_yticks(range(len(names)), [str(name) for name in names])
    ax.invert_yaxis()
    ax.set_xlim(0, None)
    ax.set_ylabel("changed flag")
    ax.set_xlabel(r"$\chi^2$ of the published means")
    return axes


@style.drawing
def joint(data: xr.Dataset) -> np.ndarray:
    """Densities of five flags, and probabilities of sizes of the test set, all free together.

    Returns
    -------
    (2, 3) array of Axes
    """
    axes = style.subplots(2, 3, height=4.6)
    for ax, name in zip(axes.flat, data["flag"].values, strict=False):
        here = data.sel(flag=name)
        ax.plot(here["tried"], here["density"], color=style.BLUE)
        for end in here["fitted"].values[1:]:
            ax.axvline(end, color=style.FAINT, linewidth=0.8)
        ax.axvline(float(here["nominal"]), color=style.INK, linewidth=0.8, linestyle=":")
        if not str(name).startswith("share"):
            low, high = here["ends"].values.tolist()
            _log(ax, np.geomspace(low, high, 3))
        ax.set_ylim(0, None)
        ax.set_xlabel(str(name))
        ax.set_ylabel("density / even")
    ax = axes[1, 2]
    ax.plot(data["n_tested"], data["size_probability"], "o", color=style.BLUE)
    _log(ax, data["n_tested"].values)
    ax.set_ylim(0, None)
    ax.set_xlabel("points of the test set")
    ax.set_ylabel("probability")
    return axes


def _log(ax: Axes, at: np.ndarray) -> None:
    """Give an axis over less than two decades its ticks."""
    ax.set_xscale("log")
    ax.minorticks_off()
    ax.set_xticks(at, [f"{float(f'{value:.3g}'):g}" for value in at.tolist()])


@style.drawing
def repetitions(data: xr.Dataset) -> np.ndarray:
    """Scatter over subsets against test points (left); closeness to the expectation (right).

    Returns
    -------
    (1, 3) array of Axes
    """
    axes = style.subplots(1, 3)
    ax = axes[0, 0]
    sizes = data["n_tested"].values
    value, low, high = (data["scatter"].sel(bound=bound) for bound in data["bound"].values)
    ax.errorbar(
        sizes, value, [value - low, high - value], fmt="o", color=style.BLUE, label="simulated"
    )
    ax.axhline(float(data["published_scatter"]), color=style.VERMILLION, label="published")
    _log(ax, sizes)
    ax.set_ylim(0, None)
    ax.set_xlabel("points of the test set")
    ax.set_ylabel("scatter over subsets (nats)")
    ax.legend(loc="upper right")
    units = {"correlation": "", "rms difference": " (nats)"}
    for ax, measure in zip(axes[0, 1:], data["measure"].values, strict=True):
        here = data.sel(measure=measure)
        mean, low, high = here["next_alike"].values
        ax.plot(0 * here["alike"], here["alike"], "o", color=style.BLUE, alpha=0.5)
        ax.errorbar([1], [mean], [[mean - low], [high - mean]], fmt="o", color=style.BLUE)
        ax.plot([2], [here["published_alike"]], "D", color=style.VERMILLION)
        ax.set_xticks(range(3), ["ours", "another", "authors"])
        ax.set_xlim(-0.5, 2.5)
        ax.set_xlabel("benefits of")
        ax.set_ylabel(f"{measure}{units[str(measure)]}")
    return axes


FIGURES = {
    "protocol-flags": flags,
    "protocol-joint": joint,
    "protocol-repetitions": repetitions,
}
