"""Parameters of the page on what the authors' protocol mixes."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.two_tasks.parameters import QUICK_TRAINING, MainTasks, Protocol
from mtlpaper.companion.parameters import Increasing, parameter

#: Points of the pool: twice the most training points, so that even those leave a choice.
POOL = 6400


class Confounds(Protocol, MainTasks):
    """The authors' protocol, and the same with one factor changed at a time."""

    name = "confounds"
    title = "What the authors' protocol mixes"
    presets = {
        "paper": {},
        "quick": {
            **QUICK_TRAINING,
            "r_AB": [0.0, 1.0],
            "n_train": [100, 400],
            "n_aux": [200],
            "batch_points": [100],
        },
    }
    settings = {
        "as the rows fit": {},
        "2000 epochs": {"epochs": 2000},
        "auxiliary weight one": {"auxiliary_weight": "one"},
        "noisy training, clean test labels": {"noisy_train": 1.0, "noisy_test": 0.0},
        "batches, in turn": {"epochs": 2000, "updates": "alternating"},
        "batches, at once": {"epochs": 2000, "updates": "summed"},
        "one pool": {"pool": POOL},
    }

    S_A: Annotated[Increasing[g.S_A], Field(max_length=1)] = parameter(
        (10.0,), "script", "the main task of Figure 2 right and of Figure 3"
    )
    S_B: Increasing[g.S_B] = parameter((0.01, 10.0), "script", "ends of the authors' rows")
    r_AB: Increasing[g.r_AB] = parameter((0.0, 0.5, 1.0), "ours", "ends and middle of the rows")
    n_train: Increasing[g.n_train] = parameter(
        (100, 200, 400, 800, 1600, 3200), "stated", "Figure 2, axis"
    )
    n_main: g.n_main = parameter(100, "stated", "section 4.6")
    n_aux: Increasing[g.n_aux] = parameter((200, 400, 800), "stated", "Figure 3, axis")
    batch_points: Increasing[g.batch_points] = parameter(
        (100, 400), "ours", "the fewest, and where one batch in four is smaller; batches take long"
    )
    n_seeds: Annotated[g.n_seeds, Field(ge=3)] = parameter(
        8, "ours", "more than the five of the figures, since differences are small"
    )

    @model_validator(mode="after")
    def _factors_differ(self) -> Self:
        if self.n_aux[0] < 2 * self.n_main:
            raise ValueError(
                f"`n_aux` must be at least 2 n_main = {2 * self.n_main}, where the weight of the "
                f"auxiliary loss begins to differ from one, got {self.n_aux[0]}"
            )
        if not set(self.batch_points) <= set(self.n_train):
            raise ValueError(f"`batch_points` must be some of n_train, got {self.batch_points}")
        return self


#: The setting of the other pages, those whose benefits are compared, and that of the pool.
SCRIPT, *CHANGES, POOLED = Confounds.settings


def reference(setting: str) -> str:
    """The setting from which another one differs in one factor only."""
    return CHANGES[0] if setting.startswith("batches") else SCRIPT
