"""Small tables of what came out, with verdicts: dataset in, DataFrame out, nothing computed anew.

Every function takes the dataset of its experiment. Percentages and intervals are texts, already
rounded, since a table is for reading; the numbers themselves are in the dataset.
"""

from mtlpaper.tables.benefits import (
    agreement,
    agreement_verdict,
    axes,
    effects,
    finalists,
    inferred_verdict,
    minima,
    rates,
    rules,
)
from mtlpaper.tables.dynamics import (
    figure1,
    figure1_verdict,
    finite_data,
    fits_the_axis,
    gap_of,
    label_rules,
    large_data,
    learning_rate,
    limit_of,
    rem,
    share_verdict,
    slope_verdict,
    spectrum,
    suppression_verdict,
    worst,
)

__all__ = [
    "agreement",
    "agreement_verdict",
    "axes",
    "effects",
    "figure1",
    "figure1_verdict",
    "finalists",
    "finite_data",
    "fits_the_axis",
    "gap_of",
    "inferred_verdict",
    "label_rules",
    "large_data",
    "learning_rate",
    "limit_of",
    "minima",
    "rates",
    "rem",
    "rules",
    "share_verdict",
    "slope_verdict",
    "spectrum",
    "suppression_verdict",
    "worst",
]
