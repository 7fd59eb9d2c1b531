"""Parameters shared by the experiments that measure the benefit of an auxiliary task.

Groups, so that an experiment that scans one of them takes only the others.

The values marked `inferred` are those of the setting whose figures come closest to the published
axes, by the rule of the experiment `unstated`.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from mtlpaper.companion.parameters.base import Parameters, parameter

SingularValue = Annotated[float, Field(gt=0, le=1000)]
Relatedness = Annotated[float, Field(ge=0, le=1)]
Points = Annotated[int, Field(ge=2, le=100_000)]
_BY_RULE = "closest to the published axes, by the rule of the page on unstated settings"


class TwoTasks(Parameters):
    """Two low-rank teachers, their datasets, and how students are followed to their minima."""

    rank: int = parameter(
        10, "rank of the teachers", status="stated", source="section 4.5", ge=1, le=1000
    )
    S_A: tuple[SingularValue, ...] = parameter(
        (0.01, 0.1, 1.0, 10.0),
        "singular value of the main task's teacher",
        status="stated",
        source="Figure 2, axis",
        min_length=1,
        order="increasing",
    )
    S_B: tuple[SingularValue, ...] = parameter(
        (0.01, 0.1, 1.0, 10.0),
        "singular value of the auxiliary task's teacher",
        status="inferred",
        source="Figure 2's axis gives the range",
        min_length=1,
        order="increasing",
    )
    r_AB: tuple[Relatedness, ...] = parameter(
        (0.0, 0.25, 0.5, 0.75, 1.0),
        "relatedness",
        status="inferred",
        source="five levels from 0 to 1 (Figure 2, caption), taken evenly",
        min_length=1,
        order="increasing",
    )
    noise: Literal["weight", "sample"] = parameter(
        "weight",
        "noise once on the weights, or afresh on every input's logits",
        status="stated",
        source="section 2.1",
    )
    label_rule: Literal["argmax", "soft", "sample"] = parameter(
        "argmax", "how teachers label the training inputs", status="stated", source="section 2.1"
    )
    n_seeds: int = parameter(
        5, "datasets a cell", status="stated", source="section 4.5", ge=2, le=10_000
    )
    seed: int = parameter(
        2019, "seed from which all randomness is spawned", status="ours", source="any", ge=0
    )
    learning_rate: float = parameter(
        0.5,
        "learning rate 1/tau at 800 training points; it grows with their number, up to 2",
        status="ours",
        source="near the gradient-flow limit, see the page on stopping",
        gt=0,
        le=10,
    )
    t_max: float = parameter(
        20_000.0,
        "longest training",
        unit="tau",
        status="ours",
        source="so that minima are interior; those that are not are counted",
        gt=0,
        le=1e6,
    )
    n_test: int = parameter(
        1024,
        "test points of each of four groups; a power of two",
        status="ours",
        source="for an error well below the effects, which is reported",
        ge=64,
        le=2**20,
    )
    device: Literal["cpu", "cuda"] = parameter(
        "cpu", "device that trains the students", status="ours", source="any"
    )
    dtype: Literal["float64", "float32"] = parameter(
        "float32",
        "precision of the training",
        status="ours",
        source="its rounding is far below the scatter of datasets, see the tests",
    )

    @field_validator("n_test")
    @classmethod
    def _power_of_two(cls, n_test: int) -> int:
        if n_test & (n_test - 1):
            raise ValueError("must be a power of two")
        return n_test


class OneNumberOfClasses(TwoTasks):
    """One number of classes."""

    N3: int = parameter(
        10, "classes of each task", status="stated", source="section 4.5", ge=2, le=1000
    )

    @model_validator(mode="after")
    def _rank_fits(self) -> Self:
        if self.rank > self.N3:
            raise ValueError(f"`rank` must be at most N3 = {self.N3}, got {self.rank}")
        return self


class OneSetting(TwoTasks):
    """One choice of what the paper leaves unsaid about sizes, noise and inputs."""

    N1: int = parameter(30, "inputs", status="inferred", source=_BY_RULE, ge=2, le=2000)
    N2: int = parameter(
        30, "hidden units of the students", status="inferred", source=_BY_RULE, ge=1, le=2000
    )
    sigma: float = parameter(
        0.5,
        "noise level: the noise has variance sigma^2 / N1",
        status="inferred",
        source=_BY_RULE,
        ge=0,
        le=100,
    )
    inputs: Literal["separate", "shared"] = parameter(
        "shared",
        "whether the auxiliary task has inputs of its own",
        status="inferred",
        source=_BY_RULE,
    )

    @model_validator(mode="after")
    def _directions_fit(self) -> Self:
        if 2 * self.rank > self.N1 and min(self.r_AB) < 1:
            raise ValueError(
                f"`rank` must be at most N1 / 2 = {self.N1 / 2:g} unless r_AB is 1, got {self.rank}"
            )
        if self.rank > self.N1:
            raise ValueError(f"`rank` must be at most N1 = {self.N1}, got {self.rank}")
        return self


class LinearStudents(OneSetting):
    """Linear students of one hidden layer."""

    s0: float = parameter(
        0.3,
        "initial singular value of the students' composite weights",
        status="inferred",
        source=_BY_RULE,
        gt=0,
        le=100,
    )
    initial: Literal["orthogonal", "gaussian"] = parameter(
        "orthogonal",
        "initial weights: balanced with equal singular values, or independent Gaussian",
        status="unknown",
        source="not stated; our choice, since it has one scale only",
    )


class DeepStudents(OneSetting):
    """Students of several hidden layers, with ReLUs."""

    activation: Literal["every", "between"] = parameter(
        "between",
        "ReLU after every hidden layer, or only between two of them",
        status="inferred",
        source="closest to Figure 3's axis, by the rule of the page on unstated settings",
    )
    scale: float = parameter(
        1.0,
        "scale of the deep students' initial weights, 1 after He et al.",
        status="inferred",
        source="closest to Figure 3's axis, by the rule of the page on unstated settings",
        gt=0,
        le=10,
    )


class MainTasks(TwoTasks):
    """Panels that average over main tasks and bins of auxiliary ones."""

    bins: Literal["halves", "ends"] = parameter(
        "ends",
        "low and high S_B: the lower and upper half of the values, or the first and the last",
        status="inferred",
        source=_BY_RULE,
    )
    n_high: int = parameter(
        1,
        "how many main tasks, from the largest S_A down, count as high SNR",
        status="inferred",
        source=_BY_RULE,
        ge=1,
        le=1000,
    )

    @model_validator(mode="after")
    def _so_many_exist(self) -> Self:
        if self.n_high > len(self.S_A):
            raise ValueError(
                f"`n_high` must be at most the number of S_A, {len(self.S_A)}, got {self.n_high}"
            )
        return self
