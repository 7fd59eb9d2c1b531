"""Tensor factorisation: maps with common factors over classes and inputs, and gains of each task.

The maps are W_k = sum_u p_ku q_u r_u^T, a canonical decomposition of the (task, class, input)
tensor. Of cubed norms, (|p_u|³ + |q_u|³ + |r_u|³) / 3 is at least |p_u| |q_u| |r_u|, so that the
least penalty is twice the nuclear norm of the tensor, which is convex, if there are units enough.
It is no less than twice the trace norm of the stacked maps, and equal to it for a task alone. A
unit serves both tasks only if it means the same classes to both.

Notes
-----
Yang & Hospedales (2017), "Deep multi-task representation learning: a tensor factorisation
approach", ICLR, choose ranks where we penalise; Friedland & Lim (2018), "Nuclear norm of
higher-order tensors", Mathematics of Computation 87.
"""

import numpy as np
from torch import Tensor

from mtlpaper.methods.structure import Sizes, Structure, drawn


def _start(sizes: Sizes, rng: np.random.Generator) -> dict[str, np.ndarray]:
    return {
        "gains": rng.standard_normal((2, sizes.N2)),
        "classes": drawn(rng, sizes.N3, sizes.N2),
        "inputs": drawn(rng, sizes.N1, sizes.N2),
    }


def _maps(weights: dict[str, Tensor]) -> Tensor:
    units = weights["gains"][:, :, None] * weights["classes"][:, None]
    return units @ weights["inputs"][:, None].transpose(-1, -2)


def _penalty(weights: dict[str, Tensor]) -> Tensor:
    cubes = [factor.square().sum(dim=1).pow(1.5).sum(dim=1) for factor in weights.values()]
    return 2 / 3 * (cubes[0] + cubes[1] + cubes[2])


STRUCTURE = Structure(_start, _maps, _penalty)
