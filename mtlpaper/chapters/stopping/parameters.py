"""Parameters of the page on when training stops and how large its steps are."""

from typing import Annotated

from pydantic import Field

from mtlpaper.chapters.common.two_tasks.parameters import (
    DeepStudents,
    LinearStudents,
    OneNumberOfClasses,
    Points,
)
from mtlpaper.companion.parameters.base import parameter

Rate = Annotated[float, Field(gt=0, le=10)]


class Stopping(DeepStudents, LinearStudents, OneNumberOfClasses):
    """A check whether the choice of the time, or of the learning rate, makes the benefit."""

    name = "stopping"
    title = "When to stop, and how large a step"
    presets = {
        "paper": {},
        "quick": {
            "S_A": [1.0, 10.0],
            "S_B": [0.1, 10.0],
            "r_AB": [0.0, 1.0],
            "n_train": 200,
            "sample_points": [100],
            "learning_rates": [0.1, 0.01],
            "depth": [1, 2],
            "deep_learning_rates": [0.2, 0.1],
            "n_seeds": 3,
            "n_test": 512,
            "n_validation": 300,
            "dtype": "float64",
        },
    }

    n_train: int = parameter(
        800,
        "training points of each task where rules of stopping are compared",
        status="stated",
        source="Figure 2, caption",
        ge=2,
        le=100_000,
    )
    sample_points: tuple[Points, ...] = parameter(
        (100,),
        "training points of each task where learning rates are compared",
        status="ours",
        source="where benefits are largest in the inferred setting",
        min_length=1,
        order="increasing",
    )
    learning_rates: tuple[Rate, ...] = parameter(
        (0.1, 0.01, 0.001),
        "learning rates 1/tau held against the one in use",
        status="ours",
        source="down to Figure 1's",
        min_length=1,
    )
    n_validation: int = parameter(
        1000, "points of the validation sets", status="ours", source="any", ge=2, le=100_000
    )
    n_seeds: int = parameter(
        3, "datasets", status="ours", source="for time's sake", ge=2, le=10_000
    )
    depth: tuple[Annotated[int, Field(ge=1, le=20)], ...] = parameter(
        (1, 3, 5),
        "hidden layers of deep students",
        status="stated",
        source="Figure 3, axis",
        min_length=1,
        order="increasing",
    )
    deep_learning_rates: tuple[Rate, ...] = parameter(
        (0.2, 0.1, 0.05),
        "learning rates 1/tau of deep students",
        status="ours",
        source="around the one in use",
        min_length=1,
    )
