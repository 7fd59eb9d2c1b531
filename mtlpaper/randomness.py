"""Randomness from one seed: a stream for every role, and orthonormal frames drawn from it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mtlpaper.errors import require

# One independent stream a role. The order is part of every published number: append, never insert.
_ROLES = (
    "singular vectors",
    "related directions",
    "noise A",
    "noise B",
    "inputs A",
    "inputs B",
    "labels A",
    "labels B",
    "test inputs",
    "student",
    "batches",
    "validation inputs",
    "validation labels",
    "test labels",
    "subset",
    "kinks",
)


@dataclass(frozen=True)
class Streams:
    """Independent random streams of one dataset, all spawned from one seed.

    A role gives the same numbers whatever other roles are used, so that all units of one replicate
    share inputs, noise and singular vectors.

    Parameters
    ----------
    seed : int
        Seed of the whole experiment, >= 0.
    replicate : int
        Number of the dataset, >= 0.
    """

    seed: int
    replicate: int = 0

    def rng(self, role: str) -> np.random.Generator:
        """Return a fresh generator for `role`, at the start of that role's stream.

        Raises
        ------
        ValueError
            If no such role exists.
        """
        require(role in _ROLES, "role", role, f"one of {', '.join(_ROLES)}")
        spawn_key = (self.replicate, _ROLES.index(role))
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=spawn_key))


def haar_frame(
    n: int,
    k: int,
    rng: np.random.Generator,
    *,
    orthogonal_to: Float[np.ndarray, "n m"] | None = None,
) -> Float[np.ndarray, "n k"]:
    """Draw k orthonormal vectors in n dimensions from the rotation-invariant (Haar) distribution.

    The QR decomposition of a Gaussian matrix, with the signs that make it unique (Mezzadri, 2007);
    `scipy.stats.ortho_group` does the same for k = n only, which costs n / k times as much.

    Parameters
    ----------
    n, k : int
        Dimension and number of vectors.
    rng : numpy.random.Generator
    orthogonal_to : (n, m) array, optional
        Orthonormal vectors whose orthogonal complement the frame is drawn from.

    Raises
    ------
    ValueError
        If k lies outside 1 to n - m.
    """
    fixed = np.empty((n, 0)) if orthogonal_to is None else orthogonal_to
    room = n - fixed.shape[1]
    require(1 <= k <= room, "k", k, f"an integer from 1 to {room}")
    A = rng.standard_normal((n, k))
    for _ in range(2):  # twice, to remove what rounding leaves
        A = A - fixed @ (fixed.T @ A)
    Q, R = np.linalg.qr(A)
    return Q * np.copysign(1.0, np.diag(R))


def orthonormal(rows: int, columns: int, rng: np.random.Generator) -> Float[np.ndarray, "r c"]:
    """Draw a matrix whose singular values are all 1, with orthonormal rows or columns."""
    if rows >= columns:
        return haar_frame(rows, columns, rng)
    return haar_frame(columns, rows, rng).T


def centred_frame(n: int, k: int, rng: np.random.Generator) -> Float[np.ndarray, "n k"]:
    """Draw k orthonormal vectors orthogonal to the all-ones vector, Haar-distributed there.

    The softmax ignores a common shift of all logits, so a left singular vector's component along
    the all-ones vector carries no signal. Two classes and rank one leave only +-(1, -1)/sqrt 2.

    Raises
    ------
    ValueError
        If k lies outside 1 to n - 1.
    """
    return haar_frame(n, k, rng, orthogonal_to=np.full((n, 1), n**-0.5))
