"""What tables of the dynamics of one task share."""

from collections.abc import Mapping

import xarray as xr

from mtlpaper.chapters.common.tables import ends
from mtlpaper.companion.claims import parameter

#: How a theory is called in a table.
THEORIES: Mapping[str, str] = {
    "rank_one": "Eq. (3)'s form",
    "matrix": "matrix flow (T 6)",
    "eq3": "Eq. (3)",
    "T7a": "(T 7a)",
    "T7b": "(T 7b)",
}


def gap_columns(data: xr.Dataset, cell: xr.DataArray) -> dict[str, str]:
    """Write a gap, its interval, and whether the whole of it is within the run's tolerance."""
    gap, low, high = ends(cell)
    tolerance = float(parameter(data, "tolerance"))
    within = "yes" if high <= tolerance else "no" if low > tolerance else "unclear"
    return {
        "largest gap (%)": f"{100 * gap:.1f}",
        "95 % interval (%)": f"{100 * low:.1f}\u00a0–\u00a0{100 * high:.1f}",
        f"within {100 * tolerance:g} %": within,
    }
