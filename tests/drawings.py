"""What a figure shows, read from its artists, and what it should show, said of a dataset.

Both are lists of `Mark`, so that a missing curve and a curve too many are found alike.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import contourpy
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_hex
from matplotlib.contour import ContourSet
from matplotlib.image import AxesImage
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.spines import Spine
from matplotlib.text import Text

from mtlpaper.companion.style import FAINT

#: Figures and declarations do the same sums in another order: float64 leaves 1e-15 of the largest.
ROUNDING = 1e-12

Panel = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Mark:
    """A curve, a band, a map, a text, … in a panel: the kind, its numbers, what it is called.

    Kinds are ``line`` (in order), ``points``, ``segments``, ``area`` (corners, all three in any
    order), ``image``, ``contour``, ``across`` and ``upright`` (lines whose x or y is a fraction
    of the panel), ``span``, ``text``; and of what is only told: ``label``, that a text stands in a
    panel's title or labels, ``unit``, ``ticks`` (both of the axis `named`), the ``scale`` of the
    axes, and ``titled``, that the title stands for the label of the vertical axis.
    """

    panel: Panel
    kind: str
    numbers: np.ndarray = field(default_factory=lambda: np.empty(0))
    text: str = ""
    named: str = ""
    colour: str = ""
    linestyle: str = ""
    fixed: bool = False

    def shows(self, other: Mark) -> bool:
        if (self.panel, self.kind, self.text) != (other.panel, other.kind, other.text):
            return False
        mine, others = self.numbers, other.numbers
        if mine.shape != others.shape or not mine.size:
            return mine.shape == others.shape
        size = np.abs(np.nan_to_num(mine)).max(axis=None if self.kind == "image" else 0)
        near = (np.abs(mine - others) <= ROUNDING * size) | (np.isnan(mine) & np.isnan(others))
        return bool(near.all())

    def __str__(self) -> str:
        return f"{self.kind} {self.text or self.named!r} of {len(self.numbers)} in {self.panel}"


Drawing = Callable[[xr.Dataset], Iterator[Mark]]


# --------------------------------------------------------------------------------------- as drawn


class Picture:
    """The panels of a figure that were not removed, and all that they show and say."""

    def __init__(self, axes: np.ndarray) -> None:
        self.axes = axes
        self.panels = {at: ax for at, ax in np.ndenumerate(axes) if ax.figure is not None}
        self.figure = axes[0, 0].figure
        self.marks = [mark for at, ax in self.panels.items() for _, mark in artists(at, ax)]
        own = [ax.get_legend() for ax in self.panels.values()]
        legends = [legend for legend in (*own, *self.figure.legends) if legend is not None]
        self.legend = [
            (text.get_text(), handle)
            for legend in legends
            for text, handle in zip(legend.get_texts(), legend.legend_handles, strict=True)
        ]
        self.words = [legend.get_title().get_text() for legend in legends]
        for ax in self.panels.values():
            self.words += [ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel()]
        self.words = [in_a_line(text) for text in self.words]

    def label(self, at: Panel, which: str) -> str:
        """An axis' label, or that of the lowest below that shares it, or the first in a row."""
        ax = self.axes[at]
        if which == "y":
            return in_a_line(ax.get_ylabel() or self.axes[at[0], 0].get_ylabel())
        shared = ax.get_shared_x_axes()
        column = ax.get_subplotspec().colspan
        stand = [one for one in self.panels.values() if one.get_subplotspec().colspan == column]
        told = [one.get_xlabel() for one in stand[::-1] if shared.joined(ax, one)]
        return in_a_line(ax.get_xlabel() or "".join(told[:1]))

    def title(self, at: Panel) -> str:
        return in_a_line(self.axes[at].get_title(loc="left"))


def in_a_line(text: str) -> str:
    return " ".join(text.split())


