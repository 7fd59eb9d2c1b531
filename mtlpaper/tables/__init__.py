"""Small tables of what came out, with verdicts: dataset in, DataFrame out, nothing computed anew.

Every function takes the dataset of its experiment. Percentages and intervals are texts, already
rounded, since a table is for reading; the numbers themselves are in the dataset.
"""

from mtlpaper.tables.aligned import (
    aligned_effects,
    aligned_spectra,
    bound_effects,
    bound_tightness,
    bound_verdict,
    bound_violations,
    plane_gaps,
    plane_verdict,
)
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
    figure1_starts,
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
from mtlpaper.tables.multiverse import factors, in_short, multiverse
from mtlpaper.tables.relatedness import crossings, law_verdict, ranking
from mtlpaper.tables.table1 import signs, table1_rows

__all__ = [
    "agreement",
    "agreement_verdict",
    "aligned_effects",
    "aligned_spectra",
    "axes",
    "bound_effects",
    "bound_tightness",
    "bound_verdict",
    "bound_violations",
    "crossings",
    "effects",
    "factors",
    "figure1",
    "figure1_starts",
    "figure1_verdict",
    "finalists",
    "finite_data",
    "fits_the_axis",
    "gap_of",
    "in_short",
    "inferred_verdict",
    "label_rules",
    "large_data",
    "law_verdict",
    "learning_rate",
    "limit_of",
    "minima",
    "multiverse",
    "plane_gaps",
    "plane_verdict",
    "ranking",
    "rates",
    "rem",
    "rules",
    "share_verdict",
    "signs",
    "slope_verdict",
    "spectrum",
    "suppression_verdict",
    "table1_rows",
    "worst",
]
