"""Deep relationship: one trunk, and heads with a Gaussian prior whose correlation is learnt.

The heads are H_k = sum_l C_kl Z_l, where the rows of the learnt C have unit length. With decay on
Z the least penalty for given heads is sum_kl (R^-1)_kl <H_k, H_l>, R = C C^T: the matrix-normal
prior with the correlation R_AB of the tasks' heads. For given maps it is least at twice the trace
norm of R^(-1/2) on the stacked map, :eq:`eq-M17`. R_AB = 0 is hard sharing; it is cheaper where the
classes of the tasks mean the same.

A covariance Omega among all outputs of both tasks instead of R adds nothing to hard sharing: over
Omega, tr(W^T Omega^-1 W) + tr Omega is least at 2 |W|_* for the stacked map W, :eq:`eq-M13`.

Notes
-----
Long, Cao, Wang & Yu (2017), "Learning multiple tasks with multilinear relationship networks",
NIPS; Argyriou, Evgeniou & Pontil (2008), "Convex multi-task feature learning", Machine Learning 73.
"""

import numpy as np
from torch import Tensor

from mtlpaper.methods.structure import Sizes, Structure, drawn, mixed, squares


def _start(sizes: Sizes, rng: np.random.Generator) -> dict[str, np.ndarray]:
    return {
        "trunk": drawn(rng, sizes.N2, sizes.N1),
        "heads": drawn(rng, 2, sizes.N3, sizes.N2),
        "relation": np.array([[0.9, 0.1], [0.1, 0.9]]),
    }


def _maps(weights: dict[str, Tensor]) -> Tensor:
    return mixed(weights["relation"], weights["heads"]) @ weights["trunk"][:, None]


def _penalty(weights: dict[str, Tensor]) -> Tensor:
    return squares(weights["trunk"], weights["heads"])


STRUCTURE = Structure(_start, _maps, _penalty)