def artists(at: Panel, ax: Axes) -> Iterator[tuple[Any, Mark]]:
    """The artists of a panel, each with what it shows."""
    titles = (ax.title, ax._left_title, ax._right_title)
    for artist in ax.get_children():
        if artist is ax.patch or artist in titles or isinstance(artist, Spine | Axis | Legend):
            continue
        yield artist, _read(at, ax, artist)


def _read(at: Panel, ax: Axes, artist: Any) -> Mark:
    if isinstance(artist, Text):
        where = getattr(artist, "xy", artist.get_position())
        colour = to_hex(artist.get_color())
        return Mark(at, "text", np.array([where], float), artist.get_text(), colour=colour)
    if isinstance(artist, AxesImage):
        image = np.ma.filled(np.ma.asarray(artist.get_array(), float), np.nan)
        rows, columns = image.shape
        # A row of the image stands at its own number, whichever end of the axis that is.
        assert sorted(artist.get_extent()) == sorted((-0.5, columns - 0.5, -0.5, rows - 0.5))
        return Mark(at, "image", image)
    kind = _coordinates(ax, artist)
    if isinstance(artist, Line2D):
        if kind == "data":
            kind = "points" if artist.get_linestyle() == "None" else "line"
        xy = np.asarray(artist.get_xydata(), float)
        return Mark(
            at,
            kind,
            _ordered(kind, xy),
            colour=to_hex(artist.get_color()),
            linestyle=artist.get_linestyle(),
        )
    if isinstance(artist, Rectangle):
        x, y = artist.get_xy()
        corners = [[x, y], [x + artist.get_width(), y + artist.get_height()]]
        return Mark(at, "span", np.array(corners, float))
    corners = [path.vertices for path in artist.get_paths()]
    if isinstance(artist, ContourSet):
        return Mark(at, "contour", _ordered("contour", np.concatenate(corners)))
    assert kind == "data", artist
    if isinstance(artist, LineCollection):
        ends = np.array(corners, float).reshape(-1, 4)
        return Mark(at, "segments", _ordered("segments", ends), colour=_colour(artist))
    if isinstance(artist, PolyCollection):
        colour = to_hex(artist.get_facecolor()[0])
        return Mark(at, "area", _ordered("area", np.concatenate(corners)), colour=colour)
    raise TypeError(f"no rule to read what {artist!r} shows")


def _coordinates(ax: Axes, artist: Any) -> str:
    """Which coordinates of an artist are data, and not fractions of the panel."""
    transform = artist.get_transform()
    if transform.contains_branch(ax.transData):
        return "data"
    in_x, in_y = transform.contains_branch_seperately(ax.transData)
    return {(True, True): "data", (False, True): "across", (True, False): "upright"}[in_x, in_y]


def _ordered(kind: str, rows: np.ndarray) -> np.ndarray:
    """Rows in an order of their own, where the figure's order says nothing; corners only once."""
    if kind in ("area", "contour"):
        # Corners are found by interpolation, so equal ones differ in their last digits.
        return np.unique(rows.round(9) if kind == "contour" else rows, axis=0)
    if kind in ("points", "segments"):
        return rows[np.lexsort(rows.T[::-1])]
    return rows


# -------------------------------------------------------------------------------------- complaints


def complaints(axes: np.ndarray, expected: Iterable[Mark]) -> list[str]:
    """What a figure shows wrongly, or does not show, or shows and should not."""
    picture, expected = Picture(axes), list(expected)
    seen = list(picture.marks)
    found: list[str] = []
    for mark in expected:
        if mark.kind in TOLD:
            found += TOLD[mark.kind](picture, mark)
            continue
        matches = [one for one in seen if mark.shows(one)]
        if not matches:
            found.append(f"not drawn: {mark}")
            continue
        # Where two curves have the same numbers, their looks tell them apart.
        match = min(matches, key=lambda one: len(_named(picture, mark.named, one)))
        seen.remove(match)
        found += _named(picture, mark.named, match)
        found += _in_view(picture, match, expected)
    found += [f"drawn and not declared: {mark}" for mark in seen]
    return found + _labels(picture, expected) + _series(expected) + _scales(picture, expected)


