"""Parameters of the multiverse: every claim in many settings."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mtlpaper.chapters import glossary as g
from mtlpaper.companion.parameters import Distinct, Increasing, Parameters, parameter, symbol_of

_DECLARED = "declared before the scan"


class Multiverse(Parameters):
    """A space-filling design over what the paper leaves unsaid.

    A factor with one value, or a span of one number twice, is held fixed.
    """

    name = "multiverse"
    title = "The multiverse: do the claims hold in other settings?"
    presets = {
        "paper": {},
        "quick": {
            "n_settings": 8,
            "N1": [20, 30],
            "N2": ["N3", "N1"],
            "n_datasets": 3,
            "n_train": [100, 400],
            "n_aux": 400,
            "n_test": 128,
            "n_validation": 128,
            "dtype": "float64",
        },
    }

    n_settings: g.n_settings = parameter(
        64, "ours", "five for each of the factors; more take longer"
    )
    N1: Distinct[g.N1] = parameter((20, 30, 50, 100), "unknown", _DECLARED)
    N2: Distinct[Annotated[Literal["N3", "N1", "2 N1"], symbol_of(g.N2)]] = parameter(
        ("N3", "N1", "2 N1"),
        "unknown",
        _DECLARED,
        meaning="hidden units, as many as there are classes, inputs, or twice that",
    )
    s0: g.Span[g.s0] = parameter(
        (0.01, 1.0),
        "unknown",
        "up to where Figure 1 starts",
        meaning="span of initial singular values, taken evenly in the logarithm",
    )
    initial: Distinct[g.initial] = parameter(("orthogonal", "gaussian"), "unknown", _DECLARED)
    sigma: g.Span[Annotated[g.sigma, Field(gt=0)]] = parameter(
        (0.1, 2.0),
        "unknown",
        "section 2.1 asks only that some labels flip",
        meaning="span of noise levels, taken evenly in the logarithm",
    )
    noise: Distinct[g.noise] = parameter(
        ("weight", "sample"),
        "unknown",
        "section 2.1 says the first; section 4.5 sounds like the second",
    )
    label_rule: Distinct[g.label_rule] = parameter(
        ("argmax", "soft", "sample"), "unknown", "section 2.1 says argmax; Figure 1 needs soft"
    )
    batch_size: Distinct[g.batch_size] = parameter(
        (0, 50, 10),
        "unknown",
        "section 3 says 'vanilla SGD' and no more",
        meaning="training points of each task a step; 0 takes all of them",
    )
    learning_rate: g.Span[g.learning_rate] = parameter(
        (0.25, 1.0),
        "unknown",
        "up to the largest at which the loss still falls; smaller ones only take longer",
        meaning=(
            "span of learning rates 1/tau at 800 points, taken evenly in the logarithm; in "
            "proportion to the points, a tenth of it with mini-batches, at least 0.05 and at most "
            "2"
        ),
    )
    inputs: Distinct[g.inputs] = parameter(("shared", "separate"), "unknown", _DECLARED)
    protocol: Distinct[g.protocol] = parameter(
        ("test", "validation", "noisy validation"),
        "unknown",
        "section 4.4 says the test loss; Figure 1's caption, a validation error",
    )
    n_datasets: g.n_datasets = parameter(
        5, "ours", "as many as in Figure 2; more settings tell more than more datasets"
    )
    n_train: Annotated[Increasing[g.n_train], Field(min_length=2)] = parameter(
        (100, 400, 3200),
        "ours",
        "scarce, enough and abundant, on Figure 2's axis",
        meaning=(
            "training points of each task; the second number also stands in for Figure 2 left's"
        ),
    )
    n_aux: g.n_aux = parameter(
        800,
        "stated",
        "Figure 3, axis",
        meaning=(
            "auxiliary training points of Figure 3 left, beside the least of `n_train` for both "
            "tasks"
        ),
    )
    S_low: g.S_low = parameter(0.1, "stated", "Figure 2, axis")
    S_high: g.S_high = parameter(10.0, "stated", "Figure 2, axis")
    weak: g.weak = parameter(
        0.1, "ours", "Table 1, row (c): 0 < r_AB << 1", meaning="a weak relatedness"
    )
    N3: g.N3 = parameter(10, "stated", "section 4.5")
    rank: g.rank = parameter(10, "stated", "section 4.5")
    seed: g.seed = g.SEED
    t_max: Annotated[g.t_max, Field(le=1e3)] = parameter(
        0.2,
        "ours",
        "about as long as minima of the loss take; with soft labels there may be none",
        meaning="longest training for each training point, and at least 100 in all",
    )
    n_test: g.n_test = parameter(
        256, "ours", "enough for the signs and sizes of benefits; more digits are not asked for"
    )
    n_validation: g.n_validation = parameter(
        500, "ours", "close to the middle number of training points"
    )
    device: g.device = g.DEVICE
    dtype: g.dtype = parameter("float32", "ours", "as on the page of Figure 2")

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
