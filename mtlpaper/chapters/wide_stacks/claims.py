"""Claims on two stacks with a bottleneck."""

from collections.abc import Callable

import xarray as xr

from mtlpaper.companion.claims import (
    Claim,
    Parts,
    Range,
    parts_of,
    replaced,
    shifted,
    take,
)
from mtlpaper.documents.heiss2021 import BENEFIT, LIMIT

_NAMES = {"shared": "shared", "seed": "dataset"}


def _widest(name: str, *shared: str) -> Callable[[xr.Dataset], Parts]:
    """Of the widest networks of some kinds."""

    def statistic(data: xr.Dataset) -> Parts:
        values = take(data, name, shared=shared.__contains__)
        return parts_of(values.isel(width=-1, drop=True), _NAMES)

    return statistic


CLAIMS = (
    Claim(
        name="wide-stacks-reach-limit",
        section=LIMIT,
        where="Eq. (6)",
        says="Wide networks of two stacks reach the minimum over factorisations of a function.",
        expected="an objective within 1e-3 of the minimum, on every data set",
        settings="ours",
        experiment="wide_stacks",
        figure="fig-wide-stacks",
        statistic=_widest("excess", "both stacks", "first stack", "nothing"),
        range=Range(-1e-3, 1e-3),
        reason="relative to the minimum, found without a network; neither may be the better one",
        control=shifted("excess", 0.1),
    ),
    Claim(
        name="wide-stacks-couple",
        section=BENEFIT,
        where="abstract; Definition 4",
        says="Networks with more than one hidden layer benefit from multi-task learning too: the "
        "other task's data change what is learned of a task.",
        expected="outputs change by more than 0.01",
        settings="ours",
        experiment="wide_stacks",
        figure="fig-wide-stacks",
        statistic=_widest("coupling", "both stacks", "first stack"),
        range=Range(low=0.01),
        reason="a hundredth of the labels' standard deviation, ten times what counts as nothing",
        control=replaced("coupling", 0.0),
    ),
    Claim(
        name="wide-stacks-separate",
        section=BENEFIT,
        where="Definition 4",
        says="Tasks that share neither stack cannot benefit.",
        expected="outputs stay, within 0.001",
        settings="ours",
        experiment="wide_stacks",
        figure="fig-wide-stacks",
        statistic=_widest("coupling", "nothing"),
        range=Range(high=1e-3),
        reason="zero in theory; outputs are as exact as the root of the objective's rounding",
        control=shifted("coupling", 0.1),
    ),
)
