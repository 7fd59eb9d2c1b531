"""Parameters of the recovery of the inputs that two sparse regressions use."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from mtlpaper.chapters import glossary as g
from mtlpaper.companion.parameters import Increasing, Parameters, parameter

#: Between these the thresholds of all norms lie, in points over s log(p - s).
LEAST, LARGEST = 1, 4


class Sparsity(Parameters):
    """Pairs of sparse regressions that share some of the inputs in use."""

    name = "sparsity"
    title = "When block norms find the inputs that matter"
    presets = {
        "paper": {},
        "quick": {
            "n_inputs": [256],
            "n_shared": [0, 4, 8, 12],
            "sample_ratio": [0.25, 0.75, 1.25, 2.0, 3.0, 4.0, 6.0],
            "n_pairs": 40,
        },
    }

    n_inputs: Increasing[g.n_inputs] = parameter(
        (128, 2048), "ours", "few and many, since thresholds are limits of many"
    )
    n_used: g.n_used = parameter(12, "ours", "few of the inputs, and divisible by three")
    n_shared: Annotated[Increasing[g.n_shared], Field(min_length=3)] = parameter(
        (0, 4, 6, 8, 9, 10, 12), "ours", "from none to all, closer together about two thirds"
    )
    sample_ratio: Annotated[Increasing[g.sample_ratio], Field(min_length=2)] = parameter(
        (0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 3.0, 3.5, 4.0, 5.0),
        "ours",
        "from below the least threshold, 1, to above the largest, 4",
    )
    label_noise: g.label_noise = parameter(0.0, "ours", "thresholds are then free of it")
    strength: g.strength = parameter(
        0.05, "ours", "a twentieth of a coefficient, so that none in use is lost"
    )
    n_pairs: g.n_pairs = parameter(100, "ours", "for a share to within five per cent")
    seed: g.seed = g.SEED

    @model_validator(mode="after")
    def _none_and_all(self) -> Self:
        if (self.n_shared[0], self.n_shared[-1]) != (0, self.n_used):
            raise ValueError(
                f"`n_shared` must go from 0 to n_used = {self.n_used}, got {self.n_shared}"
            )
        low, high = self.sample_ratio[0], self.sample_ratio[-1]
        if not (low < LEAST and high > LARGEST):
            raise ValueError(
                f"`sample_ratio` must go from below {LEAST} to above {LARGEST}, between which "
                f"thresholds lie, got {low:g} to {high:g}"
            )
        if self.n_inputs[0] <= 2 * self.n_used:
            raise ValueError(
                f"`n_inputs` must be more than 2 n_used = {2 * self.n_used}, got {self.n_inputs[0]}"
            )
        return self
