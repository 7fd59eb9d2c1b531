"""Figure 3 left as published, and Figure A3."""

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.two_tasks import figures as benefits
from mtlpaper.companion import style
from mtlpaper.documents.lee2019.printed import BENEFIT_AXES


@style.drawing
def as_published(data: xr.Dataset) -> np.ndarray:
    """Segments from low to high S_B over numbers of auxiliary points, high-SNR main tasks.

    Returns
    -------
    (source, 1) array of Axes
    """
    left = benefits.Panel(
        data["MT_left"],
        "n_aux",
        "auxiliary training points $N_B$",
        "over auxiliary points",
        BENEFIT_AXES["Figure 3, left"],
    )
    return benefits.stripes_by_source([left])


@style.drawing
def in_full(data: xr.Dataset) -> np.ndarray:
    """Benefit over relatedness for every main task and number of auxiliary points.

    Returns
    -------
    (S_A, n_aux) array of Axes
    """
    return benefits.grid_of_lines(data["MT"].sel(source="ours"), "S_A", "n_aux")


FIGURES = {"auxiliary-data": as_published, "auxiliary-data-full": in_full}
