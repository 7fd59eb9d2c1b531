"""Parameters of the kinds of auxiliary tasks."""

from typing import Annotated

from pydantic import Field

from mtlpaper.chapters import glossary as g
from mtlpaper.companion.parameters import Increasing, Parameters, parameter

#: Data sets that are measured at once; small nets of one block are trained together.
BLOCK = 10
_FROM_NONE = "from none to all, evenly"


class AuxiliaryKinds(Parameters):
    """A main task alone, with an auxiliary task of every kind, and with controls."""

    name = "auxiliary_kinds"
    title = "Kinds of auxiliary tasks, and why they should work"
    presets = {
        "paper": {},
        "quick": {
            "r": [0.0, 0.5, 1.0],
            "overlap": [0.0, 0.5, 1.0],
            "reversal": [0.3, 1.0],
            "n_levels": [2, 4],
            "label_noise": [0.3, 3.0],
            "n_datasets": BLOCK,
        },
    }

    r: Increasing[g.r] = parameter((0.0, 0.25, 0.5, 0.75, 1.0), "ours", _FROM_NONE)
    overlap: Increasing[g.overlap] = parameter((0.0, 0.25, 0.5, 0.75, 1.0), "ours", _FROM_NONE)
    reversal: Increasing[g.reversal] = parameter(
        (0.1, 0.3, 1.0, 3.0), "ours", "from hardly any effect to about that of an exact erasure"
    )
    n_levels: Increasing[g.n_levels] = parameter(
        (2, 3, 4, 8), "ours", "from a sign, which keeps least, to almost all"
    )
    label_noise: Increasing[Annotated[g.label_noise, Field(gt=0)]] = parameter(
        (0.3, 1.0, 3.0),
        "ours",
        "from a third of the signal to three times as much",
        meaning="standard deviation of the noise on the labels, where a trunk serves a novel task",
    )
    n_datasets: Annotated[g.n_datasets, Field(multiple_of=BLOCK)] = parameter(
        100,
        "ours",
        "for intervals of a few per cent",
        meaning="data sets of every experiment, in blocks of ten",
    )
    seed: g.seed = g.SEED
