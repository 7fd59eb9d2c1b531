"""How close every setting brings the figures to the published axes."""

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.two_tasks import figures as benefits
from mtlpaper.companion import style


@style.drawing
def distances(data: xr.Dataset) -> np.ndarray:
    """Distance from the first three axes over initial scale and size, the rest at its best.

    Returns
    -------
    (1, sigma) array of Axes
    """
    sigmas = data["sigma"].values
    axes = style.subplots(1, len(sigmas), width=7.6, height=3.2, sharey=True)
    best = data["distance"].min(["inputs", "bins", "n_high"])
    for ax, sigma in zip(axes[0], sigmas, strict=True):
        for i, size in enumerate(data["size"].values):
            cell = best.sel(sigma=sigma, size=size)
            ax.plot(cell["s0"], cell, "o-", color=style.colour(i), label=f"$N_1 = N_2$ = {size}")
        ax.set_xscale("log")
        ax.set_title(f"$\\sigma$ = {sigma:g}")
        ax.set_xlabel("initial singular value $s_0$")
    axes[0, 0].set_ylabel("distance from the axes\n(in their widths)")
    axes[0, 0].set_ylim(bottom=0)
    axes[0, 0].legend(fontsize=8)
    return axes


@style.drawing
def readings(data: xr.Dataset) -> np.ndarray:
    """Benefit from an unrelated task over its SNR, under both readings of the noise.

    Returns
    -------
    (1, 1) array of Axes
    """
    axes = style.subplots(width=5.8, height=3.2)
    ax = axes[0, 0]
    ax.axhline(0, color=style.INK, linewidth=0.8)
    names = {"weight": "noise once, on the weights", "sample": "noise afresh, on every input"}
    for i, noise in enumerate(data["noise"].values):
        cell = data["harm"].sel(noise=noise)
        benefits.interval(
            ax, cell["S_B"].values, cell, style.colour(i), label=names.get(str(noise), str(noise))
        )
    ax.set_xscale("log")
    ax.set_xlabel("auxiliary task's singular value $S_B$, at $r_{AB}$ = 0")
    ax.set_ylabel(benefits.MT_LABEL)
    ax.legend(fontsize=8)
    return axes


FIGURES = {"unstated": distances, "unstated-noise": readings}
