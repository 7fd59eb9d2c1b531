"""The curves of both sides over the same axes, as pictures to be set into a page."""

from __future__ import annotations

import io
import re
import textwrap

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from mtlpaper.companion import style
from mtlpaper.companion.comparison.panels import Line, Plot, with_unit

_WIDTH, _HEIGHT = 2.7, 2.5  # inches of a panel
_LEAST_WIDTH = 4.4  # inches of a picture, to leave room for its legend
_LETTER, _HANDLE = 0.075, 0.6  # inches that a letter and a legend's line take, roughly
#: A picture whose numbers span more than this, unevenly, has a logarithmic axis.
_WIDE = 20.0
_MAX_POINTS_MARKED = 12


def svg(plot: Plot, prefix: str) -> str:
    """Draw a variable's panels as SVG to be set into HTML.

    Parameters
    ----------
    plot : Plot
    prefix : str
        Put before every identifier: a page holds many pictures and each name only once.

    Returns
    -------
    str
        Ink and background are the page's own, so that it reads on dark and on light ones.
    """
    buffer = io.StringIO()
    with style.house_style(), mpl.rc_context({"svg.hashsalt": prefix}):
        figure = _figure(plot)
        figure.savefig(
            buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None}
        )
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{prefix}-", text)
    return re.sub(style.INK, "currentColor", text, flags=re.IGNORECASE)


def _figure(plot: Plot) -> Figure:
    n = len(plot.panels)
    titles = [textwrap.wrap(panel.title, int(_WIDTH / _LETTER)) for panel in plot.panels]
    legend = _legend(plot)
    width = max(_WIDTH * n + 0.6, _LEAST_WIDTH)
    columns = max(
        1, int(width / (_HANDLE + _LETTER * max(len(str(h.get_label())) for h in legend)))
    )
    rows = max(map(len, titles)) + len(legend) / columns
    figure = Figure(figsize=(width, _HEIGHT + 0.17 * rows))
    row = figure.subplots(1, n, squeeze=False, sharey=True)[0]
    for ax, panel, title in zip(row, plot.panels, titles, strict=True):
        for i, curve in enumerate(panel.curves):
            _draw(ax, curve.a, style.colour(i), "-")
            _draw(ax, curve.b, style.colour(i), (0, (3, 2)))
        ax.set_title("\n".join(title))
        ax.set_xlabel(plot.x_label)
        if _is_wide(panel.curves[0].a.x):
            ax.set_xscale("log")
    row[0].set_ylabel(with_unit(plot.variable.name, plot.variable.units))
    figure.legend(handles=legend, loc="outside lower center", ncols=columns)
    return figure


def _draw(ax: Axes, line: Line, shade: str, dashes: str | tuple[int, tuple[int, int]]) -> None:
    marker = "o" if len(line.x) <= _MAX_POINTS_MARKED else None
    order = np.argsort(line.x, kind="stable")
    x, y, low, high = (part[order] for part in (line.x, line.y, line.low, line.high))
    ax.plot(x, y, color=shade, linestyle=dashes, linewidth=1.4, marker=marker, markersize=2.5)
    if (low < high).any():
        ax.fill_between(x, low, high, color=shade, alpha=0.15, linewidth=0)


def _legend(plot: Plot) -> list[Line2D]:
    sides = [
        Line2D([], [], color=style.INK, linestyle="-", label="A"),
        Line2D([], [], color=style.INK, linestyle=(0, (3, 2)), label="B"),
    ]
    colours = [
        Line2D([], [], color=style.colour(i), label=f"{plot.coloured} = {curve.label}")
        for i, curve in enumerate(plot.panels[0].curves)
        if plot.coloured
    ]
    return [*sides, *colours]


def _is_wide(x: np.ndarray) -> bool:
    """Whether points crowd at the low end, as those of a logarithmic grid do."""
    if len(x) < 3 or x.min() <= 0 or x.max() / x.min() < _WIDE:
        return False
    return bool(np.median(x) < (x.min() + x.max()) / 4)
