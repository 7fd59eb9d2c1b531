"""Parameters of Figure 1 under each label rule."""

from mtlpaper.chapters.common.single_task.parameters import (
    LabelRule,
    MatrixTheory,
    NonNegative,
    OneInputSize,
    OneNoiseLevel,
    ScheduledTask,
)
from mtlpaper.companion.parameters.base import parameter


class LabelRules(MatrixTheory, OneNoiseLevel, OneInputSize, ScheduledTask):
    """Figure 1 under argmax, soft and sampled labels, each beside the theory that matches it."""

    name = "label_rules"
    title = "Which labels does Figure 1 use?"
    presets = {
        "paper": {},
        "quick": {"n_seeds": 2, "n_train_large": 500, "n_steps": 500, "learning_rate": 1e-2},
    }

    n_seeds: int = parameter(
        5, "datasets", status="ours", source="half of Figure 1's, for time", ge=2, le=10_000
    )
    label_rules: tuple[LabelRule, ...] = parameter(
        ("argmax", "soft", "sample"),
        "label rules compared",
        status="ours",
        source="argmax: section 2.1; soft: what Eq. (2) implies; sample: between them",
        min_length=1,
    )
    n_train_large: int = parameter(
        2000,
        "training points where the infinite-data theory of argmax labels is put to the test",
        status="ours",
        source="a hundred times N1",
        ge=2,
        le=100_000,
    )
    sigmas_large: tuple[NonNegative, ...] = parameter(
        (0.0, 0.5),
        "noise levels of that test; 0 makes the noisy teacher rank one, as Eq. (3) presumes",
        status="ours",
        source="without and with the noise of section 2.1",
        min_length=1,
    )
    tolerance: float = parameter(
        0.02,
        "largest relative gap between the matching theory and SGD at n_train_large",
        status="ours",
        source="fixed in advance",
        gt=0,
        lt=1,
    )
