"""Parameters shared by the experiments that train single-task students of Figure 1's kind.

Groups, so that an experiment that scans one of them takes only the others: a parameter without
effect would mislead.
"""

from typing import Annotated

from pydantic import Field

from mtlpaper.chapters import glossary as g
from mtlpaper.companion.parameters import Distinct, Parameters, parameter
from mtlpaper.documents.lee2019.printed import FIGURE1_SINGULAR_VALUE

# Learning rates of a single task.
Rate = Annotated[g.learning_rate, Field(le=1)]
_CAPTION = "Figure 1, caption"


class SingleTask(Parameters):
    """A training-aligned linear student, its rank-one teacher, and the datasets."""

    N2: g.N2 = parameter(
        20,
        "unknown",
        "not stated; the theory page shows why it does not matter here",
        meaning="hidden units of the student; without effect on a training-aligned start",
    )
    N3: Distinct[g.N3] = parameter((2, 20), "stated", _CAPTION)
    n_train: g.n_train = parameter(100, "stated", _CAPTION, meaning="training points N")
    s_bar: g.s_bar = parameter(
        1.8,
        "inferred",
        "the multiple of 0.1 whose Eq. (3) ends closest to the top of Figure 1's axis",
    )
    noise: g.noise = parameter("weight", "stated", "section 2.1")
    s0: g.s0 = parameter(
        FIGURE1_SINGULAR_VALUE[0],
        "inferred",
        "the bottom of Figure 1's axis",
        meaning="initial largest singular value of the student",
    )
    n_seeds: g.n_seeds = parameter(10, "stated", _CAPTION)
    seed: g.seed = g.SEED
    n_records: g.n_records = parameter(51, "ours", "enough for smooth curves")
    device: g.device = g.DEVICE
    dtype: g.dtype = parameter(
        "float64", "ours", "double, so that other machines agree to many digits"
    )


class OneInputSize(Parameters):
    """One number of inputs."""

    N1: g.N1 = parameter(
        20,
        "unknown",
        "not stated; well below the number of training points, as Eq. (3) presumes",
    )


class OneNoiseLevel(Parameters):
    """One noise level."""

    sigma: g.sigma = parameter(0.5, "unknown", "section 2.1 asks only that some labels flip")


class ScheduledTask(SingleTask):
    """One learning rate and number of steps."""

    learning_rate: Rate = parameter(1e-3, "stated", _CAPTION)
    n_steps: g.n_steps = parameter(5000, "stated", _CAPTION)
    batch_size: g.batch_size = parameter(0, "unknown", "section 3 says 'vanilla SGD' and no more")


class MatrixTheory(Parameters):
    """Gaussian averages of the matrix flows."""

    n_points: g.n_points = parameter(
        2048, "ours", "their error is then well below the gaps reported"
    )
