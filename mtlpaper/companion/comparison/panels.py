"""Which curves are drawn: variables over a numeric coordinate, the most different first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.companion.comparison.alignment import aligned
from mtlpaper.companion.comparison.compared import Comparison
from mtlpaper.companion.comparison.variables import NUMERIC, VariablePair

#: Drawn at most; a page with more is not read. What is left out is said.
MAX_VARIABLES, MAX_PANELS, MAX_CURVES = 12, 4, 5
BOUND = "bound"
#: Repeats under other random numbers: averaged, as a curve for each would hide the others.
SEED = "seed"


@dataclass(frozen=True)
class Line:
    """One side's curve.

    Attributes
    ----------
    x, y, low, high : (point,) arrays
        The last two bound its band: the interval where the data have one, one standard deviation
        over seeds where they have seeds; else equal to `y`.
    """

    x: np.ndarray
    y: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True)
class Curve:
    """The same quantity on both sides; `label` says at which value of the coloured dimension."""

    label: str
    a: Line
    b: Line


@dataclass(frozen=True)
class Panel:
    """Curves over the same axes."""

    title: str
    curves: tuple[Curve, ...]


@dataclass(frozen=True)
class Plot:
    """A variable's panels.

    Attributes
    ----------
    variable : VariablePair
    x_label : str
    coloured : str
        Dimension that the colours stand for; empty if there is one curve a panel.
    panels : tuple of Panel
        The most different first.
    left_out : str
        What is not drawn, in words; empty if everything is.
    """

    variable: VariablePair
    x_label: str
    coloured: str
    panels: tuple[Panel, ...]
    left_out: str


def plots(comparison: Comparison) -> tuple[tuple[Plot, ...], int]:
    """Choose what to draw.

    Returns
    -------
    tuple
        The plots, and how many further variables could have been drawn.
    """
    drawable = [v for v in comparison.variables if _axis(v, comparison) is not None]
    chosen = drawable[:MAX_VARIABLES]
    return tuple(_plot(v, comparison) for v in chosen), len(drawable) - len(chosen)


def with_unit(name: str, units: str) -> str:
    """Return ``name (units)``, or the name alone for pure numbers."""
    return name if units in ("", "1") else f"{name} ({units})"


def _axis(variable: VariablePair, comparison: Comparison) -> str | None:
    """Return the dimension to draw over: the longest numeric one; seeds only for want of others."""
    if variable.state not in ("equal", "differs"):
        return None
    sides = [side.data[variable.name] for side in (comparison.a, comparison.b)]
    if any(values.dtype.kind not in NUMERIC for values in sides):
        return None
    lengths = {
        str(dim): (dim != SEED, sides[0].sizes[dim])
        for dim in sides[0].dims
        if dim != BOUND and all(_is_axis(values, dim) for values in sides)
    }
    return max(lengths, key=lambda dim: lengths[dim]) if lengths else None


def _is_axis(values: xr.DataArray, dim: Any) -> bool:
    if dim not in values.coords or values.sizes[dim] < 2:
        return False
    return values[dim].dtype.kind in "iuf" and bool(np.isfinite(values[dim].values).all())


def _plot(variable: VariablePair, comparison: Comparison) -> Plot:
    x = _axis(variable, comparison)
    assert x is not None  # it was chosen because it has one
    sides = [side.data[variable.name] for side in (comparison.a, comparison.b)]
    ours, theirs, common = aligned(*sides)
    # Along the axis each side keeps all it has; over the rest both are at the same cells.
    full = [
        side.transpose(*ours.dims).isel(
            {dim: getattr(found, name) for dim, found in common.items() if dim != x}
        )
        for name, side in zip("ab", sides, strict=True)
    ]
    others = [str(d) for d in ours.dims if d not in (x, BOUND) and (d != SEED or d == x)]
    coloured = max(
        (d for d in others if ours.sizes[d] > 1), key=lambda d: _suits(ours, d), default=""
    )
    cells = _ranked(ours, theirs, [dim for dim in others if dim != coloured])
    levels = _spread(ours.sizes[coloured]) if coloured else [None]
    panels = tuple(
        Panel(_title(ours, cell), tuple(_curves(full, x, cell, coloured, levels)))
        for cell in cells[:MAX_PANELS]
    )
    label = with_unit(x, str(comparison.a.data[x].attrs.get("units", "")))
    left_out = [f"{len(cells) - len(panels)} of {len(cells)} panels"] * (len(cells) > len(panels))
    if coloured and len(levels) < ours.sizes[coloured]:
        left_out.append(f"{ours.sizes[coloured] - len(levels)} values of {coloured}")
    return Plot(variable, label, coloured, panels, " and ".join(left_out))


def _suits(values: xr.DataArray, dim: str) -> tuple[bool, int]:
    """Prefer for colours what can be shown whole, and of that the longest."""
    size = values.sizes[dim]
    return size <= MAX_CURVES, size if size <= MAX_CURVES else -size


def _ranked(a: xr.DataArray, b: xr.DataArray, dims: list[str]) -> list[dict[str, int]]:
    """Return the cells over some dimensions, those first in which the sides differ most."""
    rest = [dim for dim in a.dims if dim not in dims]
    x, y = (side.transpose(*dims, *rest).values.astype(float) for side in (a, b))
    with np.errstate(invalid="ignore"):
        gap = np.nan_to_num(np.abs(y - x), nan=0.0, posinf=np.inf)
    gap[np.isnan(x) != np.isnan(y)] = np.inf
    worst = gap.max(axis=tuple(range(len(dims), gap.ndim)))
    cells = list(product(*(range(a.sizes[dim]) for dim in dims)))
    cells.sort(key=lambda cell: -worst[cell])
    return [dict(zip(dims, cell, strict=True)) for cell in cells]


def _spread(size: int) -> list[int]:
    """Return positions spread evenly over a dimension, ends included."""
    return [int(i) for i in np.unique(np.linspace(0, size - 1, min(size, MAX_CURVES)).round())]


def _curves(
    sides: list[xr.DataArray],
    x: str,
    cell: Mapping[str, int],
    coloured: str,
    levels: list[int] | list[None],
) -> Iterator[Curve]:
    for level in levels:
        at = {**cell, coloured: level} if coloured else dict(cell)
        a, b = (_line(side.isel(at), x) for side in sides)
        yield Curve(_value(sides[0], coloured, level) if coloured else "", a, b)


def _line(values: xr.DataArray, x: str) -> Line:
    points = values[x].values.astype(float)
    values = values.astype(float)
    if BOUND in values.dims:
        if SEED in values.dims and x != SEED:
            values = values.mean(SEED)
        if {"estimate", "low", "high"} <= set(map(str, values[BOUND].values)):
            y, low, high = (values.sel({BOUND: b}).values for b in ("estimate", "low", "high"))
            return Line(points, y, low, high)
        values = values.mean(BOUND)
    if SEED in values.dims and x != SEED:
        spread = values.std(SEED, ddof=1).values if values.sizes[SEED] > 1 else 0.0
        y = values.mean(SEED).values
        return Line(points, y, y - spread, y + spread)
    return Line(points, values.values, values.values, values.values)


def _title(values: xr.DataArray, cell: Mapping[str, int]) -> str:
    named = {dim: i for dim, i in cell.items() if values.sizes[dim] > 1}
    return ", ".join(f"{dim} = {_value(values, dim, i)}" for dim, i in named.items())


def _value(values: xr.DataArray, dim: str, position: int | None) -> str:
    if position is None or dim not in values.coords:
        return str(position)
    value = values[dim].values[position]
    return f"{value:g}" if values[dim].dtype.kind in "iuf" else str(value)
