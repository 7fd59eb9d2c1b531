"""Parameters of Figure 3 right and Figure A4: deep ReLU students."""

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.two_tasks.parameters import QUICK_PROTOCOL, MainTasks, Protocol
from mtlpaper.companion.parameters import Increasing, parameter

_SCRIPT = "the authors' script"
_ROWS = "the authors' rows have these values"


class Depth(Protocol, MainTasks):
    """The benefit for ReLU students of growing depth, with a shallow linear one beside them."""

    name = "depth"
    title = "Figures 3 (right) and A4: deeper, nonlinear students"
    presets = {
        "paper": {},
        "quick": {
            **QUICK_PROTOCOL,
            "S_A": [10.0],
            "n_train": [200],
            "n_train_right": 200,
            "depth": [1, 3],
            "deep_learning_rate": 0.2,
        },
    }
    settings = {**Protocol.settings, "text": {**Protocol.settings["text"], "activation": "between"}}

    S_A: Increasing[g.S_A] = parameter((10.0,), "script", "the main tasks of Figure 3 right")
    S_B: Increasing[g.S_B] = parameter((0.01, 10.0), "script", "the ends of Figure 3's segments")
    n_train: Increasing[g.n_train] = parameter((200, 800), "script", _ROWS)
    n_train_right: g.n_train_right = parameter(800, "script", "the authors' notebooks")
    depth: Increasing[g.depth] = parameter(
        (1, 3, 5), "stated", "Figure 3, axis '# Layers', which are hidden layers in the script"
    )
    activation: g.activation = parameter("every", "script", _SCRIPT)
    scale: g.scale = parameter(
        1.0,
        "script",
        "orthogonal layers, singular values 1",
        meaning="scale of the ReLU students' initial weights, see `initial`",
    )
    deep_learning_rate: g.deep_learning_rate = parameter(
        0.1,
        "ours",
        "half of it gives the same benefits, twice of it larger ones at three hidden layers",
    )
