"""The figures of a dataset, drawn by its chapter without computation."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mtlpaper.companion import registry

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr
    from matplotlib.figure import Figure


# It tells of the user's configuration and of its cache, on first use: no matter of a notebook's.
logging.getLogger("matplotlib").setLevel(logging.ERROR)


class FigureError(ValueError):
    """A dataset does not say which experiment it is of, or of one that has no figures."""

    exit_code = 2


def draw(data: xr.Dataset) -> dict[str, Figure]:
    """Draw every figure of the experiment a dataset comes from, by the name of its file.

    Raises
    ------
    FigureError
        If the dataset's attribute ``experiment`` is missing or names none of ours.
    """
    experiment = data.attrs.get("experiment")
    chapters = registry.chapters()
    if experiment not in chapters:
        known = ", ".join(chapters)
        raise FigureError(
            f"the attribute `experiment` of a dataset must be one of {known}, got {experiment!r}"
        )
    figures = chapters[experiment].figures
    return {name: figure_of(function(data)) for name, function in figures.items()}


def figure_of(axes: np.ndarray) -> Figure:
    """Return the figure that an array of Axes belongs to."""
    figure: Figure = axes.flat[0].figure
    return figure
