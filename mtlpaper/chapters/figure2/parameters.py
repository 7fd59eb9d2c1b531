"""Parameters of Figure 2 and of its complete interactions, Figure A1."""

from mtlpaper.chapters.common.two_tasks.parameters import (
    LinearStudents,
    MainTasks,
    OneNumberOfClasses,
    Points,
)
from mtlpaper.companion.parameters.base import parameter


class Figure2(MainTasks, LinearStudents, OneNumberOfClasses):
    """Benefit over S_A at one number of points, and over numbers of points."""

    name = "figure2"
    title = "Figure 2: when does an auxiliary task help?"
    presets = {
        "paper": {},
        "quick": {
            "S_A": [0.1, 1.0, 10.0],
            "S_B": [0.1, 10.0],
            "r_AB": [0.0, 0.5, 1.0],
            "n_train": [100, 400, 800],
            "n_seeds": 3,
            "n_test": 512,
            "dtype": "float64",
        },
    }

    n_train: tuple[Points, ...] = parameter(
        (100, 200, 400, 800, 1600, 3200),
        "training points of each task, right panel",
        status="stated",
        source="Figure 2, axis",
        min_length=1,
        order="increasing",
    )
    n_train_left: int = parameter(
        800,
        "training points of each task, left panel",
        status="stated",
        source="Figure 2, caption",
        ge=2,
        le=100_000,
    )
