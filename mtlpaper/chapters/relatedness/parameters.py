"""Parameters of the page on relatedness beyond one number."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.two_tasks.parameters import (
    QUICK_TRAINING,
    LinearStudents,
    OneNumberOfClasses,
    TheoryOfBenefits,
)
from mtlpaper.companion.parameters import Increasing, parameter


class Relatedness(TheoryOfBenefits, LinearStudents, OneNumberOfClasses):
    """What the benefit follows where angles, singular values or ranks differ."""

    name = "relatedness"
    title = "Relatedness beyond one number"
    presets = {
        "paper": {},
        "quick": {
            "S_A": [10.0],
            "S_B": [10.0],
            "r_AB": [0.0, 0.5, 1.0],
            "n_train": [400],
            "n_points": 128,
            **QUICK_TRAINING,
        },
    }

    rank: Annotated[g.rank, Field(ge=2)] = parameter(
        10,
        "stated",
        "section 4.5; other ranks are ours",
        meaning="largest rank of the teachers",
    )
    S_A: Increasing[g.S_A] = parameter(
        (1.0, 10.0),
        "stated",
        "two of the values on Figure 2's axis",
        meaning="singular value of main tasks; root mean square where they are unequal",
    )
    S_B: Increasing[g.S_B] = parameter(
        (1.0, 10.0),
        "ours",
        "one noisy and one clean auxiliary task",
        meaning="singular value of auxiliary tasks; root mean square where they are unequal",
    )
    n_train: Increasing[g.n_train] = parameter(
        (400, 800), "stated", "two of the numbers on Figure 2's axis"
    )
    spread: g.spread = parameter(10.0, "ours", "far from one, so that unequal values can matter")

    @model_validator(mode="after")
    def _angles_have_room(self) -> Self:
        if 2 * self.rank > self.N1:
            raise ValueError(
                f"`rank` must be at most N1 / 2 = {self.N1 / 2:g} for any angle, got {self.rank}"
            )
        return self
