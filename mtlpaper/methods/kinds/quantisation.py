"""Quantisation smoothing: an auxiliary task whose labels are not cut into levels."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.stats import norm

from mtlpaper.errors import require
from mtlpaper.methods.experiment import OneByOne
from mtlpaper.methods.linear import alone, direction, excess


def information_kept(n_levels: int) -> float:
    """Share of the information on a weak signal that evenly filled levels of a noisy value keep.

    Of a Gaussian value with a small mean, cut into `n_levels` equally likely intervals, the Fisher
    information is sum_i (phi(t_i) - phi(t_{i+1}))^2 n_levels; of the value itself it is one. A sign
    keeps 2 / pi.

    Raises
    ------
    ValueError
        If there are fewer than two levels.
    """
    require(n_levels >= 2, "n_levels", n_levels, "an integer >= 2")
    edges = norm.ppf(np.linspace(0, 1, n_levels + 1))
    return float(n_levels * np.sum(np.diff(norm.pdf(edges)) ** 2))


@dataclass(frozen=True, kw_only=True)
class Quantised(OneByOne):
    """A regression whose labels are cut into levels, and an auxiliary task that is not cut.

    The error is the excess risk of the estimated weights, over that which a full value has on
    average: `alone`, from the levels; `together`, with the values that were cut; `own noise`, with
    values that have noise of their own; `shuffled`, with those shuffled.

    Attributes
    ----------
    N1, n_train : int
        Inputs, and points of each task, which are the same.
    n_levels : int
    signal : float
        Norm of the weights, small beside the noise of standard deviation 1.
    """

    beside: ClassVar = ("own noise",)
    controls: ClassVar = ("shuffled",)

    N1: int = 20
    n_train: int = 2000
    n_levels: int = 2
    signal: float = 0.3

    def measured(self, rng: np.random.Generator) -> dict[str, float]:
        """Errors of one data set."""
        n, q = self.n_train, self.n_levels
        w = self.signal * direction(self.N1, rng)
        X = rng.standard_normal((n, self.N1))
        value, fresh = X @ w + rng.standard_normal((2, n))
        spread = np.sqrt(1 + self.signal**2)
        edges = norm.ppf(np.linspace(0, 1, q + 1))
        # Scores of the levels, E[value | level], over the share of its information that they keep.
        score = -q * np.diff(norm.pdf(edges)) / information_kept(q)
        cut = spread * score[np.searchsorted(edges[1:-1], value / spread)]
        estimates = alone(X, np.column_stack([cut, value, fresh, rng.permutation(fresh)])).T
        level, whole, own, shuffled = estimates
        kept = information_kept(q)
        mixed = {"own noise": own, "shuffled": shuffled}
        found = {"alone": level, "together": whole} | {
            name: (kept * level + other) / (kept + 1) for name, other in mixed.items()
        }
        unit = self.N1 / (n - self.N1 - 1)
        return {name: excess(one, w) / unit for name, one in found.items()}


EXPERIMENTS = {"quantisation smoothing": Quantised()}