def says(text: str, word: str) -> bool:
    """Whether a text contains a word or a number, and not as a part of a longer one."""
    return re.search(rf"(?<![\w.]){re.escape(word)}(?![\w]|\.\d)", text) is not None


def _named(picture: Picture, name: str, mark: Mark) -> list[str]:
    """Find the name of a mark in a legend with its colour, beside it, or in a label."""
    if name in ("", BY_TICKS):
        return []
    for text, handle in picture.legend:
        if text == name:
            colour = _colour(handle)
            same = mark.colour in ("", colour) or colour == FAINT.lower()
            if isinstance(handle, Line2D) and mark.kind == "line":
                same &= mark.linestyle == handle.get_linestyle()
            return [] if same else [f"the legend gives {name!r} another look than {mark}"]
    beside = [one for one in picture.marks if (one.panel, one.text) == (mark.panel, name)]
    if any(one.colour == mark.colour for one in beside):
        return []
    return [] if any(says(text, name) for text in picture.words) else [f"nothing names {name!r}"]


def _colour(handle: Line2D | LineCollection) -> str:
    colour = handle.get_color()
    return to_hex(colour[0] if isinstance(handle, LineCollection) else colour)


def _in_view(picture: Picture, mark: Mark, expected: list[Mark]) -> list[str]:
    """Hold the numbers to the view, unless the figure declares what it cuts off."""
    if mark.kind not in ("line", "points", "segments", "area"):
        return []
    lacking = []
    scales = _declared(expected, mark.panel)
    xy = mark.numbers.reshape(-1, 2)
    for which, values in zip("xy", xy.T, strict=True):
        low, high = sorted(getattr(picture.axes[mark.panel], f"get_{which}lim")())
        if f"{which}lim" not in scales and ((values < low) | (values > high)).any():
            lacking.append(f"out of the view along {which}: {mark}")
    return lacking


def _declared(expected: list[Mark], at: Panel) -> dict[str, Any]:
    told = [mark for mark in expected if mark.kind == "scale" and mark.panel == at]
    return {mark.text: mark.named or mark.numbers for mark in told}


def _scales(picture: Picture, expected: list[Mark]) -> list[str]:
    """Compare the scales of all axes with those declared; what is not declared is linear."""
    found = []
    for at, ax in picture.panels.items():
        told = _declared(expected, at)
        if not ax.images and ax.yaxis_inverted() != ("downwards" in told):
            found.append(f"the vertical axis of {at} goes the wrong way")
        for which in "xy":
            scale = getattr(ax, f"get_{which}scale")()
            if scale != told.get(which, "linear"):
                found.append(f"{which} axis of {at} is {scale}")
            limits, wanted = getattr(ax, f"get_{which}lim")(), told.get(f"{which}lim")
            if wanted is not None and not all(
                np.isnan(want) or np.isclose(have, want, rtol=ROUNDING)
                for have, want in zip(limits, wanted, strict=True)
            ):
                found.append(f"{which} axis of {at} goes from {limits[0]} to {limits[1]}")
    return found


def _labels(picture: Picture, expected: list[Mark]) -> list[str]:
    """Find both labels of every panel, and something that tells it from the others."""
    found, told = [], []
    by_title = [mark.panel for mark in expected if mark.kind == "titled"]
    for at in picture.panels:
        x, y, title = picture.label(at, "x"), picture.label(at, "y"), picture.title(at)
        found += [f"{at} has no x label"] * (not x)
        found += [f"{at} has no y label"] * (not (title if at in by_title else y))
        told.append((title, x, y, picture.title((0, at[1]))))
    if len(set(told)) < len(told):
        found.append("labels and titles do not tell the panels apart")
    return found


