"""Block-sparse regularisation: both tasks use few inputs, the same ones.

A diagonal network, W_k = w_k diag(v), with weight decay. The least penalty of all weights of a pair
of maps is 2 sum_u |(W_A,u, W_B,u)|_2 over the columns of inputs u, the l1/l2 norm, :eq:`eq-M16`. It
depends on the axes of the inputs; directions that are spread over all inputs cost most.

Notes
-----
Obozinski, Taskar & Jordan (2010), "Joint covariate selection and joint subspace selection for
multiple classification problems", Statistics and Computing 20.
"""

import numpy as np
from torch import Tensor

from mtlpaper.methods.structure import Sizes, Structure, drawn, squares

#: Half of the others': maps that use all inputs have a larger norm here than their trace norm.
STRENGTHS = (0.0025, 0.005, 0.01, 0.025, 0.0625)


def _start(sizes: Sizes, rng: np.random.Generator) -> dict[str, np.ndarray]:
    return {"gates": np.ones(sizes.N1), "heads": drawn(rng, 2, sizes.N3, sizes.N1)}


def _maps(weights: dict[str, Tensor]) -> Tensor:
    return weights["heads"] * weights["gates"][:, None, None]


def _penalty(weights: dict[str, Tensor]) -> Tensor:
    return squares(*weights.values())


STRUCTURE = Structure(_start, _maps, _penalty, STRENGTHS)
