"""What tables of several chapters share."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.labels import BOUNDS


def cells(data: xr.Dataset, *dims: str) -> Iterator[tuple[tuple[Any, ...], xr.Dataset]]:
    """Yield all combinations of values of `dims`, the last varying fastest, each with its data."""
    for values in product(*(data[dim].values for dim in dims)):
        yield values, data.sel(dict(zip(dims, values, strict=True)))


def ends(estimated: xr.DataArray) -> tuple[float, float, float]:
    """Return an estimate and both ends of its interval, from an array over `bound`."""
    value, low, high = (float(estimated.sel(bound=bound)) for bound in BOUNDS)
    return value, low, high


def interval(
    estimated: xr.DataArray, digits: int = 3, sign: str = "+", form: str = "{} ({} to {})"
) -> str:
    """Write "+0.123 (+0.100 to +0.150)", or a dash where there is no estimate.

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
    if np.isnan(numbers[0]):
        return "–"
    return form.format(*(f"{number:{sign}.{digits}f}" for number in numbers))
