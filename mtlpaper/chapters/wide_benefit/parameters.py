"""Parameters of the benefit at infinite width."""

from typing import Annotated

from pydantic import Field

from mtlpaper.chapters import glossary as g
from mtlpaper.companion.parameters import Increasing, Parameters, parameter


class WideBenefit(Parameters):
    """Broken lines learned alone and beside another one, with shared kinks or with others."""

    name = "wide_benefit"
    title = "Infinite width: does the other task help?"
    presets = {
        "paper": {},
        "quick": {
            "n_train": [8, 32],
            "decay": [0.003, 0.01, 0.03, 0.1, 0.3],
            "width": [32, 128, 512],
            "n_seeds": 4,
        },
    }

    n_kinks: g.n_kinks = parameter(3, "ours", "more than a line, and few enough to be found")
    label_noise: g.label_noise = parameter(0.2, "ours", "a tenth of the size of the labels, about")
    n_train: Increasing[g.n_train] = parameter(
        (8, 16, 32),
        "ours",
        "from two points for each piece of the line to half of what the other task has",
        meaning="training points of the main task",
    )
    n_aux: g.n_aux = parameter(64, "ours", "enough to find all kinks")
    decay: Annotated[Increasing[g.decay], Field(min_length=2)] = parameter(
        (0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
        "ours",
        "half a decade apart; both ends are too weak and too strong",
    )
    width: Annotated[Increasing[g.width], Field(min_length=2)] = parameter(
        (32, 64, 128, 256, 512, 1024),
        "ours",
        "from half as many neurons as labels to many more",
        meaning="neurons of networks in the tangent-kernel parametrisation",
    )
    learning_rate: g.learning_rate = parameter(
        0.005, "ours", "about two thirds of what the tangent kernel of these many points admits"
    )
    n_steps: g.n_steps = parameter(
        600, "ours", "until training errors are about those of the noise"
    )
    n_seeds: g.n_seeds = parameter(
        32, "ours", "a compromise between narrow intervals and computing time"
    )
    seed: g.seed = g.SEED
