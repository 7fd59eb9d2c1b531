"""A related task: its weights are correlated with the main task's."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mtlpaper.errors import require
from mtlpaper.methods.experiment import OneByOne


@dataclass(frozen=True, kw_only=True)
class Related(OneByOne):
    """Two regressions whose weight vectors have correlation `r` in their prior.

    Weights of both are Gaussian with variance 1 / N1 an entry, so the labels' signal has variance
    one on average. The error is the exact mean of the excess risk over weights and noise: `alone`,
    of the best estimate without the auxiliary task; `together`, of the best estimate with it, which
    knows r; `as one task`, of one weight vector for both tasks, as if r were 1; `unrelated`, of the
    same where r is 0.

    Attributes
    ----------
    N1, n_train, n_aux : int
        Inputs, points of the main task, points of the auxiliary task, which are others.
    sigma : float
        Standard deviation of the noise.
    r : float
        Correlation, in [0, 1].
    """

    beside: ClassVar = ("as one task",)
    controls: ClassVar = ("unrelated",)

    N1: int = 40
    n_train: int = 40
    n_aux: int = 200
    sigma: float = 1.0
    r: float = 0.75

    def __post_init__(self) -> None:
        require(0 <= self.r <= 1, "r", self.r, "a number in [0, 1]")

    def measured(self, rng: np.random.Generator) -> dict[str, float]:
        """Errors of one draw of the inputs."""
        N1, ridge = self.N1, self.N1 * self.sigma**2
        X_A, X_B = (rng.standard_normal((n, N1)) for n in (self.n_train, self.n_aux))
        C_A, C_B = X_A.T @ X_A / ridge, X_B.T @ X_B / ridge
        return {
            "alone": _posterior(C_A, C_B, 0.0),
            "together": _posterior(C_A, C_B, self.r),
            "as one task": _as_one(C_A, C_B, self.r),
            "unrelated": _as_one(C_A, C_B, 0.0),
        }


def _posterior(C_A: np.ndarray, C_B: np.ndarray, r: float) -> float:
    """Mean square error of the main weights' posterior mean; the prior's is 1."""
    N1 = len(C_A)
    prior = np.kron([[1, r], [r, 1]], np.eye(N1))
    zero = np.zeros_like(C_A)
    precision = np.block([[C_A, zero], [zero, C_B]])
    gain = np.linalg.solve(np.eye(2 * N1) + precision @ prior, np.eye(2 * N1))
    return float(np.trace((prior @ gain)[:N1, :N1]) / N1)


def _as_one(C_A: np.ndarray, C_B: np.ndarray, r: float) -> float:
    """Mean square error of one vector: inverse (C_A w_A + C_B w_B + noise); w_B = r w_A + rest."""
    N1 = len(C_A)
    inverse = np.linalg.inv(np.eye(N1) + C_A + C_B)
    noise = np.trace(inverse @ (C_A + C_B) @ inverse)
    bias = inverse @ (C_A + r * C_B) - np.eye(N1)
    rest = np.sqrt(1 - r**2) * inverse @ C_B
    return float((np.sum(bias**2) + np.sum(rest**2) + noise) / N1)


EXPERIMENTS = {"related task": Related()}
