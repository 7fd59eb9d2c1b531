"""What figures of several chapters share."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.artist import Artist

from mtlpaper.companion import style


def legend_below(axes: np.ndarray, also: Iterable[Artist] = (), **options: Any) -> None:
    """Name below the figure what the first panel labels, and the artists `also`.

    Parameters
    ----------
    axes : (rows, columns) array of Axes
    also : iterable of Artist
        With labels of their own.
    **options
        Of `Figure.legend`.
    """
    first = axes.flat[0]
    handles = [*first.get_legend_handles_labels()[0], *also]
    style.legend_below(first.figure, handles, **options)
