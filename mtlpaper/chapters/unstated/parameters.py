"""Parameters of the scan over settings that the paper does not state."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mtlpaper.chapters.common.two_tasks.parameters import OneNumberOfClasses, Points, SingularValue
from mtlpaper.companion.parameters.base import parameter

Sizes = Annotated[int, Field(ge=2, le=2000)]
Scale = Annotated[float, Field(gt=0, le=100)]


class Unstated(OneNumberOfClasses):
    """A search for the settings whose figures come closest to the published axes."""

    name = "unstated"
    title = "What the paper leaves unsaid: settings inferred from its axes"
    presets = {
        "paper": {},
        "quick": {
            "sizes": [50],
            "s0": [0.1, 1.0],
            "sigmas": [0.5],
            "input_rules": ["separate"],
            "n_train_right": [100, 200],
            "n_train_left": 200,
            "n_aux": [100, 200],
            "depth": [1, 2],
            "n_finalists": 1,
            "scales": [1.0],
            "S_B": [0.1, 10.0],
            "n_seeds": 2,
            "n_test": 512,
            "dtype": "float64",
        },
    }

    sizes: tuple[Sizes, ...] = parameter(
        (30, 50),
        "inputs and hidden units, N1 = N2",
        status="ours",
        source="declared before the scan, with 100 beside them, which came no closer",
        min_length=1,
        order="increasing",
    )
    s0: tuple[Scale, ...] = parameter(
        (0.03, 0.1, 0.3, 1.0),
        "initial singular value of the students' composite weights",
        status="ours",
        source="declared before the scan; up to Figure 1's start value",
        min_length=1,
        order="increasing",
    )
    sigmas: tuple[Annotated[float, Field(ge=0, le=100)], ...] = parameter(
        (0.5, 1.0),
        "noise levels",
        status="ours",
        source="declared before the scan",
        min_length=1,
        order="increasing",
    )
    input_rules: tuple[Literal["separate", "shared"], ...] = parameter(
        ("separate", "shared"),
        "whether the auxiliary task has inputs of its own",
        status="ours",
        source="declared before the scan",
        min_length=1,
    )
    scales: tuple[Scale, ...] = parameter(
        (0.5, 1.0),
        "scale of deep students' initial weights, 1 after He et al.",
        status="ours",
        source="declared before the scan",
        min_length=1,
        order="increasing",
    )
    n_finalists: int = parameter(
        2,
        "settings of linear students for which deep ones are trained too",
        status="ours",
        source="declared before the scan",
        ge=1,
        le=100,
    )
    deep_learning_rate: float = parameter(
        0.2,
        "learning rate 1/tau of the deep students",
        status="ours",
        source="deep students follow their flow at smaller steps only",
        gt=0,
        le=10,
    )
    S_A: tuple[SingularValue, ...] = parameter(
        (1.0, 10.0),
        "singular value of the main task's teacher",
        status="ours",
        source="the high-SNR main tasks, where Figure 2 has its extremes",
        min_length=1,
        order="increasing",
    )
    r_AB: tuple[Annotated[float, Field(ge=0, le=1)], ...] = parameter(
        (0.0, 1.0),
        "relatedness",
        status="ours",
        source="its ends, where the figures have their extremes",
        min_length=1,
        order="increasing",
    )
    n_train_left: int = parameter(
        800,
        "training points of Figure 2 left and of the deep students",
        status="stated",
        source="Figure 2, caption",
        ge=2,
        le=100_000,
    )
    n_train_right: tuple[Points, ...] = parameter(
        (200, 400, 800),
        "training points of Figure 2 right",
        status="ours",
        source="the middle of Figure 2's axis, where the benefit is largest",
        min_length=1,
        order="increasing",
    )
    n_main: int = parameter(
        100,
        "main training points of Figure 3 left",
        status="stated",
        source="section 4.6",
        ge=2,
        le=100_000,
    )
    n_aux: tuple[Points, ...] = parameter(
        (100, 800),
        "auxiliary training points of Figure 3 left",
        status="stated",
        source="the ends of Figure 3's axis",
        min_length=1,
        order="increasing",
    )
    depth: tuple[Annotated[int, Field(ge=1, le=20)], ...] = parameter(
        (1, 3, 5),
        "hidden layers of the deep students",
        status="stated",
        source="Figure 3, axis",
        min_length=1,
        order="increasing",
    )
    n_seeds: int = parameter(2, "datasets a setting", status="ours", source="any", ge=2, le=1000)
    n_test: int = parameter(
        512,
        "test points of each of four groups; a power of two",
        status="ours",
        source="the ranges are read off to some thousandths",
        ge=64,
        le=2**20,
    )

    @model_validator(mode="after")
    def _directions_fit(self) -> Self:
        if 2 * self.rank > min(self.sizes) and min(self.r_AB) < 1:
            raise ValueError(
                f"`sizes` must be at least 2 rank = {2 * self.rank} unless r_AB is 1, "
                f"got {list(self.sizes)}"
            )
        return self
