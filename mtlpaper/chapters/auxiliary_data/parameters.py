"""Parameters of Figure 3 left and Figure A3: more auxiliary data for a small main task."""

from mtlpaper.chapters.common.two_tasks.parameters import (
    LinearStudents,
    MainTasks,
    OneNumberOfClasses,
    Points,
)
from mtlpaper.companion.parameters.base import parameter


class AuxiliaryData(MainTasks, LinearStudents, OneNumberOfClasses):
    """The benefit for a main task of few points, over numbers of auxiliary points."""

    name = "auxiliary_data"
    title = "Figures 3 (left) and A3: how much is auxiliary data worth?"
    presets = {
        "paper": {},
        "quick": {
            "S_A": [0.1, 1.0, 10.0],
            "S_B": [0.1, 10.0],
            "r_AB": [0.0, 0.5, 1.0],
            "n_aux": [100, 800],
            "n_seeds": 3,
            "n_test": 512,
            "dtype": "float64",
        },
    }

    n_train: int = parameter(
        100,
        "training points of the main task",
        status="stated",
        source="section 4.6",
        ge=2,
        le=100_000,
    )
    n_aux: tuple[Points, ...] = parameter(
        (100, 200, 400, 800),
        "training points of the auxiliary task",
        status="stated",
        source="Figure 3, axis",
        min_length=1,
        order="increasing",
    )
