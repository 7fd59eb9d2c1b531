"""Hard sharing: one trunk, a head for each task, and weight decay.

The least penalty of all weights of a pair of maps is 2 |[W_A; W_B]|_*, twice the trace norm of the
stacked maps, :eq:`eq-M13`; see `mtlpaper.wide.trace_norm`.

Notes
-----
Caruana (1997), "Multitask learning", Machine Learning 28.
"""

import numpy as np
from torch import Tensor

from mtlpaper.methods.structure import Sizes, Structure, drawn, squares


def _start(sizes: Sizes, rng: np.random.Generator) -> dict[str, np.ndarray]:
    trunk = drawn(rng, sizes.N2, sizes.N1)
    return {"trunk": trunk, "heads": drawn(rng, 2, sizes.N3, sizes.N2)}


def _maps(weights: dict[str, Tensor]) -> Tensor:
    return weights["heads"] @ weights["trunk"][:, None]


def _penalty(weights: dict[str, Tensor]) -> Tensor:
    return squares(*weights.values())


STRUCTURE = Structure(_start, _maps, _penalty)
