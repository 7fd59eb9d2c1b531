"""Parameters of the finite-sample theory's test."""

from typing import Literal, Self

from pydantic import model_validator

from mtlpaper.chapters.common.single_task.parameters import (
    Inputs,
    MatrixTheory,
    OneNoiseLevel,
    ScheduledTask,
)
from mtlpaper.companion.parameters.base import parameter


class FiniteData(MatrixTheory, OneNoiseLevel, ScheduledTask):
    """Soft labels with as many inputs as training points: what finite data does to Eq. (3)."""

    name = "finite_data"
    title = "When inputs are as many as training points"
    presets = {
        "paper": {},
        "quick": {"n_seeds": 2, "N1": [20, 100], "n_points": 512},
    }

    N1: tuple[Inputs, ...] = parameter(
        (10, 20, 50, 100, 200),
        "numbers of inputs compared",
        status="ours",
        source="from a tenth of to twice the training points",
        min_length=1,
        order="increasing",
    )
    shown_N1: int = parameter(
        100, "the number of inputs whose trajectories are drawn", status="ours", source="any", ge=2
    )
    label_rule: Literal["soft", "sample"] = parameter(
        "soft", "how the noisy teacher labels the inputs", status="inferred", source="see Figure 1"
    )
    share: float = parameter(
        0.6,
        "largest admissible ratio of the finite-sample theory's gap to that of Eq. (3)",
        status="ours",
        source="fixed in advance",
        gt=0,
        le=1,
    )

    @model_validator(mode="after")
    def _shown_is_computed(self) -> Self:
        if self.shown_N1 not in self.N1:
            raise ValueError(
                f"`shown_N1` must be one of `N1` = {list(self.N1)}, got {self.shown_N1}"
            )
        return self
