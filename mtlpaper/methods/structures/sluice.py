"""Sluice: cross-stitch over two subspaces of each trunk, so that a part can be shared.

The hidden units of each task are two halves; a learnt matrix over all four, with rows of unit
length, mixes them before the heads. A penalty on the overlap of the two halves of a trunk,
sum_k |T_k1 T_k2^T|², is to keep what is shared apart from what is a task's own.

The least penalty is that of hard sharing, :eq:`eq-M18`, for the same reason as with cross-stitch:
no network has a smaller one, and one half of each trunk, used by both tasks, is a shared trunk
without overlap. Training can end above it, since the problem is not convex.

Notes
-----
Ruder, Bingel, Augenstein & Søgaard (2019), "Latent multi-task architecture learning", AAAI; with
one layer there is nothing for their mixture of layers to choose. The unit length is ours.
"""

import numpy as np
from torch import Tensor

from mtlpaper.methods.structure import Sizes, Structure, drawn, mixed, squares

_OWN = 0.9  # coefficient of a subspace itself at first; the other three have equal ones


def _start(sizes: Sizes, rng: np.random.Generator) -> dict[str, np.ndarray]:
    others = (1 - _OWN) / 3
    return {
        "trunks": drawn(rng, 4, sizes.N2 // 2, sizes.N1),  # A's halves, then B's
        "heads": drawn(rng, 2, sizes.N3, sizes.N2),
        "units": np.full((4, 4), others) + (_OWN - others) * np.eye(4),
    }


def _maps(weights: dict[str, Tensor]) -> Tensor:
    halves = mixed(weights["units"], weights["trunks"])
    return weights["heads"] @ halves.unflatten(1, (2, 2)).flatten(2, 3)


def _penalty(weights: dict[str, Tensor]) -> Tensor:
    first, second = weights["trunks"].unflatten(1, (2, 2)).unbind(dim=2)
    overlap = first @ second.transpose(-1, -2)
    return squares(weights["trunks"], weights["heads"], overlap)


STRUCTURE = Structure(_start, _maps, _penalty)
