"""Parameters shared by the experiments on two training-aligned tasks of rank one."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mtlpaper.chapters.common.two_tasks.parameters import Relatedness, SingularValue
from mtlpaper.companion.parameters.base import Parameters, parameter

LabelRule = Literal["argmax", "soft"]
Overlap = Annotated[float, Field(ge=0, lt=1)]
_AS_FIGURE_2 = "as on the page of Figure 2"


class AlignedTasks(Parameters):
    """Two rank-one teachers, and students that start aligned with both."""

    N1: int = parameter(30, "inputs", status="inferred", source=_AS_FIGURE_2, ge=3, le=2000)
    N2: int = parameter(
        30,
        "hidden units; two of their directions are used",
        status="inferred",
        source=_AS_FIGURE_2,
        ge=2,
        le=2000,
    )
    N3: int = parameter(
        10, "classes of each task", status="stated", source="section 4.5", ge=3, le=1000
    )
    sigma: float = parameter(
        0.5,
        "noise level: the noise has variance sigma^2 / N1",
        status="inferred",
        source=_AS_FIGURE_2,
        gt=0,
        le=100,
    )
    s0: float = parameter(
        0.1,
        "initial singular value of both students",
        status="ours",
        source="well below every minimum, so that minima are interior",
        gt=0,
        le=100,
    )
    label_rules: tuple[LabelRule, ...] = parameter(
        ("soft", "argmax"),
        "label rules, each for training and for the noise-free labels of the loss",
        status="ours",
        source="soft: what Eqs. (2) and (5) imply; argmax: section 2.1",
        min_length=1,
    )
    labelled_by: Literal["first mode", "all modes"] = parameter(
        "first mode",
        "which singular modes of the noisy teachers label the training inputs",
        status="stated",
        source="section 3: Eq. (3) is for a noisy teacher of rank one",
    )
    S_B: tuple[SingularValue, ...] = parameter(
        (0.1, 1.0, 10.0),
        "singular value of the auxiliary task's teacher",
        status="inferred",
        source="Figure 2's axis gives the range",
        min_length=2,
        order="increasing",
    )
    r_AB: tuple[Relatedness, ...] = parameter(
        (0.0, 0.1, 0.25, 0.5, 1.0),
        "relatedness",
        status="ours",
        source="from unrelated over weakly to fully related",
        min_length=2,
        order="increasing",
    )
    weak: float = parameter(
        0.1,
        "relatedness that counts as weak; one of r_AB",
        status="ours",
        source="Table 1, row (c): 0 < r_AB << 1",
        gt=0,
        lt=1,
    )
    learning_rate: float = parameter(
        0.2,
        "learning rate 1/tau",
        status="ours",
        source="near the gradient-flow limit",
        gt=0,
        le=10,
    )
    t_end: float = parameter(
        100.0,
        "end of the theory's flows and of the training",
        unit="tau",
        status="ours",
        source="past the minima, but for clean main tasks under argmax labels",
        gt=0,
        le=200,
    )
    seed: int = parameter(
        2019, "seed from which all randomness is spawned", status="ours", source="any", ge=0
    )
    device: Literal["cpu", "cuda"] = parameter(
        "cpu", "device that trains the students", status="ours", source="any"
    )
    dtype: Literal["float64", "float32"] = parameter(
        "float32",
        "precision of the training",
        status="ours",
        source="its rounding is far below the scatter of datasets",
    )

    @model_validator(mode="after")
    def _both_ends_of_relatedness(self) -> Self:
        if self.r_AB[0] != 0 or self.weak not in self.r_AB:
            raise ValueError(
                f"`r_AB` must begin with 0 and hold `weak` = {self.weak:g}, got {list(self.r_AB)}"
            )
        return self
