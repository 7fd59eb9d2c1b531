"""Parameters of the weight of the auxiliary loss."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.two_tasks.parameters import LinearStudents, OneNumberOfClasses
from mtlpaper.companion.parameters import Increasing, parameter

_NOISY_AND_CLEAN = "a noisy task and a clean one"


class Weights(LinearStudents, OneNumberOfClasses):
    """Students of one problem with every weight of the auxiliary loss."""

    name = "weights"
    title = "What Eq. (5) says of the weight of the auxiliary loss"
    presets = {
        "paper": {},
        "quick": {
            "N1": 20,
            "N2": 20,
            "S_A": [10.0],
            "S_B": [10.0],
            "n_seeds": 3,
            "n_test": 512,
            "weights": [0.1, 1.0, 10.0],
            "n_points": 1024,
        },
    }

    S_A: Increasing[g.S_A] = parameter((1.0, 10.0), "ours", _NOISY_AND_CLEAN)
    S_B: Increasing[g.S_B] = parameter((1.0, 10.0), "ours", _NOISY_AND_CLEAN)
    r_AB: Annotated[Increasing[g.r_AB], Field(min_length=2)] = parameter(
        (0.0, 0.5, 1.0), "ours", "unrelated, half related, fully related"
    )
    inputs: g.inputs = parameter("separate", "ours", "only the weights then couple the tasks")
    n_train: g.n_train = parameter(100, "ours", "few points, where benefits are large")
    n_validation: g.n_validation = parameter(
        100, "ours", "as many as training points; who has more would train on them"
    )
    n_seeds: g.n_seeds = parameter(12, "ours", "for intervals narrower than the effects")
    dtype: g.dtype = parameter("float64", "ours", "small weights have small benefits")
    weights: Annotated[Increasing[g.weights], Field(min_length=2)] = parameter(
        (0.03, 0.1, 0.3, 1.0, 3.0, 10.0),
        "ours",
        "half a decade apart on both sides of 1; 0, the single-task student, is always compared",
    )
    n_points: g.n_points = parameter(
        4096, "ours", "their error is then about a hundredth of the benefits"
    )

    @model_validator(mode="after")
    def _with_one(self) -> Self:
        if 1 not in self.weights:
            raise ValueError(f"`weights` must contain 1, got {self.weights}")
        return self
