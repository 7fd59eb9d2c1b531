"""Attention focusing: evidence of which inputs matter."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mtlpaper.errors import require
from mtlpaper.methods.experiment import OneByOne
from mtlpaper.methods.linear import excess


@dataclass(frozen=True, kw_only=True)
class Focusing(OneByOne):
    """Two tasks that use the same few of many inputs, with orthogonal weights.

    The design is orthonormal, so that least squares gives each weight with independent noise of
    variance sigma^2 / n_train, and selecting inputs is thresholding. The tasks share no direction:
    the auxiliary task can tell which inputs matter and nothing else.

    The error is the excess risk at the best threshold of the data set, which favours all treatments
    alike: `alone`; `together`; `other inputs`, where the auxiliary task uses inputs that the main
    task does not; `shuffled`, whose estimates are noise.

    Attributes
    ----------
    N1, n_relevant : int
        Inputs, and how many matter; the latter is even.
    n_train : int
    sigma : float
        Standard deviation of the noise; the weights of each task have norm 1.
    thresholds : tuple of float
        An input is kept if the root mean square of its estimated weights exceeds this many standard
        errors.
    """

    controls: ClassVar = ("other inputs", "shuffled")

    N1: int = 200
    n_relevant: int = 10
    n_train: int = 100
    sigma: float = 1.0
    thresholds: tuple[float, ...] = (1.5, 2.0, 2.5, 3.0, 3.5)

    def __post_init__(self) -> None:
        fits = 2 <= self.n_relevant <= self.N1 // 2 and self.n_relevant % 2 == 0
        require(fits, "n_relevant", self.n_relevant, f"an even number from 2 to {self.N1 // 2}")

    def measured(self, rng: np.random.Generator) -> dict[str, float]:
        """Errors of one data set."""
        k, error = self.n_relevant, self.sigma / np.sqrt(self.n_train)
        signs = rng.choice([-1.0, 1.0], k)
        w_A, w_B, w_other = np.zeros((3, self.N1))
        w_A[:k] = signs / np.sqrt(k)
        w_B[:k] = w_A[:k] * np.repeat([1, -1], k // 2)
        w_other[-k:] = w_B[:k]
        noise_A, noise_B = error * rng.standard_normal((2, self.N1))
        seen = w_A + noise_A
        beside = {
            "alone": seen,
            "together": w_B + noise_B,
            "other inputs": w_other + noise_B,
            # Shuffled labels have the variance of the labels, |w_B|^2 + sigma^2, and no signal.
            "shuffled": noise_B * np.sqrt(1 + 1 / self.sigma**2),
        }
        sizes = {name: np.sqrt((seen**2 + one**2) / 2) / error for name, one in beside.items()}
        return {
            name: min(excess(np.where(size > one, seen, 0), w_A) for one in self.thresholds)
            for name, size in sizes.items()
        }


EXPERIMENTS = {"attention focusing": Focusing()}
