"""Parameters of Figure A2: teachers of rank three."""

from typing import Self

from pydantic import model_validator

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.two_tasks.parameters import (
    QUICK_TRAINING,
    LinearStudents,
    MainTasks,
)
from mtlpaper.companion.parameters import Increasing, parameter


class RankThree(MainTasks, LinearStudents):
    """Figure 2 with teachers of lower rank, read in two ways."""

    name = "rank_three"
    title = "Figure A2: teachers of rank three"
    presets = {
        "paper": {},
        "quick": {
            "S_A": [0.1, 10.0],
            "S_B": [0.1, 10.0],
            "r_AB": [0.0, 1.0],
            "n_train": [100, 400],
            **QUICK_TRAINING,
        },
    }

    rank: g.rank = parameter(3, "stated", "section 4.5")
    S_B: Increasing[g.S_B] = parameter((0.1, 10.0), "inferred", "one low and one high SNR")
    N3: Increasing[g.N3] = parameter(
        (3, 10), "unknown", "as many as the rank, by the rule of section 4.5, or still ten"
    )
    n_train: Increasing[g.n_train] = parameter(
        (100, 200, 400, 800), "inferred", "Figure 2, axis, without its last values"
    )

    @model_validator(mode="after")
    def _classes_fit(self) -> Self:
        if min(self.N3) < self.rank:
            raise ValueError(f"`N3` must be at least the rank, {self.rank}, got {list(self.N3)}")
        return self
