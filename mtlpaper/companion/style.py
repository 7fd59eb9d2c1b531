"""The look of every figure, defined once: fonts, lines, a palette for all eyes, and its size.

A figure is drawn for a page's column, and once more for narrow windows, where its panels stand
below each other. Its function notices nothing: `subplots` gives it the same array of Axes, and
`drawing` puts them into their places.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial, wraps
from textwrap import fill
from typing import Any, Literal

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.axis import Axis, YAxis
from matplotlib.colorbar import Colorbar
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.legend import Legend
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator

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
#: Inches across: what a page's column shows without shrinking it at most widths, and a phone.
WIDE, NARROW = 6.8, 3.3
#: Points of text that must be small; what the column shrinks most is still nine pixels high.
SMALL = 8
FORMULA = re.compile(r"\$[^$]*\$")
#: Ink of axes and text, and of what recedes.
INK, FAINT = "#222222", "#8A8A8A"
#: What helps and what harms, here and in maps, where white is neither.
HELP, HARM = BLUE, VERMILLION
HARM_TO_HELP = LinearSegmentedColormap.from_list("harm to help", [HARM, "white", HELP])
#: Curves of different kinds, in the order they are listed; ordered ones have `ordered` colours.
CYCLE = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)

RC: Any = {  # matplotlib types the keys one by one
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 9,
    "legend.fontsize": SMALL,
    "legend.title_fontsize": SMALL,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
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


_narrow: ContextVar[bool] = ContextVar("narrow", default=False)


class HouseFigure(Figure):
    """A figure that can be drawn for a narrow window, too.

    Attributes
    ----------
    panels : array of Axes
    columns : int
        Panels side by side.
    panel_height : float
        Inches.
    redraw : callable
        Draws the figure anew.
    """

    panels: np.ndarray
    columns: int
    panel_height: float
    redraw: Callable[[], np.ndarray]


def subplots(
    nrows: int = 1,
    ncols: int = 1,
    *,
    width: float = WIDE,
    height: float = 3.2,
    columns: int | None = None,
    narrow: int | None = None,
    narrow_height: float | None = None,
    **options: Any,
) -> np.ndarray:
    """Make a figure; call it from a function decorated with `drawing`.

    Parameters
    ----------
    nrows, ncols : int
    width, height : float
        Inches.
    columns : int, optional
        Panels of one row that stand side by side; `ncols` by default.
    narrow : int, optional
        The same where the window is narrow; by default 1, and 2 or 3 of more than 6 or 12 panels.
        Of several rows, each must fill whole lines.
    narrow_height : float, optional
        Inches of a panel there.
    **options
        Passed to `matplotlib.pyplot.subplots`.

    Returns
    -------
    (nrows, ncols) array of Axes
    """
    columns, panel = columns or ncols, height / -(-nrows * ncols // (columns or ncols))
    if _narrow.get():
        several = nrows * ncols > 1
        columns = narrow or _side_by_side(nrows, ncols)
        width = min(width, NARROW)
        panel = narrow_height or (min(panel, 0.4 + 0.6 * width / columns) if several else panel)
        options.pop("width_ratios", None)
    size = (width, panel * -(-nrows * ncols // columns))
    options |= {"figsize": size, "squeeze": False, "FigureClass": HouseFigure}
    figure, axes = plt.subplots(nrows, ncols, **options)
    figure.panels, figure.columns, figure.panel_height = axes, columns, panel
    return np.asarray(axes)


def _side_by_side(nrows: int, ncols: int) -> int:
    most = 1 + (nrows * ncols > 6) + (nrows * ncols > 12)
    return max(n for n in range(1, most + 1) if ncols % n == 0)


def drawing(function: Callable[[xr.Dataset], np.ndarray]) -> Callable[[xr.Dataset], np.ndarray]:
    """Let a function that turns a dataset into Axes draw in the house style."""

    @wraps(function)
    def styled(data: xr.Dataset) -> np.ndarray:
        with house_style():
            axes = function(data)
            figure = axes.flat[0].figure
            if isinstance(figure, HouseFigure):
                figure.redraw = partial(styled, data)
                _place(figure)
            figure.draw_without_rendering()  # lay out while the style holds
            axises = [axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)]
            if sum(map(_thin, axises)) + _wrap(figure):
                figure.draw_without_rendering()
            return axes

    return styled


def narrowed(figure: HouseFigure) -> HouseFigure:
    """Draw the figure once more, for a narrow window."""
    token = _narrow.set(True)
    try:
        narrow: HouseFigure = figure.redraw().flat[0].figure
        return narrow
    finally:
        _narrow.reset(token)


def _place(figure: HouseFigure) -> None:
    """Put the panels into lines, and label those whose neighbours went elsewhere."""
    axes, columns = figure.panels, figure.columns
    there = [(at, ax) for at, ax in np.ndenumerate(axes) if ax.figure is not None]
    lines = -(-len(there) // columns)
    if columns != axes.shape[1]:
        for (_, j), ax in there:
            size = SMALL if columns > 1 and _narrow.get() else None
            ax.set_title(ax.get_title("left") or axes[0, j].get_title("left"), fontsize=size)
            ax.set_xlabel(ax.get_xlabel() or axes[-1, j].get_xlabel())
        for (i, _), ax in there:
            ax.set_ylabel(ax.get_ylabel() or axes[i, 0].get_ylabel())
        grid, placed = figure.add_gridspec(lines, columns), [ax for _, ax in there]
        for n, ax in enumerate(placed):
            ax.set_subplotspec(grid[divmod(n, columns)])
            below = placed[n + columns :][:1] if columns > 1 else []
            beside = [placed[n - 1]] if n % columns else []
            _label(ax, "x", any(ax.get_shared_x_axes().joined(ax, one) for one in below))
            _label(ax, "y", any(ax.get_shared_y_axes().joined(ax, one) for one in beside))
    if _narrow.get():  # what stands below the panels takes nothing of their height
        legends = sum(one.get_window_extent().height / figure.dpi for one in figure.legends)
        bars = 0.6 * (len(figure.axes) - len(there))
        height = figure.panel_height * lines + legends + bars
        figure.set_size_inches(figure.get_figwidth(), height)


def _label(ax: Axes, which: Literal["x", "y"], told: bool) -> None:
    """Label an axis and its ticks, unless the neighbour that shares it tells."""
    side = {"x": "labelbottom", "y": "labelleft"}[which]
    ax.tick_params(axis=which, **{side: not told})
    if told:
        getattr(ax, f"set_{which}label")("")


def _wrap(figure: Figure) -> bool:
    """Break titles and labels that do not fit between their panels' neighbours into lines."""
    panels = [ax for ax in figure.axes if ax.get_subplotspec() is not None]
    boxes = np.array([ax.get_window_extent().get_points() for ax in panels]).reshape(-1, 2, 2)
    ends, starts, centres = figure.bbox.size, boxes[:, 0], boxes.mean(1)
    broken = False
    for ax, start, centre in zip(panels, starts, centres, strict=True):
        apart = np.abs(centres - centre)
        room = np.where(apart > 1, apart, np.inf).min(0)
        room = np.minimum(room, 2 * np.minimum(centre, ends - centre))
        further = starts[starts[:, 0] > start[0] + 1, 0]
        titles = [one for one in ax.get_children() if isinstance(one, Text)]
        for title in titles:
            if title.get_text() == ax.get_title("left"):
                broken |= _broken(title, min(further, default=ends[0]) - start[0], "width")
        broken |= _broken(ax.xaxis.label, room[0], "width")
        broken |= _broken(ax.yaxis.label, room[1], "height")
    return broken


