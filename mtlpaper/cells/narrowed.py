"""Cells of experiments whose parameters can be narrowed to one value: the experiment again."""

from collections.abc import Callable, Mapping
from typing import Any

import xarray as xr

from mtlpaper.cells.checks import At, Piece
from mtlpaper.cells.tolerances import FOLLOWS, Tolerance
from mtlpaper.settings import Parameters

#: Coordinates of trajectories, which every cell holds.
LABELS = {"time": FOLLOWS, "steps": FOLLOWS}


def narrowed(
    compute: Callable[[Any], xr.Dataset],
    fields: Mapping[str, str],
    tolerance: Mapping[str, Tolerance],
    seconds: Callable[[Any, At], float],
) -> Piece:
    """A piece that runs an experiment for one value of some of its parameters.

    Parameters
    ----------
    compute : callable
        The experiment, or a part of it.
    fields : mapping
        Dimensions of the cells, and the parameters whose values they bear.
    tolerance, seconds
        As for `Piece`.
    """

    def recompute(params: Parameters, at: At) -> dict[str, Any]:
        one = {field: (at[dim],) for dim, field in fields.items()}
        data = compute(params.model_copy(update=one))
        first = dict.fromkeys(fields, 0)
        return {name: data[name].isel(first, missing_dims="ignore").values for name in tolerance}

    return Piece(tuple(fields), recompute, tolerance, seconds)
