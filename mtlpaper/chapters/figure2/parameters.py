"""Parameters of Figure 2 and of its complete interactions, Figure A1."""

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.two_tasks.parameters import QUICK_PROTOCOL, MainTasks, Protocol
from mtlpaper.companion.parameters import Increasing, parameter


class Figure2(Protocol, MainTasks):
    """Benefit over S_A at one number of points, and over numbers of points."""

    name = "figure2"
    title = "Figure 2: when does an auxiliary task help?"
    presets = {"paper": {}, "quick": {**QUICK_PROTOCOL, "n_train": [100, 400, 800]}}

    n_train: Increasing[g.n_train] = parameter(
        (100, 200, 400, 800, 1600, 3200),
        "stated",
        "Figure 2, axis",
        meaning="training points of each task, right panel",
    )
    n_train_left: g.n_train_left = parameter(800, "stated", "Figure 2, caption")
