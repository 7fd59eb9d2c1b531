"""Representation learning: the code of an autoencoder of many inputs without labels."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from mtlpaper.methods.experiment import OneByOne
from mtlpaper.methods.linear import alone, direction, excess
from mtlpaper.randomness import haar_frame


def code(X: Float[np.ndarray, "N N1"], N2: int) -> Float[np.ndarray, "N1 N2"]:
    """Encoder of the linear autoencoder with the least squared error, with orthonormal columns.

    Notes
    -----
    Source: the optimum projects on the leading principal components, Baldi and Hornik (1989).
    """
    return np.linalg.svd(X, full_matrices=False)[2][:N2].T


@dataclass(frozen=True, kw_only=True)
class Autoencoded(OneByOne):
    """A regression on the code of a linear autoencoder of many inputs without labels.

    Inputs are Gaussian with a variance of `strong` along `N2` directions, in which the main task's
    weights lie, and of one elsewhere. The error is the excess risk of least squares: `alone`, on
    the inputs; `together`, on the code; `weak directions`, on the code where the main task's
    weights lie elsewhere (least squares on the inputs has the same error for both); `shuffled`, on
    the code of inputs whose components are shuffled one by one.

    Attributes
    ----------
    N1, N2 : int
        Inputs; units of the code.
    n_train, n_unlabelled : int
        Points with labels, more than N1; points of the autoencoder.
    strong : float
        Variance, above 1.
    sigma : float
        Standard deviation of the noise; that of the signal is 1.
    """

    controls: ClassVar = ("weak directions", "shuffled")

    N1: int = 30
    N2: int = 5
    n_train: int = 60
    n_unlabelled: int = 500
    strong: float = 5.0
    sigma: float = 1.0

    def measured(self, rng: np.random.Generator) -> dict[str, float]:
        """Errors of one data set."""
        N2 = self.N2
        frame = haar_frame(self.N1, self.N1, rng)
        spread = np.where(np.arange(self.N1) < N2, np.sqrt(self.strong), 1.0)
        root = (frame * spread).T  # inputs are standard normal rows times this

        def draw(n: int) -> np.ndarray:
            return rng.standard_normal((n, self.N1)) @ root

        X, many = draw(self.n_train), draw(self.n_unlabelled)
        noise = self.sigma * rng.standard_normal(self.n_train)
        strong, weak = (
            frame[:, part] @ direction(size, rng) / spread[part][0]
            for part, size in ((slice(0, N2), N2), (slice(N2, None), self.N1 - N2))
        )

        def error(trunk: np.ndarray, w: np.ndarray) -> float:
            seen = trunk @ alone(X @ trunk, (X @ w + noise)[:, None])[:, 0]
            return excess(root @ seen, root @ w)

        encoder = code(many, N2)
        return {
            "alone": error(np.eye(self.N1), strong),
            "together": error(encoder, strong),
            "weak directions": error(encoder, weak),
            "shuffled": error(code(rng.permuted(many, axis=0), N2), strong),
        }


EXPERIMENTS = {"representation learning": Autoencoded()}