def _series(expected: list[Mark]) -> list[str]:
    """Ask for a name of every series of a panel that has several."""
    nameless = []
    for at in {mark.panel for mark in expected}:
        series = [
            mark
            for mark in expected
            if mark.panel == at and mark.kind in ("line", "points") and not mark.fixed
        ]
        if len(series) > 1:
            nameless += [f"no name declared of {mark}" for mark in series if not mark.named]
    return nameless


def _label(picture: Picture, mark: Mark) -> list[str]:
    """A value of the panel's coordinates, in its own labels or in those of its row or column."""
    at = mark.panel
    said = [picture.title(at), picture.title((0, at[1]))]
    said += [picture.label(at, which) for which in "xy"]
    if any(says(text, mark.text) for text in said):
        return []
    return [f"panel {mark.panel} does not say {mark.text!r}"]


def _unit(picture: Picture, mark: Mark) -> list[str]:
    """A unit in the label of an axis, a title that stands for one, or the bar of colours."""
    if mark.named == "bar":
        scales = [one.get_clim() for one in picture.axes[mark.panel].images]
        images = [one for ax in picture.panels.values() for one in ax.images]
        bars = [one.colorbar.ax for one in images if one.colorbar and one.get_clim() in scales]
        if any(mark.text in f"{bar.get_xlabel()}{bar.get_ylabel()}" != "" for bar in bars):
            return []
        return [f"no bar of the colours of {mark.panel} with their unit"]
    label = picture.label(mark.panel, mark.named) or picture.title(mark.panel)
    return [] if mark.text in label else [f"no unit {mark.text!r} in {label!r} of {mark.panel}"]


def _ticks(picture: Picture, mark: Mark) -> list[str]:
    """Names or values that stand at places; not every one must, but two, and the right ones."""
    axis = getattr(picture.axes[mark.panel], f"{mark.named}axis")
    places = axis.get_ticklocs()
    texts = axis.get_major_formatter().format_ticks(places)
    names = dict(zip(np.round(mark.numbers, 9).tolist(), mark.text.split("\n"), strict=True))
    have = dict(zip(np.round(places, 9).tolist(), texts, strict=True))
    wrong = {place: text for place, text in have.items() if names.get(place) != text}
    if wrong or len(have) < min(2, len(names)):
        return [f"ticks of {mark.named} in {mark.panel}: {have}, not {names}"]
    return []


#: Kinds of marks that are no artists, and how they are looked up.
TOLD: dict[str, Callable[[Picture, Mark], list[str]]] = {
    "label": _label,
    "unit": _unit,
    "ticks": _ticks,
    "scale": lambda _picture, _mark: [],  # looked up by the panel
    "titled": lambda _picture, _mark: [],
}


# ------------------------------------------------------------------------------------- as declared

#: The name of curves that the ticks of an axis tell apart.
BY_TICKS = "the ticks"
#: How the labels write the units of the dataset.
_UNITS = {"nats": "nats", "nat": "nat", "tau": r"\tau", "1/tau": r"1/\tau", "1": ""}


def shown(value: Any) -> str:
    """A coordinate's value as labels write it."""
    return f"{value:g}" if isinstance(value, int | float | np.number) else str(value)


def between(low: xr.DataArray, high: xr.DataArray) -> xr.DataArray:
    """The two sides of a band."""
    return xr.concat([low, high], xr.Variable("bound", ["low", "high"]))


