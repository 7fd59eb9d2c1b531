"""Parameters of the complete interactions of Figure 2, Figure A1 of the paper."""

from typing import Self

from pydantic import model_validator

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.two_tasks.parameters import (
    QUICK_PROTOCOL,
    Protocol,
    TheoryOfBenefits,
)
from mtlpaper.companion.parameters import Increasing, parameter

#: Tasks whose singular values are far above the noise of the outputs.
CLEAN, LEAST_CLEAN = "clean tasks", 0.5


class Interactions(Protocol, TheoryOfBenefits):
    """The benefit over all of S_A, S_B, r_AB and the number of points, measured and by theory."""

    name = "interactions"
    title = "Figure A1: all interactions, published, measured and by theory"
    presets = {
        "paper": {},
        "quick": {**QUICK_PROTOCOL, "n_train": [100, 800], "n_fresh": 1024},
    }

    n_train: Increasing[g.n_train] = parameter(
        (100, 200, 400, 800, 1600, 3200), "stated", "Figure 2, axis"
    )
    least_correlation: g.least_correlation = parameter(0.95, "ours", "fixed in advance")
    least_sign: g.least_sign = parameter(0.95, "ours", "fixed in advance")

    t_infinite: g.t_infinite = parameter(
        500.0, "ours", "with infinite data the loss on such labels has no minimum"
    )
    n_cavity: g.n_cavity = parameter(1, "ours", "this theory takes longer than training")
    n_fresh: g.n_fresh = parameter(4096, "ours", "more than the most training points")

    @model_validator(mode="after")
    def _cavity_fits(self) -> Self:
        if self.n_fresh < max(self.n_train):
            raise ValueError(
                f"`n_fresh` must be at least the most n_train, {max(self.n_train)}, "
                f"got {self.n_fresh}"
            )
        if self.n_cavity > self.n_seeds:
            raise ValueError(
                f"`n_cavity` must be at most n_seeds = {self.n_seeds}, got {self.n_cavity}"
            )
        return self

    @model_validator(mode="after")
    def _something_to_correlate(self) -> Self:
        if len(self.S_A) * len(self.S_B) * len(self.r_AB) < 2:
            raise ValueError("`S_A`, `S_B` and `r_AB` must make at least two cells, got one")
        return self
