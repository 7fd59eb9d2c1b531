"""What tables of several chapters share."""

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.labels import BOUNDS


def ends(estimated: xr.DataArray) -> tuple[float, float, float]:
    """Return an estimate and both ends of its interval, from an array over `bound`."""
    value, low, high = (float(estimated.sel(bound=bound)) for bound in BOUNDS)
    return value, low, high


def interval(
    estimated: xr.DataArray, digits: int = 3, sign: str = "+", form: str = "{} ({} to {})"
) -> str:
    """Write "+0.123 (+0.100 to +0.150)", or a dash where there is none.

    Parameters
    ----------
    estimated : xarray.DataArray
        Over `bound`.
    digits : int
        After the decimal point.
    sign : str
        "+" writes the sign of positive numbers, "" does not.
    form : str
        Where the estimate and both ends of its interval stand.
    """
    numbers = ends(estimated)
    if np.isnan(numbers).any():
        return "–"
    return form.format(*(f"{number:{sign}.{digits}f}" for number in numbers))
