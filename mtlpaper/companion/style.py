"""The look of every figure, defined once: fonts, lines, and a palette for all eyes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes

#: Okabe and Ito's colours, distinguishable with any colour vision.
BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILLION, PURPLE = (
    "#000000",
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#F0E442",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
)
#: Ink of axes and text, and of what recedes.
INK, FAINT = "#222222", "#8A8A8A"
#: Curves that stand for numbers of classes or inputs, in the order they are listed.
CYCLE = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)

RC: Any = {  # matplotlib types the keys one by one
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "legend.handlelength": 2.4,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "figure.constrained_layout.use": True,
}


def subplots(
    nrows: int = 1, ncols: int = 1, *, width: float = 7.4, height: float = 3.2, **options: Any
) -> np.ndarray:
    """Make a figure; call it from a function decorated with `drawing`.

    Parameters
    ----------
    nrows, ncols : int
    width, height : float
        Inches.
    **options
        Passed to `matplotlib.pyplot.subplots`.

    Returns
    -------
    (nrows, ncols) array of Axes
    """
    _, axes = plt.subplots(nrows, ncols, figsize=(width, height), squeeze=False, **options)
    return np.asarray(axes)


def drawing(function: Callable[[xr.Dataset], np.ndarray]) -> Callable[[xr.Dataset], np.ndarray]:
    """Let a function that turns a dataset into Axes draw in the house style."""

    @wraps(function)
    def styled(data: xr.Dataset) -> np.ndarray:
        with house_style():
            axes = function(data)
            axes.flat[0].figure.draw_without_rendering()  # lay out while the style holds
            return axes

    return styled


@contextmanager
def house_style() -> Iterator[None]:
    """Let matplotlib draw by its defaults and `RC` alone, whatever the user has set it to."""
    with plt.style.context(RC, after_reset=True):
        yield


def colour(index: int) -> str:
    """Return the colour of the curve number `index` (cyclic)."""
    return CYCLE[index % len(CYCLE)]


def band(ax: Axes, samples: xr.DataArray, shade: str, **line: Any) -> None:
    """Draw the mean over `seed` against `time`, and a band of one standard deviation."""
    mean, spread = samples.mean("seed"), samples.std("seed", ddof=1)
    t = samples["time"].values
    ax.fill_between(t, mean - spread, mean + spread, color=shade, alpha=0.2, linewidth=0)
    ax.plot(t, mean, color=shade, **line)


def label_ends(ax: Axes, ends: Sequence[tuple[float, float, str, str]]) -> None:
    """Write a label to the right of the end of each curve: (x, y, text, colour)."""
    for x, y, text, shade in ends:
        ax.annotate(
            text, (x, y), xytext=(5, 0), textcoords="offset points", color=shade, va="center"
        )


def classes(N3: int) -> str:
    """Return "2 classes"."""
    return f"{N3} classes"


def time_axis(ax: Axes) -> None:
    """Label the horizontal axis as time in units of tau."""
    ax.set_xlabel(r"time $t/\tau$")
