"""Parameters of the learning-rate limit."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.single_task.parameters import (
    OneInputSize,
    OneNoiseLevel,
    Rate,
    SingleTask,
)
from mtlpaper.companion.parameters import Distinct, parameter
from mtlpaper.documents.lee2019.printed import FIGURE1_TIME


class LearningRate(OneNoiseLevel, OneInputSize, SingleTask):
    """Gradient descent and mini-batch SGD against the gradient flow as the step shrinks."""

    name = "learning_rate"
    title = "From steps to a flow: the learning-rate limit"
    presets = {
        "paper": {},
        "quick": {"n_seeds": 3, "learning_rate": [0.25, 0.1, 0.05, 0.025, 0.01]},
    }

    n_seeds: g.n_seeds = parameter(
        6, "ours", "a compromise between little scatter and computing time"
    )
    n_records: g.n_records = parameter(
        11,
        "ours",
        "few, since every learning rate has to divide the time between two of them",
        meaning="times at which trajectories are compared",
    )
    label_rule: g.label_rule = parameter("soft", "inferred", "as on the page of Figure 1")
    learning_rate: Annotated[Distinct[Rate], Field(min_length=2)] = parameter(
        (0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.0025, 0.001),
        "ours",
        "from a quarter down to Figure 1's",
    )
    t_end: g.t_end = parameter(FIGURE1_TIME[1], "stated", "Figure 1, axis")
    batch_size: Annotated[g.batch_size, Field(ge=1)] = parameter(
        10,
        "ours",
        "a tenth of the training points",
        meaning="training points a step of the mini-batch curve",
    )
    slope_tolerance: g.slope_tolerance = parameter(0.05, "ours", "fixed in advance")

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
