"""Parameters of the test of Definition 4."""

from typing import Annotated

from pydantic import Field

from mtlpaper.chapters import glossary as g
from mtlpaper.companion.parameters import Increasing, Parameters, parameter

#: Whose points a model gets.
DATA = ("both tasks", "main task alone")
#: Models of infinite width or a fixed first layer, and over the width.
DECAY, L1, FEATURES, KERNEL, PROCESS, CORRELATED = (
    "weight decay",
    "l1 norm over outputs",
    "random features",
    "tangent kernel",
    "Gaussian process",
    "process of correlated outputs",
)
TRAINED, TANGENT = "weight decay, trained", "tangent kernel, trained"
#: Posteriors by what stays as the width grows, and the most probable network of the second one.
POSTERIORS = ("posterior, weights' prior fixed", "posterior, function's prior fixed")
SHRUNK = "most probable, function's prior fixed"
#: Changes of what is learnt up to which they count as none, in the labels' unit.
NONE = 1e-6


class WideSharing(Parameters):
    """Models with and without the data of an auxiliary task that has the same kinks."""

    name = "wide_sharing"
    title = "Infinite width: who can benefit?"
    presets = {
        "paper": {},
        "quick": {"width": [16, 64], "n_seeds": 3, "n_draws": 2000, "n_starts": 2},
    }

    n_kinks: g.n_kinks = parameter(2, "ours", "a broken line of three pieces")
    n_train: g.n_train = parameter(6, "ours", "too few to place two kinks")
    n_aux: g.n_aux = parameter(18, "ours", "enough to place them")
    label_noise: g.label_noise = parameter(0.3, "ours", "small beside the broken line")
    decay: g.decay = parameter(
        0.1, "ours", "about the squared noise: the prior's variance of every weight is about one"
    )
    prior_scale: g.prior_scale = parameter(5.0, "ours", "about the size of the largest labels")
    width: Annotated[Increasing[g.width], Field(min_length=2)] = parameter(
        (16, 40, 100, 256), "ours", "from fewer neurons than points to ten times as many"
    )
    learning_rate: g.learning_rate = parameter(
        0.005, "ours", "short enough for a loss that falls in every step"
    )
    n_steps: g.n_steps = parameter(1000, "ours", "until the loss has fallen to that of the noise")
    n_starts: g.n_starts = parameter(
        4, "ours", "a narrow network can end in a minimum that is not the best"
    )
    n_draws: g.n_draws = parameter(4000, "ours", "for errors of about a tenth of the changes")
    n_seeds: g.n_seeds = parameter(
        6, "ours", "a compromise between narrow intervals and computing time"
    )
    seed: g.seed = g.SEED
