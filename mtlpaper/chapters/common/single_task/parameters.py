"""Parameters shared by the experiments that train single-task students of Figure 1's kind.

Groups, so that an experiment that scans one of them takes only the others: a parameter that
has no effect would be a lie.
"""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from mtlpaper.companion.parameters.base import Parameters, parameter
from mtlpaper.documents.lee2019.printed import FIGURE1_SINGULAR_VALUE

Classes = Annotated[int, Field(ge=2, le=1000)]
Inputs = Annotated[int, Field(ge=2, le=2000)]
NonNegative = Annotated[float, Field(ge=0, le=100)]
Rate = Annotated[float, Field(gt=0, le=1)]
LabelRule = Literal["argmax", "soft", "sample"]


class SingleTask(Parameters):
    """A training-aligned linear student, its rank-one teacher, and the datasets."""

    N2: int = parameter(
        20,
        "hidden units of the student; without effect on a training-aligned start",
        status="unknown",
        source="not stated; the theory page shows why it does not matter here",
        ge=1,
        le=2000,
    )
    N3: tuple[Classes, ...] = parameter(
        (2, 20), "numbers of classes", status="stated", source="Figure 1, caption", min_length=1
    )
    n_train: int = parameter(
        100, "training points N", status="stated", source="Figure 1, caption", ge=2, le=100_000
    )
    s_bar: float = parameter(
        1.8,
        "singular value of the noise-free teacher",
        status="inferred",
        source="the multiple of 0.1 whose Eq. (3) ends closest to the top of Figure 1's axis",
        gt=0,
        le=100,
    )
    noise: Literal["weight", "sample"] = parameter(
        "weight",
        "noise once on the weights, or afresh on every input's logits",
        status="stated",
        source="section 2.1",
    )
    s0: float = parameter(
        FIGURE1_SINGULAR_VALUE[0],
        "initial largest singular value of the student",
        status="inferred",
        source="the bottom of Figure 1's axis",
        gt=0,
        le=100,
    )
    n_seeds: int = parameter(
        10, "datasets", status="stated", source="Figure 1, caption", ge=2, le=10_000
    )
    seed: int = parameter(
        2019, "seed from which all randomness is spawned", status="ours", source="any", ge=0
    )
    n_records: int = parameter(
        51, "times at which trajectories are recorded", status="ours", source="any", ge=2, le=10_001
    )
    device: Literal["cpu", "cuda"] = parameter(
        "cpu", "device that trains the students", status="ours", source="any"
    )
    dtype: Literal["float64", "float32"] = parameter(
        "float64",
        "precision of the training",
        status="ours",
        source="double, so that other machines agree to many digits",
    )


class OneInputSize(Parameters):
    """One number of inputs."""

    N1: int = parameter(
        20,
        "inputs",
        status="unknown",
        source="not stated; well below the number of training points, as Eq. (3) presumes",
        ge=2,
        le=2000,
    )


class OneNoiseLevel(Parameters):
    """One noise level."""

    sigma: float = parameter(
        0.5,
        "noise level: the noise has variance sigma^2 / N1",
        status="unknown",
        source="section 2.1 asks only that some labels flip",
        ge=0,
        le=100,
    )


class ScheduledTask(SingleTask):
    """One learning rate and number of steps."""

    learning_rate: float = parameter(
        1e-3, "learning rate 1/tau", status="stated", source="Figure 1, caption", gt=0, le=1
    )
    n_steps: int = parameter(
        5000,
        "steps",
        status="stated",
        source="Figure 1, caption",
        ge=1,
        le=10_000_000,
    )
    batch_size: int = parameter(
        0,
        "training points a step, without replacement; 0 takes all of them",
        status="unknown",
        source="section 3 says 'vanilla SGD' and no more",
        ge=0,
    )


class MatrixTheory(Parameters):
    """Gaussian averages of the matrix flows."""

    n_points: int = parameter(
        2048,
        "Sobol points of the theory's Gaussian averages, a power of two",
        status="ours",
        source="for an error well below the gaps reported",
        ge=64,
        le=2**20,
    )

    @field_validator("n_points")
    @classmethod
    def _power_of_two(cls, n_points: int) -> int:
        if n_points & (n_points - 1):
            raise ValueError("must be a power of two")
        return n_points
