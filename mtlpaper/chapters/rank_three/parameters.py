"""Parameters of Figure A2: teachers of rank three."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from mtlpaper.chapters.common.two_tasks.parameters import (
    LinearStudents,
    MainTasks,
    Points,
    SingularValue,
)
from mtlpaper.companion.parameters.base import parameter


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
            "n_seeds": 3,
            "n_test": 512,
            "dtype": "float64",
        },
    }

    rank: int = parameter(
        3, "rank of the teachers", status="stated", source="section 4.5", ge=1, le=1000
    )
    S_B: tuple[SingularValue, ...] = parameter(
        (0.1, 10.0),
        "singular value of the auxiliary task's teacher",
        status="inferred",
        source="one low and one high SNR",
        min_length=1,
        order="increasing",
    )
    N3: tuple[Annotated[int, Field(ge=2, le=1000)], ...] = parameter(
        (3, 10),
        "numbers of classes of each task",
        status="unknown",
        source="as many as the rank, by the rule of section 4.5, or still ten",
        min_length=1,
        order="increasing",
    )
    n_train: tuple[Points, ...] = parameter(
        (100, 200, 400, 800),
        "training points of each task",
        status="inferred",
        source="Figure 2, axis, without its last values",
        min_length=1,
        order="increasing",
    )

    @model_validator(mode="after")
    def _classes_fit(self) -> Self:
        if min(self.N3) < self.rank:
            raise ValueError(f"`N3` must be at least the rank, {self.rank}, got {list(self.N3)}")
        return self
