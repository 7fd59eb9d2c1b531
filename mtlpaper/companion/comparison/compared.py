"""Two results of one experiment, compared in everything that is saved of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import Any

import xarray as xr

from mtlpaper.companion.comparison.alignment import DifferentShapeError, common_values
from mtlpaper.companion.comparison.entries import Entries, entries
from mtlpaper.companion.comparison.errors import ComparisonError
from mtlpaper.companion.comparison.sides import Side, open_side
from mtlpaper.companion.comparison.variables import VariablePair, compare_variables
from mtlpaper.companion.comparison.verdicts import Judged, judge


@dataclass(frozen=True)
class Comparison:
    """Two results of one experiment.

    Attributes
    ----------
    a, b : Side
    parameters, origin, numbers, pictures : Entries
        What differs among parameters; among commit, device and versions; among glued numbers; and
        among the bytes of figures.
    coordinates : mapping
        Dimensions along which the two have different values: what they have in common, in words.
    variables : tuple of VariablePair
        All of them, the most different first.
    verdicts : tuple of Judged
        Claims that rest on the experiment.
    """

    a: Side
    b: Side
    parameters: Entries
    origin: Entries
    numbers: Entries
    pictures: Entries
    coordinates: Mapping[str, str]
    variables: tuple[VariablePair, ...]
    verdicts: tuple[Judged, ...]

    @property
    def experiment(self) -> str:
        """The experiment both are of."""
        return self.a.experiment

    @property
    def differing(self) -> tuple[VariablePair, ...]:
        """Variables that are not equal in all common cells."""
        return tuple(v for v in self.variables if v.state != "equal")

    @property
    def turned(self) -> tuple[Judged, ...]:
        """Claims whose verdicts differ."""
        return tuple(judged for judged in self.verdicts if judged.turned)


def compare(a: str, b: str, root: Path | None = None) -> Comparison:
    """Compare two results.

    Parameters
    ----------
    a, b : str
        A run folder, a NetCDF file, or the name of an experiment whose data are published.
    root : Path, optional
        The repository, for published data.

    Returns
    -------
    Comparison

    Raises
    ------
    ComparisonError
        If one of them is no result, or they are of different experiments.
    ResultError
        If a file cannot be read.
    SetupError
        If a file is not the one that its run wrote or that was published.
    """
    left, right = open_side(a, root), open_side(b, root)
    if left.experiment != right.experiment:
        raise ComparisonError(
            "the two must be of the same experiment, got one of "
            f"{left.experiment} and one of {right.experiment}"
        )
    return Comparison(
        a=left,
        b=right,
        parameters=entries(left.parameters, right.parameters),
        origin=entries(left.origin, right.origin),
        numbers=entries(left.numbers, right.numbers),
        pictures=entries(left.pictures, right.pictures),
        coordinates=_coordinates(left.data, right.data),
        variables=compare_variables(left.data, right.data),
        verdicts=judge(left, right),
    )


def plain(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as JSON knows it; numbers that are not finite become null."""
    sides = {
        name: {"name": side.name, "command": side.command, "origin": dict(side.origin)}
        for name, side in (("a", comparison.a), ("b", comparison.b))
    }
    return _plain(
        {
            "experiment": comparison.experiment,
            **sides,
            "parameters": comparison.parameters,
            "origin": comparison.origin,
            "numbers": comparison.numbers,
            "pictures": comparison.pictures,
            "coordinates": comparison.coordinates,
            "variables": [
                {**asdict(v), "partial": {dim: str(found) for dim, found in v.partial.items()}}
                for v in comparison.variables
            ],
            "verdicts": [
                {"claim": judged.claim.name, "a": judged.a, "b": judged.b}
                for judged in comparison.verdicts
            ],
        }
    )


def _coordinates(a: xr.Dataset, b: xr.Dataset) -> dict[str, str]:
    found = {}
    for dim in (dim for dim in a.dims if dim in b.dims):
        try:
            common = common_values(_index(a, dim), _index(b, dim), dim)
        except DifferentShapeError as error:
            found[str(dim)] = str(error)
            continue
        if not common.complete:
            found[str(dim)] = str(common)
    return found


def _index(data: xr.Dataset, dim: Any) -> xr.DataArray:
    """Return an array along one dimension, with its coordinate if it has one."""
    coords = {dim: data[dim]} if dim in data.coords else {}
    return xr.DataArray([0] * data.sizes[dim], dims=dim, coords=coords)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
