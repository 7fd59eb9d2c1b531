"""Parameters of weight decay on the first paper's tasks."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.two_tasks.parameters import LinearStudents, OneNumberOfClasses
from mtlpaper.companion.parameters import Increasing, parameter

_CLEAN = "clean tasks, which in Figure 2 help most when related and harm when not"


class WeightDecay(LinearStudents, OneNumberOfClasses):
    """Weight decay instead of early stopping, on the same data and from the same weights."""

    name = "weight_decay"
    title = "Weight decay on the first paper's tasks: relatedness inside the regulariser"
    presets = {
        "paper": {},
        "quick": {
            "N1": 20,
            "N2": 20,
            "r_AB": [0.0, 0.5, 1.0],
            "n_seeds": 3,
            "n_trained": 2,
            "n_test": 512,
            "n_validation": 500,
            "decays": [0.01, 0.02, 0.04],
            "widths": [2, 8, 20],
            "n_starts": 2,
            "n_coupled": [50, 200],
            "n_soft": 100,
            "small_decays": [3e-4, 3e-3],
        },
    }

    S_A: Increasing[g.S_A] = parameter((10.0,), "ours", _CLEAN)
    S_B: Increasing[g.S_B] = parameter((10.0,), "ours", _CLEAN)
    inputs: g.inputs = parameter("separate", "ours", "only the weights then couple the tasks")
    n_train: g.n_train = parameter(100, "ours", "few points, where benefits are large")
    n_validation: g.n_validation = parameter(
        1000, "ours", "many, so that what they choose is close to the best choice"
    )
    n_seeds: g.n_seeds = parameter(10, "ours", "for intervals narrower than the effects")
    n_trained: g.n_trained = parameter(
        3, "ours", "their scatter is small", meaning="datasets of widths, couplings and norms"
    )
    dtype: g.dtype = parameter("float64", "ours", "that of the students with weight decay")
    decays: Annotated[Increasing[g.decays], Field(min_length=2)] = parameter(
        (0.0025, 0.005, 0.01, 0.02, 0.04, 0.08),
        "ours",
        "from too weak to too strong; the page tells how often an end is chosen",
        meaning="weight decays, among which validation points choose for each network",
    )
    decay: g.decay = parameter(
        0.02, "ours", "near those that are chosen", meaning="weight decay of widths and couplings"
    )
    widths: Annotated[Increasing[g.widths], Field(min_length=2)] = parameter(
        (1, 2, 4, 6, 8, 10, 12, 16, 20, 30), "ours", "up to as many hidden units as inputs"
    )
    n_starts: g.n_starts = parameter(3, "ours", "to see minima that depend on the start")
    n_coupled: Annotated[Increasing[g.n_coupled], Field(min_length=2)] = parameter(
        (50, 100, 200, 400, 800),
        "ours",
        "doubled each time",
        meaning="training points of each task where couplings are measured",
    )
    n_soft: g.n_soft = parameter(
        200, "ours", "more than inputs", meaning="training points of each task with soft labels"
    )
    S_soft: Increasing[g.S_soft] = parameter(
        (1.0, 2.0),
        "ours",
        "small, so that the softmax does not saturate",
        meaning="singular values of teachers that give soft labels; task A's is the first",
    )
    small_decays: Increasing[g.small_decays] = parameter(
        (3e-4, 1e-3, 3e-3),
        "ours",
        "towards none, where students become the teachers",
        meaning="weight decays with soft labels",
    )

    @model_validator(mode="after")
    def _wide_enough(self) -> Self:
        full = min(self.N1, 2 * self.N3)
        if max(self.widths) < full:
            raise ValueError(
                f"`widths` must reach the rank that two tasks can need, min(N1, 2 N3) = {full}, "
                f"got {max(self.widths)}"
            )
        if self.N2 < full:
            raise ValueError(f"`N2` must be at least min(N1, 2 N3) = {full}, got {self.N2}")
        if self.n_soft < self.N1:
            raise ValueError(f"`n_soft` must be at least N1 = {self.N1}, got {self.n_soft}")
        return self
