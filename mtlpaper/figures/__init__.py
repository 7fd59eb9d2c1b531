"""Figures: from a dataset to a drawing, without computation.

Each module ``mtlpaper.figures.<experiment>`` lists its functions in ``FIGURES``, by the name of
the file each figure is saved under; each takes a dataset and returns an array of Axes. Modules load
when they are first asked for.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING

from mtlpaper.settings import SETTINGS

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr
    from matplotlib.figure import Figure


# It tells of the user's configuration and of its cache, on first use: no matter of a notebook's.
logging.getLogger("matplotlib").setLevel(logging.ERROR)


class FigureError(ValueError):
    """A dataset does not say which experiment it is of, or of one that has no figures."""

    exit_code = 2


def figures_of(experiment: str) -> Mapping[str, Callable[[xr.Dataset], np.ndarray]]:
    """Return the drawing functions of an experiment by the name of the figure."""
    module = importlib.import_module(f"{__name__}.{experiment}")
    figures: Mapping[str, Callable[[xr.Dataset], np.ndarray]] = module.FIGURES
    return figures


def draw(data: xr.Dataset) -> dict[str, Figure]:
    """Draw every figure of the experiment a dataset comes from.

    Raises
    ------
    FigureError
        If the dataset's attribute ``experiment`` is missing or names none of ours.
    """
    experiment = data.attrs.get("experiment")
    if experiment not in SETTINGS:
        known = ", ".join(SETTINGS)
        raise FigureError(
            f"the attribute `experiment` of a dataset must be one of {known}, got {experiment!r}"
        )
    return {name: figure_of(function(data)) for name, function in figures_of(experiment).items()}


def figure_of(axes: np.ndarray) -> Figure:
    """Return the figure that an array of Axes belongs to."""
    figure: Figure = axes.flat[0].figure
    return figure


def __getattr__(name: str) -> ModuleType:
    """Load ``figures.figure1`` and its like when a notebook first names them."""
    if name in SETTINGS or name == "style":
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
