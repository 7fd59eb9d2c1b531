"""Which units of the published data are computed again: a random sample, the same for one seed."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from itertools import zip_longest

import numpy as np

from mtlpaper.companion.contract.checking import Check
from mtlpaper.errors import require


def draw(
    checks: Mapping[str, Sequence[Check]],
    *,
    fraction: float,
    seed: int,
    seconds: float | None = None,
) -> list[Check]:
    """Draw units at random, a share of those of every experiment and at least one.

    Parameters
    ----------
    checks : mapping
        All units by experiment.
    fraction : float
        Share to draw, in (0, 1].
    seed : int
        An experiment's sample depends on it alone, not on the other experiments.
    seconds : float, optional
        Estimated time on one core that the sample may take. Every experiment then has its first
        unit that takes no more than an equal part of it, or else its cheapest one, and further
        units as long as there is time.

    Returns
    -------
    list of Check
        By experiment, each in the order in which it was drawn.

    Raises
    ------
    ValueError
        If `fraction`, `seed` or `seconds` is out of range.
    """
    require(0 < fraction <= 1, "fraction", fraction, "a number in (0, 1]")
    require(seed >= 0, "seed", seed, "an integer >= 0")
    require(seconds is None or seconds > 0, "seconds", seconds, "a number > 0")
    orders = {name: _shuffled(name, of, seed) for name, of in checks.items() if of}
    quotas = {name: max(1, round(fraction * len(order))) for name, order in orders.items()}
    if seconds is None:
        return [one for name, order in orders.items() for one in order[: quotas[name]]]
    chosen = _within(orders, quotas, seconds)
    return [one for order in orders.values() for one in order if id(one) in chosen]


def _shuffled(name: str, checks: Sequence[Check], seed: int) -> list[Check]:
    key = np.random.SeedSequence(seed, spawn_key=(zlib.crc32(name.encode()),))
    return [checks[i] for i in np.random.default_rng(key).permutation(len(checks))]


def _within(
    orders: Mapping[str, Sequence[Check]], quotas: Mapping[str, int], seconds: float
) -> set[int]:
    """Identities of the units that fit into a time."""
    share = seconds / max(1, len(orders))
    first = {
        name: next((c for c in order if c.seconds <= share), min(order, key=lambda c: c.seconds))
        for name, order in orders.items()
    }
    chosen = {id(one) for one in first.values()}
    left = seconds - sum(one.seconds for one in first.values())
    further = [
        [one for one in order if one is not first[name]][: quotas[name] - 1]
        for name, order in orders.items()
    ]
    for turn in zip_longest(*further):  # a unit of each experiment in turn
        for one in turn:
            if one is not None and one.seconds <= left:
                chosen.add(id(one))
                left -= one.seconds
    return chosen
