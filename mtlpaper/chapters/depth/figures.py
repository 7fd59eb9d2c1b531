"""Figure 3 right as published, the shift from the linear student, and Figure A4."""

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.figures import legend_below
from mtlpaper.chapters.common.two_tasks import figures as benefits
from mtlpaper.companion import style
from mtlpaper.documents.lee2019.printed import BENEFIT_AXES


@style.drawing
def as_published(data: xr.Dataset) -> np.ndarray:
    """Segments from low to high S_B over depths.

    Returns
    -------
    (source, 1) array of Axes
    """
    panel = benefits.Panel(
        data["MT_right"],
        "student",
        "hidden layers",
        "over depths",
        BENEFIT_AXES["Figure 3, right"],
    )
    return benefits.stripes_by_source([panel])


@style.drawing
def shift(data: xr.Dataset) -> np.ndarray:
    """Benefit averaged over all tasks minus that of the linear student, over depths.

    Returns
    -------
    (1, 1) array of Axes
    """
    axes = style.subplots(width=6.2, height=2.8)
    ax = axes[0, 0]
    students = data["student"].values[1:]  # the first is the linear one
    ax.axhline(0, color=style.INK, linewidth=0.8)
    for i, (source, label) in enumerate(benefits.SOURCE_NAMES.items()):
        cell = data["shift"].sel(source=source, student=students)
        x = np.arange(len(students)) + 0.12 * (i - 1)
        benefits.interval(ax, x, cell, style.colour(i), linestyle="none", label=label)
    ax.set_xticks(range(len(students)), [str(name) for name in students])
    ax.set_xlabel("hidden layers")
    ax.set_ylabel("mean shift (nats)")
    legend_below(axes)
    return axes


@style.drawing
def in_full(data: xr.Dataset) -> np.ndarray:
    """Benefit of the main task of highest SNR over relatedness, for every N and student.

    Returns
    -------
    (n_train, student) array of Axes
    """
    return benefits.grid_of_lines(data["MT"].sel(source="ours").isel(S_A=-1), "n_train", "student")


FIGURES = {"depth": as_published, "depth-shift": shift, "depth-full": in_full}
