"""The learning-rate limit."""

import numpy as np
import xarray as xr

from mtlpaper.companion import style


@style.drawing
def convergence(data: xr.Dataset) -> np.ndarray:
    """Distance from the gradient flow against the learning rate, with a line of slope one.

    Returns
    -------
    (1, N3) array of Axes
    """
    sizes = data["N3"].values
    axes = style.subplots(1, len(sizes), height=3.1, sharey=True)
    rates = data["learning_rate"].values
    for ax, N3 in zip(axes[0], sizes, strict=True):
        cell = data.sel(N3=N3)
        for index, descent in enumerate(data["descent"].values):
            distance = cell["distance"].sel(descent=descent)
            mean = distance.mean("seed")
            shade = style.colour(index)
            for seed in distance["seed"].values:
                ax.plot(rates, distance.sel(seed=seed), ".", color=shade, alpha=0.3, markersize=4)
            ax.plot(rates, mean, "o-", color=shade, label=str(descent), markersize=4)
        base = cell["distance"].isel(descent=0).mean("seed")
        unit = float(base.sel(learning_rate=rates.max())) * rates / rates.max()
        ax.plot(rates, unit, color=style.INK, dashes=(4, 2), linewidth=1, label="slope one")
        plateau = float(cell["distance_eq3"].mean("seed"))
        ax.axhline(plateau, color=style.FAINT, linewidth=1)
        ax.annotate(
            "Eq. (3): infinite data",
            (rates.min(), plateau),
            xytext=(0, 3),
            textcoords="offset points",
            color=style.FAINT,
            fontsize=style.SMALL,
        )
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.set_title(style.classes(N3))
        ax.set_xlabel(r"learning rate $1/\tau$")
    axes[0, 0].set_ylabel("largest relative distance\nfrom the gradient flow")
    axes[0, -1].legend(loc="lower right")
    return axes


FIGURES = {"learning-rate": convergence}
