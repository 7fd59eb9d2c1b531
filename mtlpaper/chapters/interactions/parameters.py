"""Parameters of the complete interactions of Figure 2, Figure A1 of the paper."""

from typing import Self

from pydantic import model_validator

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.two_tasks.parameters import (
    QUICK,
    LinearStudents,
    OneNumberOfClasses,
    TheoryOfBenefits,
)
from mtlpaper.companion.parameters import Increasing, parameter

_STATED = "section 4.5: from .01 to 100"


class Interactions(TheoryOfBenefits, LinearStudents, OneNumberOfClasses):
    """The benefit over all of S_A, S_B, r_AB and the number of points, measured and by theory."""

    name = "interactions"
    title = "Figure A1: all interactions, and a theory of the benefit"
    presets = {"paper": {}, "quick": {**QUICK, "n_train": [100, 400, 800]}}

    S_A: Increasing[g.S_A] = parameter((0.01, 0.1, 1.0, 10.0, 100.0), "stated", _STATED)
    S_B: Increasing[g.S_B] = parameter((0.01, 0.1, 1.0, 10.0, 100.0), "stated", _STATED)
    n_train: Increasing[g.n_train] = parameter(
        (100, 200, 400, 800, 1600, 3200), "stated", "Figure 2, axis"
    )
    least_correlation: g.least_correlation = parameter(0.95, "ours", "fixed in advance")
    least_sign: g.least_sign = parameter(0.95, "ours", "fixed in advance")

    @model_validator(mode="after")
    def _something_to_correlate(self) -> Self:
        if len(self.S_A) * len(self.S_B) * len(self.r_AB) < 2:
            raise ValueError("`S_A`, `S_B` and `r_AB` must make at least two cells, got one")
        return self
