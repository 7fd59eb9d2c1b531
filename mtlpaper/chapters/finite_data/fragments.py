"""What the front page says of finite data."""

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.findings import finding, legend, small_axes
from mtlpaper.companion import style

_NAMES = {"eq3": "Eq. (3)", "T7a": "finite-sample"}


def _gaps(data: xr.Dataset) -> xr.DataArray:
    """Gaps in per cent over (theory, N1) for the fewest classes."""
    return 100 * data["gap"].sel(bound="estimate", theory=list(_NAMES)).isel(N3=0)


@style.drawing
def _draw(data: xr.Dataset) -> np.ndarray:
    axes = small_axes()
    ax, gaps = axes[0, 0], _gaps(data)
    for theory, shade in zip(_NAMES, (style.INK, style.GREEN), strict=True):
        ax.plot(data["N1"], gaps.sel(theory=theory), "o-", color=shade, label=_NAMES[theory])
    ax.set_xscale("log")
    ax.set_xticks(data["N1"].values, labels=[str(N1) for N1 in data["N1"].values])
    ax.minorticks_off()
    ax.set_ylim(bottom=0)
    ax.set_xlabel("input dimension $N_1$")
    ax.set_ylabel("off by (%)")
    legend(ax)
    return axes


def _tell(data: xr.Dataset) -> tuple[str, str]:
    gaps, N1 = _gaps(data), data["N1"].values
    few, many = (gaps.isel(N1=place).sel(theory="eq3").item() for place in (0, -1))
    ours = float(gaps.sel(theory="T7a").max())
    answer = (
        f"Eq. (3), for infinite data, is off by {few:.1f} % at an input dimension of {N1[0]} "
        f"and by {many:.0f} % at {N1[-1]}. Our theory for finite data is off by {ours:.1f} % at "
        "most."
    )
    shown = (
        f"Two curves over the input dimension: Eq. (3) goes from {few:.1f} to {many:.0f} per "
        f"cent, the finite-sample theory stays below {np.ceil(ours):.0f}."
    )
    return answer, shown


FRAGMENTS = finding("finite_data", "Does the theory follow the training?", _draw, _tell)
