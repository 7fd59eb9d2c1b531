"""Soft labels with many inputs: infinite-data against finite-sample theory."""

import json
from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.companion import style

_THEORIES: dict[str, tuple[str, dict[str, Any]]] = {
    "eq3": ("Eq. (3), infinite data", {"dashes": (4, 2)}),
    "T7a": ("(T 7a), finite sample", {"linestyle": "-"}),
    "T7b": ("(T 7b), wrong for soft labels", {"dashes": (1, 1.4)}),
}
_SHADES = {"eq3": style.INK, "T7a": style.GREEN, "T7b": style.ORANGE}


@style.drawing
def trajectories(data: xr.Dataset) -> np.ndarray:
    """Trajectories at the number of inputs that the run asks to show.

    Returns
    -------
    (1, N3) array of Axes
    """
    N1 = json.loads(data.attrs["parameters"])["shown_N1"]
    sizes = data["N3"].values
    axes = style.subplots(1, len(sizes), height=3.0)
    for ax, N3 in zip(axes[0], sizes, strict=True):
        s = data["s"].sel(N1=N1, N3=N3)
        measured = s.sel(curve="sgd")
        style.band(ax, measured, style.BLUE, label="SGD ± s.d.", linewidth=2.6, alpha=0.8)
        for theory, (label, line) in _THEORIES.items():
            mean = s.sel(curve=theory).mean("seed")
            ax.plot(s["time"], mean, color=_SHADES[theory], label=label, linewidth=1.3, **line)
        # The wrong theory may leave the picture; the others may not.
        inside = s.sel({"curve": ["sgd", "eq3", "T7a"]}).mean("seed")
        ax.set_ylim(0.97, float(inside.max()) * 1.12)
        ax.set_title(f"{style.classes(N3)}, {N1} inputs")
        style.time_axis(ax)
    axes[0, 0].set_ylabel("largest singular value $s$")
    axes[0, 0].legend(loc="lower right")
    return axes


@style.drawing
def gaps(data: xr.Dataset) -> np.ndarray:
    """Largest relative gap of Eq. (3) and (T 7a) against the number of inputs.

    Returns
    -------
    (1, N3) array of Axes
    """
    sizes = data["N3"].values
    axes = style.subplots(1, len(sizes), height=2.8, sharey=True)
    for ax, N3 in zip(axes[0], sizes, strict=True):
        for theory in ("eq3", "T7a"):
            gap = 100 * data["gap"].sel(N3=N3, theory=theory)
            low, high = gap.sel(bound="low"), gap.sel(bound="high")
            label, _ = _THEORIES[theory]
            ax.plot(gap["N1"], gap.sel(bound="estimate"), "o-", color=_SHADES[theory], label=label)
            ax.fill_between(gap["N1"], low, high, color=_SHADES[theory], alpha=0.15, linewidth=0)
        ax.set_xscale("log")
        ax.set_xticks(data["N1"].values, labels=[str(N1) for N1 in data["N1"].values])
        ax.minorticks_off()
        ax.set_ylim(bottom=0)
        ax.set_xlabel("inputs $N_1$")
        ax.set_title(style.classes(N3))
    axes[0, 0].set_ylabel("largest gap to SGD (%)")
    axes[0, 0].legend(loc="upper left")
    return axes


FIGURES = {"finite-data": trajectories, "finite-data-gaps": gaps}
