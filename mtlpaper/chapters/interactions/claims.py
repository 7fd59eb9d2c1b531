"""The claim that generalisation can be computed analytically."""

import xarray as xr

from mtlpaper.chapters.common.two_tasks.claims import benefit_claim
from mtlpaper.companion.claims import Parts, Range, parts_of, replaced, take


def infinite_data_theory(data: xr.Dataset) -> Parts:
    """Agreement of the infinite-data flow's benefits with the measured ones."""
    wanted = ("correlation", "sign")
    cell = take(data, "agreement", theory="infinite", subset="all", statistic=wanted.__contains__)
    return parts_of(cell, {"statistic": ""})


CLAIMS = (
    benefit_claim(
        name="computed-analytically",
        where="section 5",
        says="Generalisation can be computed analytically.",
        expected="correlation and share of right signs ≥ 0.95",
        settings="unknown",
        experiment="interactions",
        figure="fig-interactions-theory",
        statistic=infinite_data_theory,
        range=Range(low=0.95),
        reason="fixed for our own theory before it was compared",
        unit="1",
        control=replaced("agreement", 0.0),
        explained={
            "not reproduced": "The averages of Eq. (2) do not depend on the number of points, and "
            "the benefit does. Our finite-sample flow (T 7b) takes that number into account.",
        },
    ),
)
