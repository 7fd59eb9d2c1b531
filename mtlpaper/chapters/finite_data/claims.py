"""The claim that the theory accounts for finite training sets."""

import xarray as xr

from mtlpaper.chapters.figure1.claims import AGREEMENT, GAP_REASON
from mtlpaper.companion.claims import Claim, Parts, Range, parameter, parts_of, shifted, take
from mtlpaper.documents.lee2019 import ONE_TASK


def finite_size_gaps(data: xr.Dataset) -> Parts:
    """Gap of Eq. (3) to SGD where inputs are as many as training points."""
    n_train = parameter(data, "n_train")
    gap = take(data, "gap", theory="eq3", N1=n_train).drop_vars(["theory", "N1"])
    return parts_of(100 * gap, {"N3": "classes"})


CLAIMS = (
    Claim(
        name="finite-size",
        section=ONE_TASK,
        where="abstract; section 2",
        says="The theory accounts for finite training sets.",
        expected=f"gap ≤ {100 * AGREEMENT:g} % with as many inputs as points",
        settings="unknown",
        experiment="finite_data",
        figure="fig-finite-data",
        statistic=finite_size_gaps,
        range=Range(high=100 * AGREEMENT),
        reason=GAP_REASON,
        unit="%",
        control=shifted("gap", 1.0),
        explained={
            "partly": "Eq. (3) does not depend on the number of points. Our finite-sample theory "
            "(T 7a) does.",
            "not reproduced": "Eq. (3) as printed does not depend on the number of points; what "
            "appendix A averages over is not at hand. Our finite-sample theory (T 7a) does depend "
            "on it.",
        },
    ),
)
