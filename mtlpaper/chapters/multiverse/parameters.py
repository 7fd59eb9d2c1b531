"""Parameters of the multiverse: every claim in many settings that the paper does not exclude."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from mtlpaper.companion.parameters.base import Parameters, parameter

Size = Annotated[int, Field(ge=2, le=2000)]
Positive = Annotated[float, Field(gt=0, le=100)]
Span = tuple[Positive, Positive]
_DECLARED = "declared before the scan"


class Multiverse(Parameters):
    """A space-filling design over what the paper leaves unsaid.

    A factor with one value, or a span of one number twice, is held fixed.
    """

    name = "multiverse"
    title = "The multiverse: do the claims hold whatever they did?"
    presets = {
        "paper": {},
        "quick": {
            "n_settings": 8,
            "n_deep": 1,
            "N1": [20, 30],
            "N2": ["N3", "N1"],
            "n_train": [100, 400],
            "n_aux": 400,
            "n_steps": 200,
            "n_test": 128,
            "n_validation": 128,
            "dtype": "float64",
        },
    }

    n_settings: int = parameter(
        128, "settings, a power of two", status="ours", source="for time's sake", ge=2, le=2**20
    )
    n_deep: int = parameter(
        4,
        "settings, the first of them, in which deep students are trained as well",
        status="ours",
        source="deep students take the longest",
        ge=0,
        le=2**20,
    )
    N1: tuple[Size, ...] = parameter(
        (20, 30, 50, 100), "inputs", status="unknown", source=_DECLARED, min_length=1
    )
    N2: tuple[Literal["N3", "N1", "2 N1"], ...] = parameter(
        ("N3", "N1", "2 N1"),
        "hidden units, as many as there are classes, inputs, or twice that",
        status="unknown",
        source=_DECLARED,
        min_length=1,
    )
    s0: Span = parameter(
        (0.01, 1.0),
        "span of initial singular values, taken evenly in the logarithm",
        status="unknown",
        source="up to where Figure 1 starts",
        order="any",
    )
    initial: tuple[Literal["orthogonal", "gaussian"], ...] = parameter(
        ("orthogonal", "gaussian"),
        "kind of initial weights",
        status="unknown",
        source=_DECLARED,
        min_length=1,
    )
    sigma: Span = parameter(
        (0.1, 2.0),
        "span of noise levels, taken evenly in the logarithm",
        status="unknown",
        source="labels flip; section 2.1 asks for no more",
        order="any",
    )
    noise: tuple[Literal["weight", "sample"], ...] = parameter(
        ("weight", "sample"),
        "reading of the noise: once on the weights, or afresh for every input",
        status="unknown",
        source="section 2.1 says the first; section 4.5 sounds like the second",
        min_length=1,
    )
    label_rule: tuple[Literal["argmax", "soft", "sample"], ...] = parameter(
        ("argmax", "soft", "sample"),
        "how teachers label the training inputs",
        status="unknown",
        source="section 2.1 says argmax; Figure 1 needs soft",
        min_length=1,
    )
    batch_size: tuple[Annotated[int, Field(ge=0, le=100_000)], ...] = parameter(
        (0, 50, 10),
        "points of each task a step; 0 takes all",
        status="unknown",
        source="'vanilla SGD' (section 3)",
        min_length=1,
    )
    learning_rate: Span = parameter(
        (0.25, 1.0),
        "span of learning rates 1/tau at 800 points, taken evenly in the logarithm; in proportion "
        "to the points, a tenth of it with mini-batches, at least 0.025 and at most 2",
        status="unknown",
        source="the largest that descends; smaller ones cost more",
        order="any",
    )
    inputs: tuple[Literal["shared", "separate"], ...] = parameter(
        ("shared", "separate"),
        "whether the auxiliary task has inputs of its own",
        status="unknown",
        source=_DECLARED,
        min_length=1,
    )
    bins: tuple[Literal["ends", "halves"], ...] = parameter(
        ("ends", "halves"),
        "high S_B: the largest alone, or the upper half of Figure 2's values",
        status="unknown",
        source=_DECLARED,
        min_length=1,
    )
    protocol: tuple[Literal["test", "validation", "noisy validation"], ...] = parameter(
        ("test", "validation", "noisy validation"),
        "loss that chooses the time of a minimum",
        status="unknown",
        source="section 4.4 says the test loss; Figure 1's caption, a validation error",
        min_length=1,
    )
    n_datasets: int = parameter(
        5,
        "datasets, of which each setting has one",
        status="ours",
        source="as many as in Figure 2; more settings tell more than more datasets",
        ge=1,
        le=1000,
    )
    n_train: tuple[Annotated[int, Field(ge=2, le=100_000)], ...] = parameter(
        (100, 400, 3200),
        "training points of each task; the second number also stands in for Figure 2 left's",
        status="ours",
        source="scarce, enough and abundant, on Figure 2's axis",
        min_length=2,
        order="increasing",
    )
    n_aux: int = parameter(
        800,
        "auxiliary training points of Figure 3 left, beside the least of `n_train` for both tasks",
        status="stated",
        source="Figure 3, axis",
        ge=2,
        le=100_000,
    )
    S_low: float = parameter(
        0.1, "singular value of teachers of low SNR", status="stated", source="Figure 2", gt=0, le=1
    )
    S_high: float = parameter(
        10.0,
        "singular value of teachers of high SNR",
        status="stated",
        source="Figure 2",
        gt=1,
        le=1000,
    )
    weak: float = parameter(
        0.1, "a weak relatedness", status="ours", source="for row (c) of Table 1", gt=0, lt=1
    )
    N3: int = parameter(10, "classes", status="stated", source="section 4.5", ge=2, le=1000)
    rank: int = parameter(
        10, "rank of the teachers", status="stated", source="section 4.5", ge=1, le=1000
    )
    depth: int = parameter(
        3, "hidden layers of the deep students", status="stated", source="Figure 3", ge=1, le=20
    )
    deep_learning_rate: float = parameter(
        0.1, "learning rate 1/tau of deep students", status="ours", source="as in Figure 3", gt=0
    )
    s_bar: float = parameter(
        1.8,
        "singular value of Figure 1's teacher",
        status="inferred",
        source="as in Figure 1",
        gt=0,
        le=100,
    )
    n_steps: int = parameter(
        1000,
        "steps of Figure 1's training, over 5 tau",
        status="ours",
        source="its step size costs little, see the page on the learning rate",
        ge=10,
        le=1_000_000,
    )
    seed: int = parameter(
        2019, "seed from which all randomness is spawned", status="ours", source="any", ge=0
    )
    t_max: float = parameter(
        0.2,
        "longest training for each training point, and at least 100 in all",
        unit="tau",
        status="ours",
        source="about as long as minima take; with soft labels there may be none",
        gt=0,
        le=1e3,
    )
    n_test: int = parameter(
        256,
        "test points of each of four groups, a power of two",
        status="ours",
        source="signs and sizes, not thousandths",
        ge=64,
        le=2**20,
    )
    n_validation: int = parameter(
        500, "points of the validation sets", status="ours", source="any", ge=2, le=100_000
    )
    device: Literal["cpu", "cuda"] = parameter(
        "cpu", "device that trains the students", status="ours", source="any"
    )
    dtype: Literal["float64", "float32"] = parameter(
        "float32", "precision of the training", status="ours", source="as in Figure 2"
    )

    @field_validator("n_settings", "n_test")
    @classmethod
    def _power_of_two(cls, value: int) -> int:
        if value & (value - 1):
            raise ValueError("must be a power of two")
        return value

    @model_validator(mode="after")
    def _values_fit(self) -> Self:
        for name in ("s0", "sigma", "learning_rate"):
            low, high = getattr(self, name)
            if low > high:
                raise ValueError(f"`{name}` must be a least and a largest value, got {[low, high]}")
        if min(self.N1) < 2 * self.rank:
            raise ValueError(
                f"`N1` must be at least 2 rank = {2 * self.rank} unless tasks are the same, "
                f"got {list(self.N1)}"
            )
        if self.rank > self.N3:
            raise ValueError(f"`rank` must be at most N3 = {self.N3}, got {self.rank}")
        return self
