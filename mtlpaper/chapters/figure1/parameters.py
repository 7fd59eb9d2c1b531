"""Parameters of Figure 1 as published."""

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.single_task.parameters import (
    OneInputSize,
    OneNoiseLevel,
    ScheduledTask,
)
from mtlpaper.companion.parameters import Distinct, parameter


class Figure1(OneNoiseLevel, OneInputSize, ScheduledTask):
    """Singular value against time, Eq. (3) against SGD, for 2 and 20 classes."""

    name = "figure1"
    title = "Figure 1: theory against SGD for 2 and 20 classes"
    presets = {"paper": {}, "quick": {"n_seeds": 4, "starts": [1.0, 3.0]}}

    label_rule: g.label_rule = parameter(
        "soft",
        "inferred",
        "section 2.1 says argmax, but only soft labels stay on Figure 1's axis",
    )
    starts: Distinct[g.starts] = parameter(
        (0.3, 1.0, 3.0), "ours", "half a decade to either side of Figure 1's start"
    )
    tolerance: g.tolerance = parameter(
        0.05,
        "ours",
        "fixed in advance; the paper says 'excellent agreement'",
        meaning="largest relative gap between Eq. (3) and SGD that counts as agreement",
    )
