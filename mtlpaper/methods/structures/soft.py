"""Soft sharing: a trunk for each task, weight decay, and a penalty on the trunks' distance.

With `coupling` 0 the tasks are apart: the least penalty is 2 |W_A|_* + 2 |W_B|_*. As it grows, the
trunks become equal, and the least penalty tends to sqrt 2 times that of hard sharing, since the
decay of a trunk then counts twice, :eq:`eq-M14`. On the trunks the penalty is that of mean
regularisation: |T_A|² + |T_B|² + c |T_A - T_B|² = 2 (|mean|² + (1 + 2 c) / 2 sum_k |T_k - mean|²).

Notes
-----
Duong, Cohn, Bird & Cook (2015), "Low resource dependency parsing", ACL.
"""

import numpy as np
from torch import Tensor

from mtlpaper.methods.structure import Sizes, Structure, drawn, squares

COUPLING = 1.0


def soft(coupling: float) -> Structure:
    """Soft sharing; `coupling` is the factor of the trunks' squared distance, beside weight decay.

    Parameters
    ----------
    coupling : float
        At least 0.
    """

    def penalty(weights: dict[str, Tensor]) -> Tensor:
        T_A, T_B = weights["trunks"].unbind(dim=1)
        return squares(*weights.values()) + coupling * squares(T_A - T_B)

    return Structure(_start, _maps, penalty)


def _start(sizes: Sizes, rng: np.random.Generator) -> dict[str, np.ndarray]:
    trunks = drawn(rng, 2, sizes.N2, sizes.N1)
    return {"trunks": trunks, "heads": drawn(rng, 2, sizes.N3, sizes.N2)}


def _maps(weights: dict[str, Tensor]) -> Tensor:
    return weights["heads"] @ weights["trunks"]


STRUCTURE = soft(COUPLING)
