"""Parameters of the training-aligned theory of two tasks."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.aligned_tasks.parameters import CLEAR_OF_NOISE, AlignedTasks
from mtlpaper.companion.parameters import Increasing, parameter


class Aligned(AlignedTasks):
    """The flow of two training-aligned tasks, from noisy spectra to benefits."""

    name = "aligned"
    title = "Two tasks, training-aligned"
    presets = {
        "paper": {},
        "quick": {
            "S_A": [1.0, 10.0],
            "S_B": [0.1, 0.5, 1.0, 3.0, 10.0],
            "r_AB": [0.0, 0.1, 0.25, 0.5, 0.75, 1.0],
            "n_teachers": 100,
            "n_seeds": 4,
            "n_large": 4000,
            "learning_rate": 0.2,
            "n_trained": 2,
            "t_end": 60.0,
            "dtype": "float64",
        },
    }

    S_A: Increasing[g.S_A] = parameter(
        (0.3, 1.0, 3.0, 10.0),
        "inferred",
        "within Figure 2's axis; the first lies below the noise's threshold",
    )
    S_B: Annotated[Increasing[g.S_B], Field(min_length=2)] = parameter(
        (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 2.0, 3.0, 5.0, 10.0),
        "inferred",
        "Figure 2's axis gives the range",
        meaning=(
            "singular value of the auxiliary task's teacher, and of those whose spectra are taken"
        ),
    )
    r_AB: Annotated[Increasing[g.r_AB], Field(min_length=2)] = parameter(
        (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
        "ours",
        "evenly from 0 to 1",
    )
    S_main: g.S_main = parameter(1.0, "ours", CLEAR_OF_NOISE)
    rho: Increasing[g.rho] = parameter(
        (0.0, 0.3),
        "ours",
        "0: heads aligned with their teachers; 0.3: about as random heads of ten units",
    )
    n_teachers: g.n_teachers = parameter(
        500, "ours", "a compromise between smooth histograms and computing time"
    )
    n_seeds: g.n_seeds = parameter(
        12,
        "ours",
        "a compromise between narrow intervals and computing time",
        meaning="pairs of teachers drawn for flows",
    )
    learning_rate: g.learning_rate = parameter(
        0.05, "ours", "its error is then well below the tolerance"
    )
    n_trained: g.n_trained = parameter(2, "ours", "few, as training at many points takes long")
    n_large: g.n_large = parameter(20_000, "ours", "many, as the flow assumes infinitely many")
    tolerance: g.tolerance = parameter(
        0.05,
        "ours",
        "fixed in advance: about two standard errors sqrt(N1 / n_large) of a drive",
        meaning="largest relative gap of the plane flow to training under soft labels",
    )

    @model_validator(mode="after")
    def _main_task_is_listed(self) -> Self:
        if self.S_main not in self.S_A:
            raise ValueError(f"`S_main` must be one of S_A = {list(self.S_A)}, got {self.S_main}")
        return self
