"""Parameters of Figure 3 right and Figure A4: deep ReLU students."""

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.two_tasks.parameters import (
    QUICK_TRAINING,
    DeepStudents,
    LinearStudents,
    MainTasks,
    OneNumberOfClasses,
)
from mtlpaper.companion.parameters import Increasing, parameter


class Depth(DeepStudents, MainTasks, LinearStudents, OneNumberOfClasses):
    """The benefit for ReLU students of growing depth, with a shallow linear one beside them."""

    name = "depth"
    title = "Figures 3 (right) and A4: deeper, nonlinear students"
    presets = {
        "paper": {},
        "quick": {
            "S_A": [10.0],
            "S_B": [0.1, 10.0],
            "r_AB": [0.0, 1.0],
            "n_train": 200,
            "depth": [1, 2],
            **QUICK_TRAINING,
        },
    }

    S_A: Increasing[g.S_A] = parameter(
        (1.0, 10.0),
        "inferred",
        "Figure 2's axis without its lowest values, where little is learned",
    )
    S_B: Increasing[g.S_B] = parameter((0.1, 10.0), "inferred", "one low and one high SNR")
    n_train: g.n_train = parameter(800, "inferred", "as in Figure 2 left")
    depth: Increasing[g.depth] = parameter(
        (1, 3, 5),
        "stated",
        "Figure 3, axis '# Layers', read as hidden layers (section 4.7)",
    )
    deep_learning_rate: g.deep_learning_rate = parameter(
        0.1, "ours", "deep students follow their flow at smaller steps only"
    )
