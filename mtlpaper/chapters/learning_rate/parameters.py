"""Parameters of the learning-rate limit."""

from typing import Self

from pydantic import model_validator

from mtlpaper.chapters.common.single_task.parameters import (
    LabelRule,
    OneInputSize,
    OneNoiseLevel,
    Rate,
    SingleTask,
)
from mtlpaper.companion.parameters.base import parameter
from mtlpaper.documents.lee2019.printed import FIGURE1_TIME


class LearningRate(OneNoiseLevel, OneInputSize, SingleTask):
    """Gradient descent and mini-batch SGD against the gradient flow as the step shrinks."""

    name = "learning_rate"
    title = "From steps to a flow: the learning-rate limit"
    presets = {
        "paper": {},
        "quick": {"n_seeds": 3, "learning_rate": [0.25, 0.1, 0.05, 0.025, 0.01]},
    }

    n_seeds: int = parameter(6, "datasets", status="ours", source="any", ge=2, le=10_000)
    n_records: int = parameter(
        11, "times at which trajectories are compared", status="ours", source="any", ge=2, le=101
    )
    label_rule: LabelRule = parameter(
        "soft", "how the noisy teacher labels the inputs", status="inferred", source="see Figure 1"
    )
    learning_rate: tuple[Rate, ...] = parameter(
        (0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.0025, 0.001),
        "learning rates 1/tau",
        status="ours",
        source="down to Figure 1's",
        min_length=2,
    )
    t_end: float = parameter(
        FIGURE1_TIME[1],
        "length of training",
        unit="tau",
        status="stated",
        source="Figure 1, axis",
        gt=0,
        le=100,
    )
    batch_size: int = parameter(
        10, "training points a step of the mini-batch curve", status="ours", source="any", ge=1
    )
    slope_tolerance: float = parameter(
        0.05,
        "largest distance of gradient descent's fitted slope from one",
        status="ours",
        source="fixed in advance",
        gt=0,
        lt=1,
    )

    @model_validator(mode="after")
    def _steps_hit_the_records(self) -> Self:
        interval = self.t_end / (self.n_records - 1)
        for rate in self.learning_rate:
            steps = interval / rate
            if steps < 0.5 or abs(steps - round(steps)) > 1e-6 * steps:
                raise ValueError(
                    f"`learning_rate` must divide the recording interval t_end / (n_records - 1) = "
                    f"{interval:g}, got {rate:g}"
                )
        return self
