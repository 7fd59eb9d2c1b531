"""Claims on the benefit at infinite width."""

import xarray as xr

from mtlpaper.companion.claims import (
    NEGATIVE,
    POSITIVE,
    Claim,
    Parts,
    Range,
    negated,
    parts_of,
    shifted,
    take,
)
from mtlpaper.documents.heiss2021 import BENEFIT

_NAMES = {"n_train": "N"}


def _benefit(data: xr.Dataset, relation: str) -> Parts:
    return parts_of(take(data, "benefit", relation=relation), _NAMES)


CLAIMS = (
    Claim(
        name="wide-shared-kinks-help",
        section=BENEFIT,
        where="abstract; section 1.2",
        says="Wide networks with weight decay benefit from another task that shares features.",
        expected="a smaller error beside a task with the same kinks",
        settings="ours",
        experiment="wide_benefit",
        figure="fig-wide-benefit",
        statistic=lambda data: _benefit(data, "shared"),
        range=POSITIVE,
        reason="a benefit, with the weight decay tuned for each",
        control=negated("benefit"),
    ),
    Claim(
        name="wide-disjoint-kinks-nothing",
        section=BENEFIT,
        where="section 1, first paragraph",
        says="The benefit comes from features in common: a task with other kinks brings none.",
        expected="no smaller error beside a task with other kinks",
        settings="ours",
        experiment="wide_benefit",
        figure="fig-wide-benefit",
        statistic=lambda data: _benefit(data, "disjoint"),
        range=Range(high=0.1),
        reason="a tenth of the error is what the data sets can tell from nothing",
        control=shifted("benefit", 1.0),
    ),
    Claim(
        name="wide-tangent-vanishes",
        section=BENEFIT,
        where="abstract; section 1",
        says="Where wide networks behave like kernels, they lose their ability to benefit.",
        expected="size of the benefit falls with the width, by a power near −1/2",
        settings="ours",
        experiment="wide_benefit",
        figure="fig-wide-tangent",
        statistic=lambda data: parts_of(take(data, "slope")),
        range=NEGATIVE,
        reason="a power of the width that is below zero ends at no benefit",
        control=negated("slope"),
    ),
)
