"""Parameters of the training-aligned theory of two tasks."""

from typing import Self

from pydantic import model_validator

from mtlpaper.chapters.common.aligned_tasks.parameters import AlignedTasks, Overlap
from mtlpaper.chapters.common.two_tasks.parameters import Relatedness, SingularValue
from mtlpaper.companion.parameters.base import parameter


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

    S_A: tuple[SingularValue, ...] = parameter(
        (0.3, 1.0, 3.0, 10.0),
        "singular value of the main task's teacher",
        status="inferred",
        source="within Figure 2's axis; the first lies below the noise's threshold",
        min_length=1,
        order="increasing",
    )
    S_B: tuple[SingularValue, ...] = parameter(
        (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 2.0, 3.0, 5.0, 10.0),
        "singular value of the auxiliary task's teacher, and of those whose spectra are taken",
        status="inferred",
        source="Figure 2's axis gives the range",
        min_length=2,
        order="increasing",
    )
    r_AB: tuple[Relatedness, ...] = parameter(
        (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
        "relatedness",
        status="ours",
        source="evenly from 0 to 1",
        min_length=2,
        order="increasing",
    )
    S_main: float = parameter(
        1.0,
        "main task of the drawn and of the trained pairs; one of S_A",
        status="ours",
        source="clear of the threshold, and with noise enough to gain from",
        gt=0,
        le=1000,
    )
    rho: tuple[Overlap, ...] = parameter(
        (0.0, 0.3),
        "overlap of the heads of unrelated tasks; results are means over both signs",
        status="ours",
        source="aligned heads, and about what ten random hidden units have",
        min_length=1,
        order="increasing",
    )
    n_teachers: int = parameter(
        500, "teachers whose spectra are drawn", status="ours", source="any", ge=2, le=100_000
    )
    n_seeds: int = parameter(
        12, "pairs of teachers drawn for flows", status="ours", source="any", ge=2, le=10_000
    )
    learning_rate: float = parameter(
        0.05,
        "learning rate 1/tau",
        status="ours",
        source="its error is then well below the tolerance",
        gt=0,
        le=10,
    )
    n_trained: int = parameter(
        2, "datasets of trained networks", status="ours", source="for time's sake", ge=2, le=10_000
    )
    n_large: int = parameter(
        20_000,
        "training points of each task where the flow is checked",
        status="ours",
        source="many, as the flow has infinitely many",
        ge=2,
        le=1_000_000,
    )
    tolerance: float = parameter(
        0.05,
        "largest relative gap of the plane flow to training under soft labels",
        status="ours",
        source="fixed in advance: two standard errors sqrt(N1 / n_large) of a drive, about",
        gt=0,
        lt=1,
    )

    @model_validator(mode="after")
    def _main_task_is_listed(self) -> Self:
        if self.S_main not in self.S_A:
            raise ValueError(f"`S_main` must be one of S_A = {list(self.S_A)}, got {self.S_main}")
        return self
