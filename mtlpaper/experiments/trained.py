"""The students of many datasets, trained as one batch of networks."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from mtlpaper.experiments.replicates import Replicate
from mtlpaper.settings.single_task import ScheduledTask, SingleTask
from mtlpaper.training import TrainingSet, train


def train_all(
    replicates: Sequence[Replicate],
    steps: np.ndarray,
    params: SingleTask,
    *,
    learning_rate: float,
    batch_size: int,
) -> Float[np.ndarray, "net time k"]:
    """Train the students of all replicates as one batch; return their singular values."""
    data = TrainingSet(
        np.stack([replicate.X for replicate in replicates]),
        np.stack([replicate.Y for replicate in replicates]),
    )
    trajectory = train(
        [replicate.student for replicate in replicates],
        [data],
        steps,
        learning_rate=learning_rate,
        batch_size=batch_size,
        seed=params.seed,
        device=params.device,
        dtype=params.dtype,
    )
    return trajectory.singular_values().swapaxes(0, 1)


def train_on_schedule(
    replicates: Sequence[Replicate], steps: np.ndarray, params: ScheduledTask
) -> Float[np.ndarray, "net time k"]:
    """Train with the learning rate and batch size of the experiment's parameters."""
    return train_all(
        replicates,
        steps,
        params,
        learning_rate=params.learning_rate,
        batch_size=params.batch_size,
    )
