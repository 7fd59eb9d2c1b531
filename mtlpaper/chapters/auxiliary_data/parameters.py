"""Parameters of Figure 3 left and Figure A3: more auxiliary data for a small main task."""

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.two_tasks.parameters import QUICK_PROTOCOL, MainTasks, Protocol
from mtlpaper.companion.parameters import Increasing, parameter


class AuxiliaryData(Protocol, MainTasks):
    """The benefit for a main task of few points, over numbers of auxiliary points."""

    name = "auxiliary_data"
    title = "Figures 3 (left) and A3: how much is auxiliary data worth?"
    presets = {"paper": {}, "quick": {**QUICK_PROTOCOL, "n_aux": [100, 800]}}

    n_train: g.n_train = parameter(
        100, "stated", "section 4.6", meaning="training points of the main task"
    )
    n_aux: Increasing[g.n_aux] = parameter((100, 200, 400, 800), "stated", "Figure 3, axis")
