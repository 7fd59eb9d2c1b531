"""Parameters of Figure 1 under each label rule."""

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.single_task.parameters import (
    MatrixTheory,
    OneInputSize,
    OneNoiseLevel,
    ScheduledTask,
)
from mtlpaper.companion.parameters import Distinct, parameter


class LabelRules(MatrixTheory, OneNoiseLevel, OneInputSize, ScheduledTask):
    """Figure 1 under argmax, soft and sampled labels, each beside the theory that matches it."""

    name = "label_rules"
    title = "Which labels does Figure 1 use?"
    presets = {
        "paper": {},
        "quick": {"n_seeds": 2, "n_train_large": 500, "n_steps": 500, "learning_rate": 1e-2},
    }

    n_seeds: g.n_seeds = parameter(5, "ours", "half of Figure 1's, to save computing time")
    label_rules: Distinct[g.label_rules] = parameter(
        ("argmax", "soft", "sample"),
        "ours",
        "argmax: section 2.1; soft: what Eq. (2) implies; sample: between them",
    )
    n_train_large: g.n_train_large = parameter(2000, "ours", "a hundred times N1")
    sigmas_large: Distinct[g.sigmas_large] = parameter(
        (0.0, 0.5), "ours", "without and with the noise of section 2.1"
    )
    tolerance: g.tolerance = parameter(
        0.02,
        "ours",
        "fixed in advance",
        meaning="largest relative gap between the matching theory and SGD at n_train_large",
    )
