"""Labelled variables of a dataset, and the cells of its grid."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

#: The coordinate along which an estimate and its interval lie.
BOUNDS = ("estimate", "low", "high")


def variable(
    dims: tuple[str, ...] | str, values: ArrayLike, long_name: str, units: str = "1"
) -> xr.Variable:
    """Make a variable with the two attributes that every variable has."""
    return xr.Variable(dims, np.asarray(values), {"long_name": long_name, "units": units})


def seed_coordinate(n_seeds: int) -> dict[str, xr.Variable]:
    """Coordinate that numbers the datasets."""
    return {"seed": variable("seed", np.arange(n_seeds), "number of the dataset")}


def cells(data: xr.Dataset, *dims: str) -> Iterator[tuple[tuple[Any, ...], xr.Dataset]]:
    """Yield all combinations of values of `dims`, the last varying fastest, each with its data."""
    for values in product(*(data[dim].values for dim in dims)):
        yield values, data.sel(dict(zip(dims, values, strict=True)))


#: Coordinate of an estimate and the ends of its interval.
BOUND = variable("bound", list(BOUNDS), "estimate and 95 % bootstrap interval")
