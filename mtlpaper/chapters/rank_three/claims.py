"""The claim on teachers of rank three."""

import xarray as xr

from mtlpaper.chapters.common.two_tasks.claims import SIGN_REASON, between, figure_claim, trends
from mtlpaper.companion.claims import POSITIVE, Parts, negated, take


def rank_three_trends(data: xr.Dataset) -> Parts:
    """The trends of Figure 2 for teachers of rank three, where Figure 2 shows them."""
    return trends(lambda effect: take(data, "effect_right", effect=effect, n_train=between))


CLAIMS = (
    figure_claim(
        name="rank-three",
        where="section 4.5; Figure A2",
        says="Teachers of rank three show similar results.",
        expected="all three trends of Figure 2",
        experiment="rank_three",
        figure="fig-rank-three",
        statistic=rank_three_trends,
        range=POSITIVE,
        reason=SIGN_REASON,
        control=negated("effect_right"),
        explained={
            "undecided": "Whether the benefit beside unrelated tasks falls with their SNR, the "
            "datasets cannot tell.",
        },
    ),
)
