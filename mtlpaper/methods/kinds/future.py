"""Using the future to predict the present: a measurement that comes too late to be an input."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mtlpaper.methods.experiment import OneByOne
from mtlpaper.methods.linear import alone, direction, excess


@dataclass(frozen=True, kw_only=True)
class Future(OneByOne):
    """Labels of the present, and a later, better measurement of the same thing for training only.

    Both are w x plus independent noise, so that two least-squares problems of one solution are
    combined; how good the result is follows from the two noise levels. The error is the excess risk
    of least squares: `alone`, on the labels; `together`, on the best mean of labels and
    measurements; `same noise`, where the later measurement is the label plus noise; `shuffled`.

    Attributes
    ----------
    N1, n_train : int
        Inputs; points, more than N1 + 1.
    sigma, sigma_later : float
        Standard deviations of the noise of the label and of the later measurement.
    """

    controls: ClassVar = ("same noise", "shuffled")

    N1: int = 20
    n_train: int = 60
    sigma: float = 1.0
    sigma_later: float = 0.5

    def measured(self, rng: np.random.Generator) -> dict[str, float]:
        """Errors of one data set."""
        n = self.n_train
        w = direction(self.N1, rng)
        X = rng.standard_normal((n, self.N1))
        now = X @ w + self.sigma * rng.standard_normal(n)
        later = X @ w + self.sigma_later * rng.standard_normal(n)
        echo = now + self.sigma_later * rng.standard_normal(n)
        share = self.sigma**2 / (self.sigma**2 + self.sigma_later**2)
        targets = {
            "alone": now,
            "together": (1 - share) * now + share * later,
            "same noise": (1 - share) * now + share * echo,
            "shuffled": (1 - share) * now + share * rng.permutation(later),
        }
        found = alone(X, np.column_stack(list(targets.values()))).T
        return {name: excess(one, w) for name, one in zip(targets, found, strict=True)}


EXPERIMENTS = {"future as output": Future()}
