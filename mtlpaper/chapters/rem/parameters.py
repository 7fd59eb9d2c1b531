"""Parameters of the random-energy-model view."""

from pydantic import model_validator

from mtlpaper.chapters.common.single_task.parameters import Classes
from mtlpaper.companion.parameters.base import Parameters, parameter


class REM(Parameters):
    """Softmax averages over independent logits against the random-energy model's limit."""

    name = "rem"
    title = "The softmax as a random-energy model"
    presets = {"paper": {}, "quick": {"n_s": 41}}

    N3: tuple[Classes, ...] = parameter(
        (2, 10, 20, 100, 1000), "numbers of classes", status="ours", source="any", min_length=1
    )
    s_min: float = parameter(
        0.1, "smallest singular value", status="ours", source="any", gt=0, le=100
    )
    s_max: float = parameter(
        30.0, "largest singular value", status="ours", source="any", gt=0, le=300
    )
    n_s: int = parameter(
        121,
        "singular values, evenly spaced in the logarithm",
        status="ours",
        source="any",
        ge=2,
        le=100_000,
    )

    @model_validator(mode="after")
    def _grows(self) -> "REM":
        if self.s_min >= self.s_max:
            raise ValueError(f"`s_min` must be below `s_max` = {self.s_max}, got {self.s_min}")
        return self
