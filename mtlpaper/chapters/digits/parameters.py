"""Parameters of the digits as tasks."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from mtlpaper.chapters import glossary as g
from mtlpaper.companion.parameters import Increasing, Parameters, parameter

#: Images that there are, and groups of test images; as the science has them.
N_IMAGES, N_GROUPS = 1797, 4


class Digits(Parameters):
    """Digits as main task, beside digits with rotated inputs and other classes of the images."""

    name = "digits"
    title = "Real classes in place of teachers: scikit-learn's digits"
    presets = {
        "paper": {},
        "quick": {
            "n_aux": [100, 800],
            "r_AB": [0.0, 0.5, 1.0],
            "flip_A": [0.0, 0.8],
            "n_seeds": 3,
            "n_trained": 2,
            "n_points": 64,
            "t_max": 200.0,
        },
    }

    n_train: g.n_train = parameter(
        100, "ours", "as in Figure 3, left", meaning="training images of the main task"
    )
    n_aux: Annotated[Increasing[g.n_aux], Field(min_length=2)] = parameter(
        (100, 200, 400, 800),
        "ours",
        "as in Figure 3, left; the most is used where nothing else is said",
        meaning="training images of the auxiliary task, none of which the main task has",
    )
    r_AB: Annotated[Increasing[g.r_AB], Field(min_length=2)] = parameter(
        (0.0, 0.25, 0.5, 0.75, 1.0),
        "ours",
        "as in Figure 2",
        meaning="relatedness that the rotation of the auxiliary task's inputs sets",
    )
    flip_A: Increasing[g.flip_A] = parameter((0.0, 0.3, 0.8), "ours", "none, some, and most")
    flip_B: Annotated[Increasing[g.flip_B], Field(min_length=2)] = parameter(
        (0.0, 0.3, 0.9), "ours", "none, some, and so many that labels do not depend on the images"
    )
    N2: g.N2 = parameter(60, "ours", "as many as principal components")
    s0: g.s0 = parameter(0.1, "ours", "small, so that students learn the features")
    depth: g.depth = parameter(2, "ours", "the least that is deep")
    scale: g.scale = parameter(1.0, "ours", "after He et al.")
    learning_rate: g.learning_rate = parameter(
        0.4, "ours", "half of it moved benefits by no more than 0.002 nats in a first look"
    )
    t_max: g.t_max = parameter(
        1000.0, "ours", "past the minima of nearly all networks; the rest is counted"
    )
    n_validation: g.n_validation = parameter(
        200,
        "ours",
        "most of what the others leave",
        meaning="images held back to choose the time of stopping",
    )
    n_test: g.n_test = parameter(
        128, "ours", "four groups, so that 800 images are left", meaning="test images of each group"
    )
    n_points: g.n_points = parameter(
        256, "ours", "their error is then well below that of the theory itself"
    )
    n_seeds: g.n_seeds = parameter(
        16,
        "ours",
        "for intervals narrower than the effects",
        meaning="divisions of the images, each with its start",
    )
    n_trained: g.n_trained = parameter(
        6, "ours", "they take twenty times as long", meaning="divisions of the deep students"
    )
    seed: g.seed = g.SEED
    device: g.device = g.DEVICE

    @model_validator(mode="after")
    def _enough_images(self) -> Self:
        taken = self.n_train + self.n_validation + N_GROUPS * self.n_test + max(self.n_aux)
        if taken > N_IMAGES:
            raise ValueError(
                f"`n_train`, `n_validation`, {N_GROUPS} `n_test` and the largest `n_aux` must be "
                f"at most {N_IMAGES} together, got {taken}"
            )
        return self

    @model_validator(mode="after")
    def _clean_labels_first(self) -> Self:
        for name in ("flip_A", "flip_B"):
            first = getattr(self, name)[0]
            if first != 0:
                raise ValueError(f"`{name}` must begin with 0, labels as they are, got {first:g}")
        return self
