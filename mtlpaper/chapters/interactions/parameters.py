"""Parameters of the complete interactions of Figure 2, Figure A1 of the paper."""

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


class Interactions(MatrixTheory, LinearStudents, OneNumberOfClasses):
    """The benefit over all of S_A, S_B, r_AB and the number of points, measured and by theory."""

    name = "interactions"
    title = "Figure A1: all interactions, and a theory of the benefit"
    presets = {
        "paper": {},
        "quick": {
            "S_A": [0.1, 1.0, 10.0],
            "S_B": [0.1, 10.0],
            "r_AB": [0.0, 0.5, 1.0],
            "n_train": [100, 400, 800],
            "n_seeds": 3,
            "n_test": 512,
            "dtype": "float64",
        },
    }

    S_A: tuple[SingularValue, ...] = parameter(
        (0.01, 0.1, 1.0, 10.0, 100.0),
        "singular value of the main task's teacher",
        status="stated",
        source="section 4.5: from .01 to 100",
        min_length=1,
        order="increasing",
    )
    S_B: tuple[SingularValue, ...] = parameter(
        (0.01, 0.1, 1.0, 10.0, 100.0),
        "singular value of the auxiliary task's teacher",
        status="stated",
        source="section 4.5: from .01 to 100",
        min_length=1,
        order="increasing",
    )
    n_train: tuple[Points, ...] = parameter(
        (100, 200, 400, 800, 1600, 3200),
        "training points of each task",
        status="stated",
        source="Figure 2, axis",
        min_length=1,
        order="increasing",
    )
    n_points: int = parameter(
        256,
        "Sobol points of the theory's Gaussian averages, a power of two",
        status="ours",
        source="for an error well below the theory's own",
        ge=64,
        le=2**20,
    )

    least_correlation: float = parameter(
        0.95,
        "correlation of theory and measurement asked for",
        status="ours",
        source="fixed in advance",
        gt=0,
        le=1,
    )
    least_sign: float = parameter(
        0.95,
        "share of clear cells whose sign the theory has to get right",
        status="ours",
        source="fixed in advance",
        gt=0,
        le=1,
    )

    @model_validator(mode="after")
    def _something_to_correlate(self) -> Self:
        if len(self.S_A) * len(self.S_B) * len(self.r_AB) < 2:
            raise ValueError("`S_A`, `S_B` and `r_AB` must make at least two cells, got one")
        return self