@dataclass(frozen=True)
class Show:
    """What a figure shows: one artist for every value of `by`, in every panel.

    Any dimension that is not spread over panels, artists or an axis is an error, so that nothing is
    drawn of which the declaration does not tell.

    Parameters
    ----------
    values : str or callable
        A variable of the dataset, or what is derived from it.
    over : str
        Dimension along the horizontal axis, by its values, or by their places if it has no numbers.
    kind : str
        ``line``, ``points``; over ``bound``, ``area`` between both sides and ``interval`` or
        ``loose`` of a line or of points with their intervals.
    by, rows, columns : str or tuple of str
        Dimensions that tell artists apart, and panels from `at` on.
    named : str or mapping
        What a legend, a text or a label calls an artist; ``{}`` is the value of `by`.
    unit : str, optional
        Which the label of the vertical axis names; that of the dataset if it is not given.
    x : callable, optional
        Horizontal numbers, in place of the coordinate, over the same dimensions.
    across : bool
        Whether the values lie along the horizontal axis.
    fixed : bool
        Whether the numbers are no data.
    """

    values: str | Callable[[xr.Dataset], xr.DataArray]
    over: str
    kind: str = "line"
    by: str = ""
    rows: tuple[str, ...] = ()
    columns: str = ""
    at: Panel = (0, 0)
    named: Any = ""
    unit: str | None = None
    x: Callable[[xr.Dataset], xr.DataArray] | None = None
    across: bool = False
    fixed: bool = False

    def __call__(self, data: xr.Dataset) -> Iterator[Mark]:
        values = data[self.values] if isinstance(self.values, str) else self.values(data)
        unit = self.unit if self.unit is not None else _UNITS[values.attrs["units"]]
        for panel, cell in spread(values, self.rows, self.columns, self.at):
            yield from told_of(panel, cell, (*self.rows, self.columns))
            yield from in_units(panel, unit, "x" if self.across else "y")
            yield from _horizontal(panel, values[self.over], "y" if self.across else "x")
            for value in cell[self.by].values if self.by else [None]:
                one = cell.sel({self.by: value}) if self.by else cell
                yield from self._artists(panel, one, value)

    def _artists(self, panel: Panel, one: xr.DataArray, value: Any) -> Iterator[Mark]:
        x = places(one[self.over])
        name = self.named.get(value) if isinstance(self.named, dict) else self.named
        name = (name or "").format(shown(value))
        fixed = self.fixed
        if self.kind in ("line", "points"):
            y = one.transpose(self.over).values
            yield _mark(panel, self.kind, [x, y], name, fixed, self.across)
            return
        if self.kind == "area":
            low, high = (one.sel(bound=side).transpose(self.over) for side in ("low", "high"))
            corners = np.concatenate([[x, low], [x, high]], axis=1)
            yield _mark(panel, "area", corners, name, fixed, self.across)
            return
        kind = "points" if self.kind == "loose" else "line"
        yield from with_intervals(panel, x, one, name, kind=kind, across=self.across)


def places(coordinate: xr.DataArray) -> np.ndarray:
    """The numbers of a coordinate, or places one apart for names."""
    numeric = coordinate.dtype.kind in "fiu"
    return coordinate.values.astype(float) if numeric else np.arange(float(coordinate.size))


def spread(
    values: xr.DataArray, rows: tuple[str, ...], columns: str, at: Panel = (0, 0)
) -> Iterator[tuple[Panel, xr.DataArray]]:
    """The panels of a grid, each with its part of the values."""
    down = itertools.product(*(values[name].values for name in rows))
    for i, row in enumerate(down):
        for j, column in enumerate(values[columns].values if columns else [None]):
            cell = dict(zip(rows, row, strict=True)) | ({columns: column} if columns else {})
            yield (at[0] + i, at[1] + j), values.sel(cell)


def told_of(panel: Panel, cell: xr.DataArray, names: Iterable[str]) -> Iterator[Mark]:
    return said(panel, *(shown(cell[name].item()) for name in names if name))


def _horizontal(panel: Panel, coordinate: xr.DataArray, which: str) -> Iterator[Mark]:
    if coordinate.dtype.kind in "fiu":
        unit = _UNITS[coordinate.attrs.get("units", "1")]
        yield from in_units(panel, unit, which)
    else:
        yield ticks(panel, which, places(coordinate), coordinate.values)


def said(panel: Panel, *words: str) -> Iterator[Mark]:
    """Words that stand in a panel's title or labels."""
    return (Mark(panel, "label", text=word) for word in words)


