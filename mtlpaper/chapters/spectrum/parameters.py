"""Parameters of the test of the other singular values."""

from typing import Self

from pydantic import model_validator

from mtlpaper.chapters.common.single_task.parameters import (
    Classes,
    MatrixTheory,
    NonNegative,
    OneInputSize,
    ScheduledTask,
)
from mtlpaper.companion.parameters.base import parameter


class Spectrum(MatrixTheory, OneInputSize, ScheduledTask):
    """Whether the student's other singular values are exponentially suppressed."""

    name = "spectrum"
    title = "Are the other singular values exponentially suppressed?"
    presets = {
        "paper": {},
        "quick": {"n_seeds": 2, "n_steps": 3000, "learning_rate": 0.02, "n_points": 512},
    }

    N3: tuple[Classes, ...] = parameter(
        (2, 20), "numbers of classes", status="stated", source="Figure 1, caption", min_length=1
    )
    n_seeds: int = parameter(4, "datasets", status="ours", source="any", ge=2, le=10_000)
    n_train: int = parameter(
        1000, "training points N", status="ours", source="many, to see the teacher's part", ge=2
    )
    learning_rate: float = parameter(
        1e-2,
        "learning rate 1/tau",
        status="ours",
        source="ten times Figure 1's, in the gradient-flow limit (see the learning-rate page)",
        gt=0,
        le=1,
    )
    n_steps: int = parameter(
        6000, "steps", status="ours", source="twelve times Figure 1's window", ge=1
    )
    n_modes: int = parameter(
        4,
        "singular values of the student that start above zero (at most N3 of them)",
        status="ours",
        source="any",
        ge=2,
    )
    s0_rest: float = parameter(
        0.5, "initial value of all but the largest of them", status="ours", source="any", gt=0
    )
    sigma: tuple[NonNegative, ...] = parameter(
        (0.0, 0.5),
        "noise levels; 0 makes the noisy teacher rank one, as Eq. (3) presumes",
        status="ours",
        source="without and with the noise of section 2.1",
        min_length=1,
    )
    imbalance: tuple[NonNegative, ...] = parameter(
        (0.0, 1.0),
        "difference of the squared norms of trunk and head in every mode",
        status="ours",
        source="0 is the balanced start that Eq. (3) presumes",
        min_length=1,
    )

    @model_validator(mode="after")
    def _modes_fit(self) -> Self:
        most = min(self.N1, self.N2)
        if self.n_modes > most:
            raise ValueError(f"`n_modes` must be at most min(N1, N2) = {most}, got {self.n_modes}")
        if self.s0_rest >= self.s0:
            raise ValueError(f"`s0_rest` must be below `s0` = {self.s0}, got {self.s0_rest}")
        return self
