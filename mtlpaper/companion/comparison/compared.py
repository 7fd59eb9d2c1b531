"""Two results of one experiment, compared in everything that is saved of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import xarray as xr
from pydantic import TypeAdapter

from mtlpaper.companion import registry
from mtlpaper.companion.claims import Claim, Finding
from mtlpaper.companion.comparison.sides import ComparisonError, Side, open_sides
from mtlpaper.companion.comparison.variables import (
    DifferentShapeError,
    VariablePair,
    aligned,
    compare_variables,
)
from mtlpaper.companion.differences import Entry, entries


@dataclass(frozen=True)
class Entries:
    """What differs between two mappings, and of how many names.

    Attributes
    ----------
    differing : tuple of Entry
    total : int
        Names in either.
    """

    differing: tuple[Entry, ...]
    total: int

    @classmethod
    def of(cls, a: Mapping[str, Any], b: Mapping[str, Any]) -> Self:
        """Compare two mappings by name."""
        return cls(entries(a, b), len({**a, **b}))


@dataclass(frozen=True)
class Judged:
    """A claim and what either dataset says of it.

    Attributes
    ----------
    claim : Claim
    a, b : Finding
    """

    claim: Claim
    a: Finding
    b: Finding

    @property
    def turned(self) -> bool:
        """Whether the verdicts differ."""
        return self.a.verdict != self.b.verdict


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
    def of_runs(self) -> bool:
        """Whether runs made both, so that there is more to compare than their numbers."""
        return not (self.a.document or self.b.document)

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
        A run folder, a NetCDF file, or the name of an experiment whose data are published; one may
        be ``published``, what a document publishes for the experiment of the other.
    root : Path, optional
        The repository, for published data.

    Returns
    -------
    Comparison

    Raises
    ------
    ComparisonError
        If one of them is no result, they are of different experiments, or no document publishes
        numbers of the experiment.
    ResultError
        If a file cannot be read.
    SetupError
        If a file is not the one that its run wrote or that was published.
    """
    left, right = open_sides(a, b, root)
    if left.experiment != right.experiment:
        raise ComparisonError(
            "the two must be of the same experiment, got one of "
            f"{left.experiment} and one of {right.experiment}"
        )
    return Comparison(
        a=left,
        b=right,
        parameters=Entries.of(left.parameters, right.parameters),
        origin=Entries.of(left.origin, right.origin),
        numbers=Entries.of(left.numbers, right.numbers),
        pictures=Entries.of(left.pictures, right.pictures),
        coordinates=_coordinates(left.data, right.data),
        variables=compare_variables(left.data, right.data),
        verdicts=tuple(
            Judged(claim, claim.judge(left.data), claim.judge(right.data))
            for claim in registry.claims()
            if claim.experiment == left.experiment and not (left.document or right.document)
        ),
    )


def plain(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as JSON knows it; numbers that are not finite become null."""
    sides = {
        name: {"name": side.name, "command": side.command, "origin": dict(side.origin)}
        for name, side in (("a", comparison.a), ("b", comparison.b))
    }
    content = {
        "experiment": comparison.experiment,
        **sides,
        "parameters": comparison.parameters,
        "origin": comparison.origin,
        "numbers": comparison.numbers,
        "pictures": comparison.pictures,
        "coordinates": comparison.coordinates,
        "variables": comparison.variables,
        "verdicts": [
            {"claim": judged.claim.name, "a": judged.a, "b": judged.b}
            for judged in comparison.verdicts
        ],
    }
    found: dict[str, Any] = json.loads(TypeAdapter(dict[str, Any]).dump_json(content))
    return found


def _coordinates(a: xr.Dataset, b: xr.Dataset) -> dict[str, str]:
    found: dict[str, str] = {}
    for dim in (dim for dim in a.dims if dim in b.dims):
        try:
            found |= aligned(_along(a, dim), _along(b, dim))[2]
        except DifferentShapeError as error:
            found[str(dim)] = str(error)
    return found


def _along(data: xr.Dataset, dim: Any) -> xr.DataArray:
    """Return an array along one dimension, with its coordinate if it has one."""
    coords = {dim: data[dim]} if dim in data.coords else {}
    return xr.DataArray([0] * data.sizes[dim], dims=dim, coords=coords)
