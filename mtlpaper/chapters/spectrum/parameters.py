"""Parameters of the test of the other singular values."""

from typing import Self

from pydantic import model_validator

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.single_task.parameters import (
    MatrixTheory,
    OneInputSize,
    Rate,
    ScheduledTask,
)
from mtlpaper.companion.parameters import Distinct, parameter


class Spectrum(MatrixTheory, OneInputSize, ScheduledTask):
    """Whether the student's other singular values are exponentially suppressed."""

    name = "spectrum"
    title = "Are the other singular values exponentially suppressed?"
    presets = {
        "paper": {},
        "quick": {"n_seeds": 2, "n_steps": 3000, "learning_rate": 0.02, "n_points": 512},
    }

    n_seeds: g.n_seeds = parameter(
        4, "ours", "a compromise between little scatter and computing time"
    )
    n_train: g.n_train = parameter(
        1000,
        "ours",
        "many, so that finite data do not hide what the teacher does",
        meaning="training points N",
    )
    learning_rate: Rate = parameter(
        1e-2,
        "ours",
        "ten times Figure 1's, in the gradient-flow limit (see the learning-rate page)",
    )
    n_steps: g.n_steps = parameter(6000, "ours", "twelve times the length of Figure 1's training")
    n_modes: g.n_modes = parameter(4, "ours", "three beside the largest, to be compared with it")
    s0_rest: g.s0_rest = parameter(
        0.5, "ours", "half of the largest, so that it can grow as well as shrink"
    )
    sigma: Distinct[g.sigma] = parameter(
        (0.0, 0.5),
        "ours",
        "without and with the noise of section 2.1",
        meaning="noise levels; 0 makes the noisy teacher rank one, as Eq. (3) presumes",
    )
    imbalance: Distinct[g.imbalance] = parameter(
        (0.0, 1.0), "ours", "0 is the balanced start that Eq. (3) presumes"
    )

    @model_validator(mode="after")
    def _modes_fit(self) -> Self:
        most = min(self.N1, self.N2)
        if self.n_modes > most:
            raise ValueError(f"`n_modes` must be at most min(N1, N2) = {most}, got {self.n_modes}")
        if self.s0_rest >= self.s0:
            raise ValueError(f"`s0_rest` must be below `s0` = {self.s0}, got {self.s0_rest}")
        return self
