"""Figure 3 right as published, and Figure A4."""

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.two_tasks import figures as benefits
from mtlpaper.companion import style
from mtlpaper.documents.lee2019.printed import BENEFIT_AXES


@style.drawing
def as_published(data: xr.Dataset) -> np.ndarray:
    """Segments from low to high S_B over depths, and the shift from the linear student.

    Returns
    -------
    (1, 2) array of Axes
    """
    axes = style.subplots(1, 2, width=8.2, height=3.6, width_ratios=(3, 1))
    left, right = axes[0]
    students = data["student"].values
    numbered = data["MT_right"].assign_coords(student=np.arange(len(students)))
    benefits.stripes(left, numbered, "student", BENEFIT_AXES["Figure 3, right"])
    left.set_xticks(left.get_xticks(), [str(name) for name in students])
    left.set_xlabel("hidden layers")
    left.set_ylabel(benefits.MT_LABEL)
    right.axhline(0, color=style.INK, linewidth=0.8)
    benefits.interval(right, np.arange(len(students)), data["shift"], style.BLUE, linestyle="none")
    right.set_xticks(range(len(students)), [str(name).split()[0] for name in students])
    right.set_xlabel("hidden layers")
    right.set_title("mean shift (nats)")
    benefits.relatedness_legend(axes, data["r_AB"].values)
    return axes


@style.drawing
def in_full(data: xr.Dataset) -> np.ndarray:
    """Benefit over relatedness for every main task and student.

    Returns
    -------
    (S_A, student) array of Axes
    """
    return benefits.grid_of_lines(data["MT"], "S_A", "student")


FIGURES = {"depth": as_published, "depth-full": in_full}
