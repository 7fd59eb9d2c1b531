"""Parameters of the page on relatedness beyond one number."""

from typing import Self

from pydantic import model_validator

from mtlpaper.chapters.common.single_task.parameters import MatrixTheory
from mtlpaper.chapters.common.two_tasks.parameters import (
    LinearStudents,
    OneNumberOfClasses,
    Points,
    SingularValue,
)
from mtlpaper.companion.parameters.base import parameter


class Relatedness(MatrixTheory, LinearStudents, OneNumberOfClasses):
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
            "n_seeds": 3,
            "n_test": 512,
            "dtype": "float64",
        },
    }

    rank: int = parameter(
        10,
        "largest rank of the teachers",
        status="stated",
        source="section 4.5; other ranks are ours",
        ge=2,
        le=1000,
    )
    S_A: tuple[SingularValue, ...] = parameter(
        (1.0, 10.0),
        "singular value of main tasks; root mean square where they are unequal",
        status="stated",
        source="two of Figure 2's",
        min_length=1,
        order="increasing",
    )
    S_B: tuple[SingularValue, ...] = parameter(
        (1.0, 10.0),
        "singular value of auxiliary tasks; root mean square where they are unequal",
        status="ours",
        source="noisy and clean",
        min_length=1,
        order="increasing",
    )
    n_train: tuple[Points, ...] = parameter(
        (400, 800),
        "training points of each task",
        status="stated",
        source="two of Figure 2's",
        min_length=1,
        order="increasing",
    )
    spread: float = parameter(
        10.0,
        "largest over smallest singular value where they are unequal",
        status="ours",
        source="any; far from one",
        gt=1,
        le=1e6,
    )
    n_points: int = parameter(
        256,
        "Sobol points of the theory's Gaussian averages, a power of two",
        status="ours",
        source="for an error well below the theory's own",
        ge=64,
        le=2**20,
    )

    @model_validator(mode="after")
    def _angles_have_room(self) -> Self:
        if 2 * self.rank > self.N1:
            raise ValueError(
                f"`rank` must be at most N1 / 2 = {self.N1 / 2:g} for any angle, got {self.rank}"
            )
        return self
