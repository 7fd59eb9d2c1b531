"""Implicit data augmentation: the noise of several tasks averages out."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mtlpaper.methods.experiment import OneByOne
from mtlpaper.methods.linear import alone, direction, excess, shared


@dataclass(frozen=True, kw_only=True)
class Augmentation(OneByOne):
    """Two tasks with one weight vector, whose labels at the same inputs are noisy.

    All inputs matter, to both tasks alike: there is nothing to learn about the representation but
    one direction, and the auxiliary task can help by its independent noise only.

    The error is the excess risk: `alone`; `together` through one hidden unit; `more points`, alone
    with twice as many points; `same noise`, where the auxiliary labels have the main task's noise;
    `shuffled`.

    Attributes
    ----------
    N1, n_train : int
        Inputs, and points with labels of both tasks.
    sigma : float
        Standard deviation of the noise; the weights have norm 1.
    """

    beside: ClassVar = ("more points",)
    controls: ClassVar = ("same noise", "shuffled")

    N1: int = 20
    n_train: int = 100
    sigma: float = 1.0

    def measured(self, rng: np.random.Generator) -> dict[str, float]:
        """Errors of one data set."""
        n, sigma = self.n_train, self.sigma
        w = direction(self.N1, rng)
        X = rng.standard_normal((2 * n, self.N1))
        more = X @ w + sigma * rng.standard_normal(2 * n)
        y, X_A = more[:n], X[:n]
        B = X_A @ w + sigma * rng.standard_normal(n)
        with_B = {"together": B, "same noise": y, "shuffled": rng.permutation(B)}
        found = {
            name: excess(shared(X_A, np.column_stack([y, other]), 1)[:, 0], w)
            for name, other in with_B.items()
        }
        single = excess(alone(X_A, y[:, None])[:, 0], w)
        more_points = excess(alone(X, more[:, None])[:, 0], w)
        return {"alone": single, **found, "more points": more_points}


EXPERIMENTS = {"implicit data augmentation": Augmentation()}
