"""The explorer page's numbers, and what the front page says of the benefit.

The numbers are written into the explorer's page itself, as compact JSON: a page opened from a disk
may not fetch a file beside it.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.findings import finding, legend, small_axes
from mtlpaper.chapters.common.two_tasks.sources import published_half_width
from mtlpaper.companion import style

#: Order of the grid's axes in every list of numbers, the last running fastest.
AXES = ("n_train", "S_A", "S_B", "r_AB")
BOUNDS = ("estimate", "low", "high")
#: Variables with an interval, and without, each over some of the axes; all in nats.
WITH_INTERVAL = {"MT": AXES, "L_single": AXES[:2]}
WITHOUT = {"MT_theory": AXES, "MT_published": AXES, "MT_published_se": AXES}
#: The page shows three decimals; with few more than those, rounding twice could turn the last.
DIGITS = 7


def explorer_fragment(data: xr.Dataset) -> str:
    """Return the MyST Markdown that puts a run's data into the page, invisibly.

    Parameters
    ----------
    data : xarray.Dataset
        See `explorer_data`.

    Returns
    -------
    str
    """
    text = json.dumps(explorer_data(data), separators=(",", ":"), allow_nan=False)
    script = f'<script type="application/json" id="explorer-data">{text}</script>'
    return f"```{{raw}} html\n{script}\n```\n"


def explorer_data(data: xr.Dataset) -> dict[str, Any]:
    """Return what the page draws, as JSON knows it.

    Parameters
    ----------
    data : xarray.Dataset
        ``MT`` (bound, n_train, S_A, S_B, r_AB), ``MT_theory``, ``MT_published`` and its standard
        error ``MT_published_se`` (n_train, S_A, S_B, r_AB) and ``L_single`` (bound, n_train, S_A),
        each in nats and in any order of dimensions; ``bound`` holds at least "estimate", "low" and
        "high".

    Returns
    -------
    dict
        Each axis by its name; ``MT``, ``MT_published`` and ``L_single``: bound to flat list;
        ``MT_theory``: flat list. Lists run through their axes in the order of `AXES`, the last the
        fastest. What is not finite is None.

    Raises
    ------
    ValueError
        Naming the variable that is missing, has other dimensions, units or bounds.
    """
    for name, axes in WITH_INTERVAL.items():
        _require(data, name, {"bound", *axes})
    for name, axes in WITHOUT.items():
        _require(data, name, set(axes))
    if missing := sorted(set(BOUNDS) - {str(bound) for bound in data["bound"].values}):
        raise ValueError(f"`bound` lacks {', '.join(missing)}")
    mean, error = data["MT_published"], data["MT_published_se"]
    half = error.copy(data=published_half_width(error.values))
    ends = {"estimate": mean, "low": mean - half, "high": mean + half}
    return {
        **{axis: data[axis].values.tolist() for axis in AXES},
        **{
            name: {bound: _numbers(data[name].sel(bound=bound), axes) for bound in BOUNDS}
            for name, axes in WITH_INTERVAL.items()
        },
        "MT_theory": _numbers(data["MT_theory"], AXES),
        "MT_published": {bound: _numbers(ends[bound], AXES) for bound in BOUNDS},
    }


def _require(data: xr.Dataset, name: str, dims: set[str]) -> None:
    if name not in data:
        raise ValueError(f"lacks the variable `{name}`")
    seen, units = {str(dim) for dim in data[name].dims}, data[name].attrs.get("units")
    if seen != dims:
        raise ValueError(f"`{name}` must lie over {sorted(dims)}, got {sorted(seen)}")
    if bare := sorted(dim for dim in dims if dim not in data.coords):
        raise ValueError(f"`{name}` lies over {bare}, which have no values")
    if units != "nats":
        raise ValueError(f"`{name}` must be in nats, got units {units!r}")


def _numbers(values: xr.DataArray, axes: tuple[str, ...]) -> list[float | None]:
    flat = np.asarray(values.transpose(*axes).values, dtype=float).ravel().tolist()
    return [float(f"{x:.{DIGITS}g}") if math.isfinite(x) else None for x in flat]


def _clear(data: xr.Dataset) -> tuple[xr.DataArray, xr.DataArray, int]:
    """Cells of two clean tasks that clearly gain and that clearly lose, over r_AB; of how many."""
    least = float(data["S_clean"].min())
    benefit = data["MT"].sel(S_A=data["S_A"] >= least, S_B=data["S_B"] >= least)
    cells = ("n_train", "S_A", "S_B")
    helped, harmed = benefit.sel(bound="low") > 0, benefit.sel(bound="high") < 0
    return helped.sum(cells), harmed.sum(cells), helped.isel(r_AB=0).size


@style.drawing
def _draw(data: xr.Dataset) -> np.ndarray:
    axes = small_axes()
    ax = axes[0, 0]
    helped, harmed, total = _clear(data)
    places = range(data.sizes["r_AB"])
    ax.bar(places, 100 * helped / total, color=style.BLUE, label="helps")
    ax.bar(places, -100 * harmed / total, color=style.VERMILLION, label="harms")
    ax.axhline(0, color=style.INK, linewidth=0.8)
    ax.set_xticks(places, labels=[f"{r:g}" for r in data["r_AB"].values])
    ax.set_yticks([-100, -50, 0, 50, 100], labels=["100", "50", "0", "50", "100"])
    ax.set_xlabel("relatedness $r_{AB}$")
    ax.set_ylabel("% of cells")
    legend(ax)
    return axes


def _tell(data: xr.Dataset) -> tuple[str, str]:
    helped, harmed, total = _clear(data)
    r = data["r_AB"].values
    most, second, least = (f"$r_{{AB}}$ = {value:g}" for value in (r[-1], r[-2], r[0]))
    gain, less, loss = int(helped[-1]), int(helped[-2]), int(harmed[0])
    answer = (
        f"Of {total} combinations of two clean tasks (little label noise) and a number of training "
        f"points, the second task clearly helps the first in {gain} at {most} and in {less} at "
        f"{second}; it clearly harms in {loss} at {least}. The relatedness $r_{{AB}}$ is 1 where "
        "both tasks use the same input directions, and 0 where theirs are orthogonal."
    )
    shown = (
        f"Bars over relatedness. Clearly helped, of {total} combinations: {gain} at {r[-1]:g}, "
        f"{less} at {r[-2]:g}. Clearly harmed: {loss} at {r[0]:g}."
    )
    return answer, shown


#: Parts of the book's pages made of the dataset, by the name of the file.
FRAGMENTS = {
    "explorer.md": explorer_fragment,
    **finding("interactions", "How closely related must a task be to help?", _draw, _tell),
}
