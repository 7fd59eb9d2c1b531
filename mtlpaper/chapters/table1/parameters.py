"""Parameters of Table 1: the four rows as experiments and as theory."""

from typing import Self

from pydantic import model_validator

from mtlpaper.chapters.common.single_task.parameters import MatrixTheory
from mtlpaper.chapters.common.two_tasks.parameters import (
    LinearStudents,
    OneNumberOfClasses,
    Points,
    Relatedness,
    SingularValue,
)
from mtlpaper.companion.parameters.base import parameter


class Table1(MatrixTheory, LinearStudents, OneNumberOfClasses):
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
            "n_seeds": 3,
            "n_test": 512,
            "dtype": "float64",
        },
    }

    S_A: tuple[SingularValue, ...] = parameter(
        (1.0, 10.0),
        "singular value of the main task's teacher",
        status="ours",
        source="main tasks that can be learned; of the others nothing is claimed",
        min_length=1,
        order="increasing",
    )
    S_B: tuple[SingularValue, ...] = parameter(
        (0.1, 1.0, 10.0),
        "singular value of the auxiliary task's teacher",
        status="ours",
        source="Figure 2's values without the lowest",
        min_length=2,
        order="increasing",
    )
    r_AB: tuple[Relatedness, ...] = parameter(
        (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0),
        "relatedness; the first counts as unrelated",
        status="ours",
        source="dense where tasks are weakly related, which rows (c) is about",
        min_length=2,
        order="increasing",
    )
    n_train: tuple[Points, ...] = parameter(
        (200, 800, 3200),
        "training points of each task; the last number counts as abundant",
        status="ours",
        source="limited, Figure 2 left's, and Figure 2 right's last",
        min_length=2,
        order="increasing",
    )
    limited: int = parameter(
        800,
        "training points up to which data count as limited",
        status="ours",
        source="Figure 2: where related tasks help and unrelated ones harm",
        ge=2,
        le=100_000,
    )
    weak: float = parameter(
        0.2,
        "relatedness up to which tasks count as weakly related",
        status="ours",
        source="fixed in advance for '0 < r_AB << 1'",
        gt=0,
        lt=1,
    )
    n_points: int = parameter(
        256,
        "Sobol points of the theory's Gaussian averages, a power of two",
        status="ours",
        source="for an error well below the theory's own",
        ge=64,
        le=2**20,
    )

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
