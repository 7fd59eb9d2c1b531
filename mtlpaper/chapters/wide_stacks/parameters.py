"""Parameters of the test of two stacks."""

from typing import Annotated

from pydantic import Field

from mtlpaper.chapters import glossary as g
from mtlpaper.companion.parameters import Increasing, Parameters, parameter


class WideStacks(Parameters):
    """Networks of two stacks that share all, a part or nothing between two tasks."""

    name = "wide_stacks"
    title = "Two stacks with a bottleneck"
    presets = {
        "paper": {},
        "quick": {"width": [2, 6], "n_seeds": 2, "n_starts": 6},
    }

    n_train: Annotated[g.n_train, Field(le=5)] = parameter(
        3, "ours", "few, so that another solver can go through all orders in the bottleneck"
    )
    between: g.between = parameter("tanh", "ours", "bounded, and no ReLU: Eq. (1) admits any")
    decay: g.decay = parameter(
        0.1, "ours", "so that the penalty is felt, and fits are no constants"
    )
    width: Increasing[Annotated[g.width, Field(ge=2)]] = parameter(
        (2, 4, 8),
        "ours",
        "from one neuron a task to more than there are labels",
        meaning="neurons of the hidden layer of each stack",
    )
    n_starts: g.n_starts = parameter(24, "ours", "narrow networks reach their minimum rarely")
    n_seeds: g.n_seeds = parameter(
        8, "ours", "a compromise between narrow intervals and computing time"
    )
    seed: g.seed = g.SEED
