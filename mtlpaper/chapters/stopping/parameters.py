"""Parameters of the page on when training stops and how large its steps are."""

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.two_tasks.parameters import (
    QUICK_TRAINING,
    DeepStudents,
    LinearStudents,
    OneNumberOfClasses,
)
from mtlpaper.companion.parameters import Distinct, Increasing, parameter


class Stopping(DeepStudents, LinearStudents, OneNumberOfClasses):
    """A check whether the choice of the time, or of the learning rate, makes the benefit."""

    name = "stopping"
    title = "When to stop, and how large a step"
    presets = {
        "paper": {},
        "quick": {
            "S_A": [1.0, 10.0],
            "S_B": [0.1, 10.0],
            "r_AB": [0.0, 1.0],
            "n_train": 200,
            "sample_points": [100],
            "learning_rates": [0.1, 0.01],
            "depth": [1, 2],
            "deep_learning_rates": [0.2, 0.1],
            "n_validation": 300,
            **QUICK_TRAINING,
        },
    }

    n_train: g.n_train = parameter(
        800,
        "stated",
        "Figure 2, caption",
        meaning="training points of each task where rules of stopping are compared",
    )
    sample_points: Increasing[g.sample_points] = parameter(
        (100,), "ours", "where benefits are largest in the inferred setting"
    )
    learning_rates: Distinct[g.learning_rates] = parameter(
        (0.1, 0.01, 0.001), "ours", "in powers of ten down to Figure 1's"
    )
    n_validation: g.n_validation = parameter(1000, "ours", "about as many as training points")
    n_seeds: g.n_seeds = parameter(3, "ours", "fewer than in Figure 2, to save computing time")
    depth: Increasing[g.depth] = parameter((1, 3, 5), "stated", "Figure 3, axis")
    deep_learning_rates: Distinct[g.deep_learning_rates] = parameter(
        (0.2, 0.1, 0.05), "ours", "the one in use, its double and its half"
    )
