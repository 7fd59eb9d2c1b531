"""Figure A2: Figure 2 with teachers of rank three."""

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.two_tasks import figures as benefits
from mtlpaper.companion import style
from mtlpaper.documents.lee2019.printed import BENEFIT_AXES


@style.drawing
def as_published(data: xr.Dataset) -> np.ndarray:
    """Segments over main tasks and over numbers of points, a row for each number of classes.

    The left panels show the second largest number of points.

    Returns
    -------
    (N3, 2) array of Axes
    """
    sizes = data["N3"].values
    axes = style.subplots(len(sizes), 2, height=2.6 * len(sizes) + 0.6, width=8.2, sharex="col")
    n = data["n_train"].values[-min(2, data.sizes["n_train"])]
    for row, N3 in zip(axes, sizes, strict=True):
        cell = data.sel(N3=N3)
        benefits.stripes(
            row[0], cell["MT_left"].sel(n_train=n), "S_A", BENEFIT_AXES["Figure 2, left"]
        )
        benefits.stripes(row[1], cell["MT_right"], "n_train", BENEFIT_AXES["Figure 2, right"])
        row[0].set_title(f"{style.classes(N3)}, $N$ = {n}")
        row[1].set_title(f"{style.classes(N3)}, high-SNR main tasks")
        row[0].set_ylabel(benefits.MT_LABEL)
    axes[-1, 0].set_xlabel("main task's singular value $S_A$")
    axes[-1, 1].set_xlabel("training points $N$")
    benefits.relatedness_legend(axes, data["r_AB"].values)
    return axes


FIGURES = {"rank-three": as_published}
