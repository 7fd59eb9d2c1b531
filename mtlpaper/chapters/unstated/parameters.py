"""Parameters of the scan over settings that the paper does not state."""

from typing import Self

from pydantic import model_validator

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.two_tasks.parameters import OneNumberOfClasses
from mtlpaper.companion.parameters import Distinct, Increasing, parameter

_DECLARED = "declared before the scan"


class Unstated(OneNumberOfClasses):
    """A search for the settings whose figures come closest to the published axes."""

    name = "unstated"
    title = "What the paper leaves unsaid: settings inferred from its axes"
    presets = {
        "paper": {},
        "quick": {
            "sizes": [50],
            "s0": [0.1, 1.0],
            "sigmas": [0.5],
            "input_rules": ["separate"],
            "n_train_right": [100, 200],
            "n_train_left": 200,
            "n_aux": [100, 200],
            "depth": [1, 2],
            "n_finalists": 1,
            "scales": [1.0],
            "S_B": [0.1, 10.0],
            "n_seeds": 2,
            "n_test": 512,
            "dtype": "float64",
        },
    }

    sizes: Increasing[g.sizes] = parameter(
        (30, 50),
        "ours",
        "declared before the scan, with 100 beside them, which came no closer",
    )
    s0: Increasing[g.s0] = parameter(
        (0.03, 0.1, 0.3, 1.0), "ours", "declared before the scan; up to Figure 1's start value"
    )
    sigmas: Increasing[g.sigmas] = parameter((0.5, 1.0), "ours", _DECLARED)
    input_rules: Distinct[g.input_rules] = parameter(("separate", "shared"), "ours", _DECLARED)
    scales: Increasing[g.scales] = parameter((0.5, 1.0), "ours", _DECLARED)
    n_finalists: g.n_finalists = parameter(2, "ours", _DECLARED)
    deep_learning_rate: g.deep_learning_rate = parameter(
        0.2, "ours", "deep students follow their flow at smaller steps only"
    )
    S_A: Increasing[g.S_A] = parameter(
        (1.0, 10.0), "ours", "the high-SNR main tasks, where Figure 2 has its extremes"
    )
    r_AB: Increasing[g.r_AB] = parameter(
        (0.0, 1.0), "ours", "its ends, where the figures have their extremes"
    )
    n_train_left: g.n_train_left = parameter(
        800,
        "stated",
        "Figure 2, caption",
        meaning="training points of Figure 2 left and of the deep students",
    )
    n_train_right: Increasing[g.n_train_right] = parameter(
        (200, 400, 800), "ours", "the middle of Figure 2's axis, where the benefit is largest"
    )
    n_main: g.n_main = parameter(100, "stated", "section 4.6")
    n_aux: Increasing[g.n_aux] = parameter(
        (100, 800),
        "stated",
        "the ends of Figure 3's axis",
        meaning="auxiliary training points of Figure 3 left",
    )
    depth: Increasing[g.depth] = parameter((1, 3, 5), "stated", "Figure 3, axis")
    n_seeds: g.n_seeds = parameter(
        2, "ours", "few, as every setting is trained on each of them", meaning="datasets a setting"
    )
    n_test: g.n_test = parameter(512, "ours", "the ranges are read off to some thousandths")

    @model_validator(mode="after")
    def _directions_fit(self) -> Self:
        if 2 * self.rank > min(self.sizes) and min(self.r_AB) < 1:
            raise ValueError(
                f"`sizes` must be at least 2 rank = {2 * self.rank} unless r_AB is 1, "
                f"got {list(self.sizes)}"
            )
        return self