def _broken(text: Text, room: float, along: str) -> bool:
    lines = text.get_text().split("\n")
    size = getattr(text.get_window_extent(), along) + 4
    if size <= room or not any(lines):
        return False
    # Formulas stay whole.
    whole = [FORMULA.sub(lambda found: found[0].replace(" ", "\0"), line) for line in lines]
    length = max(1, int(max(map(len, whole)) * room / size))
    text.set_text("\n".join(fill(line, length, break_long_words=False) for line in whole))
    text.set_text(text.get_text().replace("\0", " "))
    return True


def _thin(axis: Axis) -> bool:
    """Take numbers away that would overlap others; the first and the last one stay."""
    if not isinstance(axis.get_major_locator(), FixedLocator):
        return False
    shown = [label for label in axis.get_ticklabels() if label.get_visible() and label.get_text()]
    if len(shown) < 3 or any(label.get_rotation() for label in shown):
        return False
    if any(re.search("[A-Za-z]{2}", FORMULA.sub("", label.get_text())) for label in shown):
        return False  # names: none can be told from its neighbours
    places = axis.get_ticklocs()
    names = [label.get_text() for label in axis.get_ticklabels()]
    along = int(isinstance(axis, YAxis))
    boxes = [label.get_window_extent().get_points()[:, along] for label in axis.get_ticklabels()]
    kept: list[int] = []
    for n in (0, len(boxes) - 1, *range(1, len(boxes) - 1)):
        low, high = boxes[n]
        if all(high + 4 < boxes[other][0] or boxes[other][1] + 4 < low for other in kept):
            kept.append(n)
    if len(kept) == len(boxes):
        return False
    kept.sort()
    axis.set_ticks([places[n] for n in kept], labels=[names[n] for n in kept])
    return True


def legend_below(figure: Figure, handles: Sequence[Any], **options: Any) -> Legend:
    """Name artists below a figure, in as few lines as its width allows."""
    options |= {"handles": handles, "loc": "outside lower center"}
    width = figure.get_figwidth() * figure.dpi
    for lines in range(1, len(handles) + 1):
        legend = figure.legend(ncols=-(-len(handles) // lines), **options)
        if lines == len(handles) or legend.get_window_extent().width <= width:
            break
        legend.remove()
    return legend


def colour_bar(image: AxesImage, axes: np.ndarray, label: str) -> Colorbar:
    """Explain the colours of maps beside them, or below them where the window is narrow."""
    figure = axes.flat[0].figure
    if _narrow.get():
        bar = figure.colorbar(image, ax=axes, location="bottom", aspect=30, pad=0.01)
        places = bar.get_ticks()
        bar.set_ticks(places[:: 1 + (len(places) > 7)])
    else:
        bar = figure.colorbar(image, ax=axes, aspect=30, pad=0.01)
    bar.set_label(label)
    return bar


@contextmanager
def house_style() -> Iterator[None]:
    """Let matplotlib draw by its defaults and `RC` alone, whatever the user has set it to."""
    with plt.style.context(RC, after_reset=True):
        yield


def colour(index: int) -> str:
    """Return the colour of the curve number `index` (cyclic)."""
    return CYCLE[index % len(CYCLE)]


def ordered(n: int) -> list[str]:
    """Return a colour for each of `n` values of an ordered quantity, from dark to bright.

    The brightest can still be read on white.
    """
    return [to_hex(shade) for shade in plt.get_cmap("viridis")(np.linspace(0, 0.72, n))]


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
