"""Parameters shared by the experiments on two training-aligned tasks of rank one."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mtlpaper.chapters import glossary as g
from mtlpaper.companion.parameters import Distinct, Increasing, Parameters, parameter, symbol_of

LabelRule = Literal["argmax", "soft"]
_AS_FIGURE_2 = "as on the page of Figure 2"
#: Of the main task; the experiments' own values differ.
CLEAR_OF_NOISE = "above the noise's threshold, yet with noise enough to gain from another task"


class AlignedTasks(Parameters):
    """Two rank-one teachers, and students that start aligned with both."""

    N1: Annotated[g.N1, Field(ge=3)] = parameter(30, "inferred", _AS_FIGURE_2)
    N2: Annotated[g.N2, Field(ge=2)] = parameter(
        30,
        "inferred",
        _AS_FIGURE_2,
        meaning="hidden units; two of their directions are used",
    )
    N3: Annotated[g.N3, Field(ge=3)] = parameter(10, "stated", "section 4.5")
    sigma: Annotated[g.sigma, Field(gt=0)] = parameter(0.5, "inferred", _AS_FIGURE_2)
    s0: g.s0 = parameter(
        0.1,
        "ours",
        "well below every minimum of the loss, so that training passes through it",
        meaning="initial singular value of both students",
    )
    label_rules: Distinct[Annotated[LabelRule, symbol_of(g.label_rules)]] = parameter(
        ("soft", "argmax"),
        "ours",
        "soft: what Eqs. (2) and (5) imply; argmax: section 2.1",
        meaning="label rules, each for training and for the noise-free labels of the loss",
    )
    labelled_by: g.labelled_by = parameter(
        "first mode", "stated", "section 3: Eq. (3) is for a noisy teacher of rank one"
    )
    S_B: Annotated[Increasing[g.S_B], Field(min_length=2)] = parameter(
        (0.1, 1.0, 10.0), "inferred", "Figure 2's axis gives the range"
    )
    r_AB: Annotated[Increasing[g.r_AB], Field(min_length=2)] = parameter(
        (0.0, 0.1, 0.25, 0.5, 1.0),
        "ours",
        "from unrelated to fully related, with weakly related ones between",
    )
    weak: g.weak = parameter(
        0.1,
        "ours",
        "Table 1, row (c): 0 < r_AB << 1",
        meaning="relatedness that counts as weak; one of r_AB",
    )
    learning_rate: g.learning_rate = parameter(0.2, "ours", "near the gradient-flow limit")
    t_end: g.t_end = parameter(
        100.0,
        "ours",
        "past the minima of the loss, except for clean main tasks under argmax labels",
        meaning="end of the theory's flows and of the training",
    )
    seed: g.seed = g.SEED
    device: g.device = g.DEVICE
    dtype: g.dtype = parameter(
        "float32", "ours", "its rounding is far below the scatter of datasets"
    )

    @model_validator(mode="after")
    def _both_ends_of_relatedness(self) -> Self:
        if self.r_AB[0] != 0 or self.weak not in self.r_AB:
            raise ValueError(
                f"`r_AB` must begin with 0 and hold `weak` = {self.weak:g}, got {list(self.r_AB)}"
            )
        return self
