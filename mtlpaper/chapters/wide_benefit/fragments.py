"""What the front page says of the benefit at infinite width."""

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.findings import finding, legend, small_axes
from mtlpaper.companion import style

_NAMES = {"shared": "same features", "disjoint": "others"}


def _percent(data: xr.Dataset) -> xr.DataArray:
    """By how many per cent the error falls beside the other task."""
    return -100 * xr.apply_ufunc(np.expm1, -data["benefit"])


@style.drawing
def _draw(data: xr.Dataset) -> np.ndarray:
    axes = small_axes()
    ax, percent = axes[0, 0], _percent(data)
    ax.axhline(0, color=style.INK, linewidth=0.8)
    for relation, shade in zip(_NAMES, (style.BLUE, style.VERMILLION), strict=True):
        estimate, low, high = (
            percent.sel(relation=relation, bound=bound) for bound in ("estimate", "low", "high")
        )
        ax.vlines(data["n_train"], low, high, color=shade, linewidth=1)
        ax.plot(data["n_train"], estimate, "o-", color=shade, label=_NAMES[relation])
    ax.set_xscale("log")
    ax.set_xticks(data["n_train"].values, labels=[str(n) for n in data["n_train"].values])
    ax.minorticks_off()
    ax.set_xlabel("training points")
    ax.set_ylabel("error falls by (%)")
    legend(ax)
    return axes


def _tell(data: xr.Dataset) -> tuple[str, str]:
    percent = _percent(data).sel(bound="estimate")

    def span(relation: str) -> str:
        values = percent.sel(relation=relation)
        return f"{float(values.min()):+.0f} to {float(values.max()):+.0f} %".replace("-", "−")

    same, other = span("shared"), span("disjoint")
    answer = (
        f"With weight decay the error falls by {same} beside a task with the same features, and by "
        f"{other} beside one with others."
    )
    shown = (
        "Two curves with error bars over the number of training points, by how much the error "
        f"falls: {same} beside a task with the same features, {other} with others."
    )
    return answer, shown


FRAGMENTS = finding("wide_benefit", "Do infinitely wide networks benefit?", _draw, _tell)
