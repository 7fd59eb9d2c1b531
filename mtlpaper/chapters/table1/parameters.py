"""Parameters of Table 1: the four rows as experiments and as theory."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.two_tasks.parameters import (
    QUICK_TRAINING,
    LinearStudents,
    OneNumberOfClasses,
    TheoryOfBenefits,
)
from mtlpaper.companion.parameters import Increasing, parameter


class Table1(TheoryOfBenefits, LinearStudents, OneNumberOfClasses):
    """The sign of the benefit over relatedness and SNR, and what each row of Table 1 says of it."""

    name = "table1"
    title = "Table 1: the four rows, and the sign of the benefit"
    presets = {
        "paper": {},
        "quick": {
            "S_A": [10.0],
            "S_B": [0.1, 10.0],
            "r_AB": [0.0, 0.1, 0.2, 1.0],
            "n_train": [100, 800],
            "limited": 100,
            **QUICK_TRAINING,
        },
    }

    S_A: Increasing[g.S_A] = parameter(
        (1.0, 10.0), "ours", "main tasks that can be learned; of the others nothing is claimed"
    )
    S_B: Annotated[Increasing[g.S_B], Field(min_length=2)] = parameter(
        (0.1, 1.0, 10.0), "ours", "Figure 2's values without the lowest"
    )
    r_AB: Annotated[Increasing[g.r_AB], Field(min_length=2)] = parameter(
        (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.75, 0.85, 0.95, 1.0),
        "ours",
        "dense where tasks are weakly related, which row (c) is about, and where help starts",
        meaning="relatedness; the first counts as unrelated",
    )
    n_train: Annotated[Increasing[g.n_train], Field(min_length=2)] = parameter(
        (200, 800, 3200),
        "ours",
        "a limited number, Figure 2 left's, and the last of Figure 2 right",
        meaning="training points of each task; the last number counts as abundant",
    )
    limited: g.limited = parameter(
        800, "ours", "Figure 2: where related tasks help and unrelated ones harm"
    )
    weak: g.weak = parameter(0.2, "ours", "fixed in advance for '0 < r_AB << 1'")

    @model_validator(mode="after")
    def _rows_have_cells(self) -> Self:
        if self.n_train[0] > self.limited:
            raise ValueError(
                f"`limited` must be at least the least of n_train, {self.n_train[0]}, "
                f"got {self.limited}"
            )
        if not [r for r in self.r_AB[1:] if r <= self.weak]:
            raise ValueError(
                f"`r_AB` must hold a value above its first and at most weak = {self.weak}, "
                f"got {list(self.r_AB)}"
            )
        return self
