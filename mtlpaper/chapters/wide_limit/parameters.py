"""Parameters of the limit of infinite width."""

from mtlpaper.chapters import glossary as g
from mtlpaper.companion.parameters import Increasing, Parameters, parameter


class WideLimit(Parameters):
    """Trained networks of growing width against the minimum over networks of any width."""

    name = "wide_limit"
    title = "From wide to infinitely wide"
    presets = {
        "paper": {},
        "quick": {"width": [2, 32], "n_starts": 3, "n_seeds": 2},
    }

    n_kinks: g.n_kinks = parameter(2, "ours", "a line of three pieces, which two neurons cannot be")
    label_noise: g.label_noise = parameter(0.1, "ours", "small beside the labels")
    n_train: g.n_train = parameter(
        8, "ours", "so that networks as wide as there are labels train in seconds"
    )
    decay: g.decay = parameter(0.01, "ours", "so that the penalty is felt, and the lines are seen")
    width: Increasing[g.width] = parameter(
        (2, 4, 8, 16, 32, 64, 128, 256, 512), "ours", "from too narrow to far wider than needed"
    )
    n_starts: g.n_starts = parameter(4, "ours", "the best of a few counts: training is not convex")
    n_seeds: g.n_seeds = parameter(4, "ours", "a compromise with computing time")
    seed: g.seed = g.SEED
