"""Regularisation: a shared trunk fits less random noise."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mtlpaper.methods.experiment import OneByOne
from mtlpaper.methods.linear import alone, shared


@dataclass(frozen=True, kw_only=True)
class Capacity(OneByOne):
    """Tasks whose labels are independent noise, through a trunk of `N2` hidden units.

    The error is the share of the labels' variance that a fit explains in training, the mean over
    tasks, which has no part that could be learned: `alone`, N1 / n_train on average; `together`,
    through the trunk; `wide trunk`, through one as wide as there are tasks.

    Attributes
    ----------
    N1, N2, n_tasks, n_train : int
    """

    controls: ClassVar = ("wide trunk",)

    N1: int = 20
    N2: int = 1
    n_tasks: int = 2
    n_train: int = 100

    def measured(self, rng: np.random.Generator) -> dict[str, float]:
        """Explained shares of one data set."""
        X = rng.standard_normal((self.n_train, self.N1))
        Y = rng.standard_normal((self.n_train, self.n_tasks))

        def explained(W: np.ndarray) -> float:
            return float(1 - np.sum((Y - X @ W) ** 2) / np.sum(Y**2))

        return {
            "alone": explained(alone(X, Y)),
            "together": explained(shared(X, Y, self.N2)),
            "wide trunk": explained(shared(X, Y, self.n_tasks)),
        }


EXPERIMENTS = {"regularisation": Capacity()}
