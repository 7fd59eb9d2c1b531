"""Parameters of Figure 1 as published."""

from typing import Annotated

from pydantic import Field

from mtlpaper.chapters.common.single_task.parameters import (
    LabelRule,
    OneInputSize,
    OneNoiseLevel,
    ScheduledTask,
)
from mtlpaper.companion.parameters.base import parameter


class Figure1(OneNoiseLevel, OneInputSize, ScheduledTask):
    """Singular value against time, Eq. (3) against SGD, for 2 and 20 classes."""

    name = "figure1"
    title = "Figure 1: theory against SGD for 2 and 20 classes"
    presets = {"paper": {}, "quick": {"n_seeds": 4, "starts": [1.0, 3.0]}}

    label_rule: LabelRule = parameter(
        "soft",
        "how the noisy teacher labels the training inputs",
        status="inferred",
        source="section 2.1 says argmax, but only soft labels stay on Figure 1's axis",
    )
    starts: tuple[Annotated[float, Field(gt=0, le=100)], ...] = parameter(
        (0.3, 1.0, 3.0),
        "initial singular values from which the agreement is checked as well",
        status="ours",
        source="half a decade to either side of Figure 1's start",
        min_length=1,
    )
    tolerance: float = parameter(
        0.05,
        "largest relative gap between Eq. (3) and SGD that counts as agreement",
        status="ours",
        source="fixed in advance; the paper says 'excellent agreement'",
        gt=0,
        lt=1,
    )
