"""Parameters of Figure 3 right and Figure A4: deep ReLU students."""

from typing import Annotated

from pydantic import Field

from mtlpaper.chapters.common.two_tasks.parameters import (
    DeepStudents,
    LinearStudents,
    MainTasks,
    OneNumberOfClasses,
    SingularValue,
)
from mtlpaper.companion.parameters.base import parameter


class Depth(DeepStudents, MainTasks, LinearStudents, OneNumberOfClasses):
    """The benefit for ReLU students of growing depth, with a shallow linear one beside them."""

    name = "depth"
    title = "Figures 3 (right) and A4: deeper, nonlinear students"
    presets = {
        "paper": {},
        "quick": {
            "S_A": [10.0],
            "S_B": [0.1, 10.0],
            "r_AB": [0.0, 1.0],
            "n_train": 200,
            "depth": [1, 2],
            "n_seeds": 3,
            "n_test": 512,
            "dtype": "float64",
        },
    }

    S_A: tuple[SingularValue, ...] = parameter(
        (1.0, 10.0),
        "singular value of the main task's teacher",
        status="inferred",
        source="Figure 2's axis without its lowest values, where little is learned",
        min_length=1,
        order="increasing",
    )
    S_B: tuple[SingularValue, ...] = parameter(
        (0.1, 10.0),
        "singular value of the auxiliary task's teacher",
        status="inferred",
        source="one low and one high SNR",
        min_length=1,
        order="increasing",
    )
    n_train: int = parameter(
        800,
        "training points of each task",
        status="inferred",
        source="as in Figure 2 left",
        ge=2,
        le=100_000,
    )
    depth: tuple[Annotated[int, Field(ge=1, le=20)], ...] = parameter(
        (1, 3, 5),
        "hidden layers of the ReLU students",
        status="stated",
        source="Figure 3, axis '# Layers', read as hidden layers (section 4.7)",
        min_length=1,
        order="increasing",
    )
    deep_learning_rate: float = parameter(
        0.1,
        "learning rate 1/tau of the ReLU students",
        status="ours",
        source="they follow their flow at smaller steps only, see the page on stopping",
        gt=0,
        le=10,
    )
