"""Parameters of the finite-sample theory's test."""

from typing import Annotated, Literal, Self

from pydantic import model_validator

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.single_task.parameters import (
    MatrixTheory,
    OneNoiseLevel,
    ScheduledTask,
)
from mtlpaper.companion.parameters import Increasing, parameter, symbol_of


class FiniteData(MatrixTheory, OneNoiseLevel, ScheduledTask):
    """Soft labels with as many inputs as training points: what finite data does to Eq. (3)."""

    name = "finite_data"
    title = "As many input dimensions as training points"
    presets = {"paper": {}, "quick": {"n_seeds": 2, "N1": [20, 100], "n_points": 512}}

    N1: Increasing[g.N1] = parameter(
        (10, 20, 50, 100, 200), "ours", "from a tenth of to twice the training points"
    )
    shown_N1: g.shown_N1 = parameter(100, "ours", "as many as training points")
    label_rule: Annotated[Literal["soft", "sample"], symbol_of(g.label_rule)] = parameter(
        "soft", "inferred", "as on the page of Figure 1"
    )
    share: g.share = parameter(0.6, "ours", "fixed in advance")

    @model_validator(mode="after")
    def _shown_is_computed(self) -> Self:
        if self.shown_N1 not in self.N1:
            raise ValueError(
                f"`shown_N1` must be one of `N1` = {list(self.N1)}, got {self.shown_N1}"
            )
        return self
