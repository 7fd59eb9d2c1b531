"""The data of Figure A2, drawn as Figure 2 is."""

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.two_tasks import figures as benefits
from mtlpaper.companion import style
from mtlpaper.documents.lee2019.printed import BENEFIT_AXES


@style.drawing
def as_figure_2(data: xr.Dataset) -> np.ndarray:
    """Segments over main tasks, at the most points, and over numbers of points.

    Returns
    -------
    (source, 2) array of Axes
    """
    n = int(data["n_train"][-1])
    left = benefits.Panel(
        data["MT_left"].sel(n_train=n),
        "S_A",
        "main task's singular value $S_A$",
        f"$N$ = {n}",
        BENEFIT_AXES["Figure 2, left"],
    )
    right = benefits.Panel(
        data["MT_right"],
        "n_train",
        "training points $N$",
        "over points",
        BENEFIT_AXES["Figure 2, right"],
    )
    return benefits.stripes_by_source([left, right])


FIGURES = {"rank-three": as_figure_2}
