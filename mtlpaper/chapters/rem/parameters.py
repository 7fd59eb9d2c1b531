"""Parameters of the random-energy-model view."""

from typing import Self

from pydantic import model_validator

from mtlpaper.chapters import glossary as g
from mtlpaper.companion.parameters import Distinct, Parameters, parameter


class REM(Parameters):
    """Softmax averages over independent logits against the random-energy model's limit."""

    name = "rem"
    title = "The softmax as a random-energy model"
    presets = {"paper": {}, "quick": {"n_s": 41}}

    N3: Distinct[g.N3] = parameter(
        (2, 10, 20, 100, 1000),
        "ours",
        "Figure 1's, ten of section 4.5, and larger ones, closer to the limit",
    )
    s_min: g.s_min = parameter(0.1, "ours", "well below the freezing point of any of the N3")
    s_max: g.s_max = parameter(30.0, "ours", "well above the freezing point of any of the N3")
    n_s: g.n_s = parameter(121, "ours", "enough for smooth curves")

    @model_validator(mode="after")
    def _grows(self) -> Self:
        if self.s_min >= self.s_max:
            raise ValueError(f"`s_min` must be below `s_max` = {self.s_max}, got {self.s_min}")
        return self
