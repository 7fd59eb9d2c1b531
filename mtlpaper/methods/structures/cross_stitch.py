"""Cross-stitch: a trunk for each task, whose hidden units the tasks mix before their heads.

Task k sees T'_k = sum_l S_kl T_l, where the rows of the learnt S have unit length. Any pair of maps
can be made with any S that is not singular. With decay on the trunks the least penalty for given T'
is sum_kl (R^-1)_kl <T'_k, T'_l> with R = S S^T, whose diagonal is 1: soft sharing whose correlation
R_AB between the trunks is learnt.

What is learnt is hard sharing, R_AB = 1, at any optimum: the same maps come from one trunk of both
tasks' units, [T_A; T_B], and heads [S_kA H_k, S_kB H_k], whose squares are the same. The least
penalty is that of hard sharing, :eq:`eq-M18`, so training has no reason to keep tasks apart that do
not match.

Notes
-----
Misra, Shrivastava, Gupta & Hebert (2016), "Cross-stitch networks for multi-task learning", CVPR.
The unit length is ours: without it, decay would shrink the trunks and let S grow.
"""

import numpy as np
from torch import Tensor

from mtlpaper.methods.structure import Sizes, Structure, drawn, mixed, squares


def _start(sizes: Sizes, rng: np.random.Generator) -> dict[str, np.ndarray]:
    return {
        "trunks": drawn(rng, 2, sizes.N2, sizes.N1),
        "heads": drawn(rng, 2, sizes.N3, sizes.N2),
        "units": np.array([[0.9, 0.1], [0.1, 0.9]]),
    }


def _maps(weights: dict[str, Tensor]) -> Tensor:
    return weights["heads"] @ mixed(weights["units"], weights["trunks"])


def _penalty(weights: dict[str, Tensor]) -> Tensor:
    return squares(weights["trunks"], weights["heads"])


STRUCTURE = Structure(_start, _maps, _penalty)
