"""Small tables of what came out: dataset in, DataFrame out, nothing computed anew.

Every function takes the dataset of its experiment. Percentages and intervals are texts, already
rounded, since a table is for reading; the numbers themselves are in the dataset.
"""

from mtlpaper.tables.aligned import (
    aligned_effects,
    aligned_spectra,
    bound_effects,
    bound_tightness,
    bound_violations,
    plane_gaps,
)
from mtlpaper.tables.benefits import (
    agreement,
    axes,
    chosen,
    effects,
    finalists,
    minima,
    rates,
    rules,
)
from mtlpaper.tables.dynamics import (
    figure1,
    figure1_starts,
    finite_data,
    fits_the_axis,
    label_rules,
    large_data,
    learning_rate,
    rem,
    spectrum,
)
from mtlpaper.tables.multiverse import factors, in_short, multiverse
from mtlpaper.tables.relatedness import crossings, ranking
from mtlpaper.tables.table1 import signs, table1_rows

__all__ = [
    "agreement",
    "aligned_effects",
    "aligned_spectra",
    "axes",
    "bound_effects",
    "bound_tightness",
    "bound_violations",
    "chosen",
    "crossings",
    "effects",
    "factors",
    "figure1",
    "figure1_starts",
    "finalists",
    "finite_data",
    "fits_the_axis",
    "in_short",
    "label_rules",
    "large_data",
    "learning_rate",
    "minima",
    "multiverse",
    "plane_gaps",
    "ranking",
    "rates",
    "rem",
    "rules",
    "signs",
    "spectrum",
    "table1_rows",
]
