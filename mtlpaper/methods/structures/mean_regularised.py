"""Mean regularisation: the maps of the tasks are drawn towards their mean.

The penalty is |mean|² + lambda / 2 sum_k |W_k - mean|², the document's, :eq:`eq-M15`. It is ridge
regression sum_kl M_kl <W_k, W_l> with M = [[1 + lambda, 1 - lambda], [1 - lambda, 1 + lambda]] / 4,
or in kernel form that of Gaussian maps with the covariance inverse(M) among tasks. At lambda = 1
the tasks are apart; as lambda grows they become equal, class by class, whatever inputs they share.

Notes
-----
Evgeniou & Pontil (2004), "Regularized multi-task learning", KDD; Jacob, Bach & Vert (2008),
"Clustered multi-task learning", NIPS.
"""

import numpy as np
from torch import Tensor

from mtlpaper.methods.structure import Sizes, Structure, drawn, squares

LAMBDA = 3.0  # what `soft.COUPLING` makes it
#: The penalty is quadratic in the maps.
STRENGTHS = (0.001, 0.004, 0.016, 0.064, 0.256)


def mean_regularised(lam: float) -> Structure:
    """Mean regularisation; `lam` is the factor of the distances from the mean, > 0."""

    def penalty(weights: dict[str, Tensor]) -> Tensor:
        maps = weights["maps"]
        mean = maps.mean(dim=1, keepdim=True)
        return squares(mean) + lam / 2 * squares(maps - mean)

    return Structure(_start, _maps, penalty, STRENGTHS)


def _start(sizes: Sizes, rng: np.random.Generator) -> dict[str, np.ndarray]:
    return {"maps": drawn(rng, 2, sizes.N3, sizes.N1)}


def _maps(weights: dict[str, Tensor]) -> Tensor:
    return weights["maps"]


STRUCTURE = mean_regularised(LAMBDA)
