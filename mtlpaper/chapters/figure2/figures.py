"""Figure 2 as published, in a form that is easier to read, and learning curves behind it."""

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.two_tasks import figures as benefits
from mtlpaper.companion import style
from mtlpaper.documents.lee2019.printed import BENEFIT_AXES


@style.drawing
def as_published(data: xr.Dataset) -> np.ndarray:
    """Segments from low to high S_B over main tasks (left) and numbers of points (right).

    Returns
    -------
    (source, 2) array of Axes
    """
    left = benefits.Panel(
        data["MT_left"],
        "S_A",
        "main task's singular value $S_A$",
        "over main tasks",
        BENEFIT_AXES["Figure 2, left"],
    )
    right = benefits.Panel(
        data["MT_right"],
        "n_right",
        "training points $N$",
        "over points",
        BENEFIT_AXES["Figure 2, right"],
    )
    return benefits.stripes_by_source([left, right])


@style.drawing
def in_full(data: xr.Dataset) -> np.ndarray:
    """Benefit over relatedness for every main task and number of points, lines for S_B.

    Returns
    -------
    (n_train, S_A) array of Axes
    """
    return benefits.grid_of_lines(data["MT"].sel(source="ours"), "n_train", "S_A")


@style.drawing
def learning_curves(data: xr.Dataset) -> np.ndarray:
    """Generalisation loss of one main task against time, alone and beside extreme auxiliary tasks.

    Returns
    -------
    (1, 1) array of Axes
    """
    axes = style.subplots(height=3.2)
    ax = axes[0, 0]
    for i, name in enumerate(data["network"].values):
        curve = data["curve"].sel(network=name).dropna("time")
        alone = name == "alone"
        shade = style.INK if alone else style.colour(i - 1)
        ax.plot(curve["time"], curve, color=shade, label=str(name), zorder=3 if alone else 2)
        least = curve.isel(time=int(curve.argmin("time")))
        ax.plot(least["time"], least, "o", color=shade, markersize=4)
    ax.set_xscale("symlog", linthresh=1)
    style.time_axis(ax)
    ax.set_ylabel("generalisation loss (nats)")
    ax.legend(loc="upper right")
    return axes


FIGURES = {
    "figure2": as_published,
    "figure2-lines": in_full,
    "figure2-curves": learning_curves,
}
