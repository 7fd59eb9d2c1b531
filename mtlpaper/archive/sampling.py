"""Which cells of the published data are computed again: a random sample, the same for one seed."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np

from mtlpaper.archive.contents import Published
from mtlpaper.cells import At, checks_of
from mtlpaper.cells.checks import named
from mtlpaper.errors import require


@dataclass(frozen=True)
class Cell:
    """One cell of an experiment's data.

    Attributes
    ----------
    experiment : str
    piece : int
        Number of the piece in the experiment's checks.
    at : mapping
        Its labels.
    variables : tuple of str
        What it holds.
    seconds : float
        Estimated time on one core.
    """

    experiment: str
    piece: int
    at: At
    variables: tuple[str, ...]
    seconds: float

    def __str__(self) -> str:
        return " ".join(filter(None, [self.experiment, self.variables[0], f"[{named(self.at)}]"]))


def cells_of(published: Published) -> list[Cell]:
    """List all cells of an experiment's published data, in their order."""
    return [
        Cell(
            published.name,
            number,
            at,
            piece.variables,
            piece.seconds(published.params, piece.start(published.data, at)),
        )
        for number, piece in enumerate(checks_of(published.name).pieces)
        for at in piece.cells(published.data)
    ]


def draw(
    cells: Mapping[str, Sequence[Cell]], *, fraction: float, seed: int, seconds: float | None = None
) -> list[Cell]:
    """Draw cells at random, a share of those of every experiment and at least one.

    Parameters
    ----------
    cells : mapping
        All cells by experiment.
    fraction : float
        Share to draw, in (0, 1].
    seed : int
        An experiment's sample depends on it alone, not on the other experiments.
    seconds : float, optional
        Estimated time on one core that the sample may take. Every experiment then has its first
        cell that takes no more than an equal part of it, or else its cheapest one, and further
        cells as long as there is time.

    Returns
    -------
    list of Cell
        By experiment, each in the order in which it was drawn.

    Raises
    ------
    ValueError
        If `fraction`, `seed` or `seconds` is out of range.
    """
    require(0 < fraction <= 1, "fraction", fraction, "a number in (0, 1]")
    require(seed >= 0, "seed", seed, "an integer >= 0")
    require(seconds is None or seconds > 0, "seconds", seconds, "a number > 0")
    orders = {name: _shuffled(name, of, seed) for name, of in cells.items() if of}
    quotas = {name: max(1, round(fraction * len(order))) for name, order in orders.items()}
    if seconds is None:
        return [cell for name, order in orders.items() for cell in order[: quotas[name]]]
    chosen = _within(orders, quotas, seconds)
    return [cell for name, order in orders.items() for cell in order if id(cell) in chosen]


def _shuffled(name: str, cells: Sequence[Cell], seed: int) -> list[Cell]:
    key = np.random.SeedSequence(seed, spawn_key=(zlib.crc32(name.encode()),))
    return [cells[i] for i in np.random.default_rng(key).permutation(len(cells))]


def _within(
    orders: Mapping[str, Sequence[Cell]], quotas: Mapping[str, int], seconds: float
) -> set[int]:
    """Identities of the cells that fit into a time."""
    share = seconds / max(1, len(orders))
    first = {
        name: next((c for c in order if c.seconds <= share), min(order, key=lambda c: c.seconds))
        for name, order in orders.items()
    }
    chosen = {id(cell) for cell in first.values()}
    left = seconds - sum(cell.seconds for cell in first.values())
    further = [
        [cell for cell in order if cell is not first[name]][: quotas[name] - 1]
        for name, order in orders.items()
    ]
    for turn in zip_longest(*further):  # a cell of each experiment in turn
        for cell in turn:
            if cell is not None and cell.seconds <= left:
                chosen.add(id(cell))
                left -= cell.seconds
    return chosen
