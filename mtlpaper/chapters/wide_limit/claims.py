"""Claims on the limit of infinite width."""

from collections.abc import Callable

import xarray as xr

from mtlpaper.companion.claims import Claim, Parts, Range, parts_of, shifted, take
from mtlpaper.documents.heiss2021 import LIMIT


def _wide_enough(name: str) -> Callable[[xr.Dataset], Parts]:
    """Networks with at least as many neurons as there are labels, (W 4)."""

    def statistic(data: xr.Dataset) -> Parts:
        per_label = take(data, "per_label", width=lambda _: True)
        labels = float((per_label["width"] / per_label).max())
        return parts_of(take(data, name, width=lambda n: n >= labels), {"biases": ""})

    return statistic


CLAIMS = (
    Claim(
        name="wide-networks-reach-limit",
        section=LIMIT,
        where="abstract; Eqs. (4) and (5)",
        says="Networks that are wide enough and trained to their optimum reach the minimum of the "
        "problem over functions.",
        expected="an objective within 1e-3 of the minimum, from as many neurons as labels on",
        settings="ours",
        experiment="wide_limit",
        figure="fig-wide-limit",
        statistic=_wide_enough("least"),
        range=Range(high=1e-3),
        reason="relative to the minimum; the best of a few starts, the worst of the data sets",
        control=shifted("least", 0.1),
    ),
    Claim(
        name="wide-functions-agree",
        section=LIMIT,
        where="Eq. (5)",
        says="Wide networks become the function that solves the problem over functions.",
        expected="functions apart by at most a fiftieth of their size, between training points",
        settings="ours",
        experiment="wide_limit",
        figure="fig-wide-functions",
        statistic=_wide_enough("apart"),
        range=Range(high=0.02),
        reason="what the thickness of a curve hides",
        control=shifted("apart", 1.0),
    ),
)