def in_units(panel: Panel, unit: str, where: Iterable[str]) -> Iterator[Mark]:
    """A unit in the label of an axis (``x``, ``y``), of both (``xy``), or of the ``bar``."""
    return (Mark(panel, "unit", text=unit, named=which) for which in where)


def with_intervals(
    panel: Panel, at: Any, values: xr.DataArray, name: str, kind="points", across=False
) -> Iterator[Mark]:
    """Points or a line over places on an axis, and the interval of each."""
    low, estimate, high = (np.ravel(values.sel(bound=side)) for side in ("low", "estimate", "high"))
    yield _mark(panel, kind, [at, estimate], name, across=across)
    yield _mark(panel, "segments", [at, low, at, high], "", across=across)


def ticks(panel: Panel, which: str, at: Any, names: Iterable[Any]) -> Mark:
    text = "\n".join(shown(name) for name in names)
    return Mark(panel, "ticks", np.asarray(at, float), text, named=which)


def _mark(panel, kind, columns, name, fixed=False, across=False) -> Mark:
    rows = np.column_stack([np.asarray(column, float) for column in columns])
    if across:
        rows = rows[:, [1, 0, 3, 2][: rows.shape[1]]]
    return Mark(panel, kind, _ordered(kind, rows), named=name, fixed=fixed)


def mark(panel: Panel, kind: str, *columns: Any, named: str = "", fixed: bool = False) -> Mark:
    """A line, points, or segments of these columns of numbers."""
    return _mark(panel, kind, [np.ravel(column) for column in columns], named, fixed)


def text(panel: Panel, x: float, y: float, words: str, *, fixed: bool = False) -> Mark:
    return Mark(panel, "text", np.array([[x, y]], float), words, fixed=fixed)


def level(panel: Panel, value: float, *, upright: bool = False, **options: Any) -> Mark:
    """A line across a panel, or upright, at a value."""
    ends = np.array([[0.0, value], [1.0, value]])
    kind = "upright" if upright else "across"
    return Mark(panel, kind, ends[:, ::-1] if upright else ends, **options)


def shade(panel: Panel, low: float, high: float, *, upright: bool = False) -> Mark:
    """A shaded range across a panel, or upright."""
    corners = np.array([[0.0, low], [1.0, high]])
    return Mark(panel, "span", corners[:, ::-1] if upright else corners, fixed=True)


def zeros(shape: Panel) -> Drawing:
    """A line at zero in every panel of a grid."""
    return lambda _data: (level(at, 0.0, fixed=True) for at in np.ndindex(shape))


def told(at: Panel, *words: str) -> Drawing:
    """Words of a panel's title or labels."""
    return lambda _data: said(at, *words)


def axis(at: Panel = (0, 0), **told: Any) -> Drawing:
    """What is set by hand of a panel's axes: ``x="log"``, ``xlim``, ``downwards=True``."""

    def marks(data: xr.Dataset) -> Iterator[Mark]:
        for name, value in told.items():
            if name.endswith("lim"):
                limits = value(data) if callable(value) else value
                numbers = np.array([np.nan if end is None else end for end in limits], float)
                yield Mark(at, "scale", numbers, name)
            else:
                yield Mark(at, "scale", text=name, named=str(value))

    return marks


def image(panel: Panel, values: xr.DataArray, y: str, x: str, unit: str) -> Iterator[Mark]:
    """A map, the ticks of both axes by the values of the coordinates, and the bar of colours."""
    yield Mark(panel, "image", values.transpose(y, x).values.astype(float))
    yield from in_units(panel, unit, ["bar"])
    for which, name in (("y", y), ("x", x)):
        yield ticks(panel, which, range(values.sizes[name]), values[name].values)


def contour(panel: Panel, values: np.ndarray) -> Mark:
    """The line on which a map is zero."""
    corners = contourpy.contour_generator(z=values).lines(0.0)
    return Mark(panel, "contour", _ordered("contour", np.concatenate(corners)))
