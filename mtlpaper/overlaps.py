"""Overlaps of two teachers with unequal angles, singular values and ranks.

The right singular vectors of the two tasks are paired, V_B^T V_A diagonal with entries r_1, ...,
r_k for the k = min(rank A, rank B) pairs, as `mtlpaper.tasks.make_teacher_pair` draws them. Every
number here is r or r^2 where all singular values, all angles and both ranks are equal.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mtlpaper.errors import require
from mtlpaper.spectra import noisy_spike


@dataclass(frozen=True)
class PairedTeachers:
    """Singular values of two teachers and the relatedness of their paired directions.

    Parameters
    ----------
    S_A, S_B : (rank_A,) and (rank_B,) array
        Singular values, >= 0, not all zero.
    r : (min(rank_A, rank_B),) array
        Relatedness of the pairs, in [0, 1].

    Raises
    ------
    ValueError
        If a value or a length is out of range.
    """

    S_A: Float[np.ndarray, " rank_A"]
    S_B: Float[np.ndarray, " rank_B"]
    r: Float[np.ndarray, " shared"]

    def __post_init__(self) -> None:
        for name in ("S_A", "S_B"):
            S = getattr(self, name)
            require(bool((S >= 0).all() and (S > 0).any()), name, S, ">= 0 and not all zero")
        shared = min(self.S_A.size, self.S_B.size)
        require(self.r.size == shared, "r", self.r, f"of length {shared}, one for every pair")
        require(bool(((self.r >= 0) & (self.r <= 1)).all()), "r", self.r, "numbers in [0, 1]")


def captured(
    weights: Float[np.ndarray, " rank"], r: Float[np.ndarray, " shared"], power: int = 2
) -> float:
    """Weighted mean of r^power over one teacher's directions, 0 for those without a counterpart.

    With its squared singular values as weights and power 2 it is the share of its energy inside the
    other's row space, |W P|^2 / |W|^2 with the projector P.

    Parameters
    ----------
    weights : (rank,) array
        One weight a direction, >= 0, not all zero.
    r : (shared,) array
        Relatedness of the first directions with those of the other teacher.
    power : {1, 2}

    Notes
    -----
    Source: :eq:`eq-T11a`.
    """
    return float(weights[: r.size] @ r**power / weights.sum())


def cosine(
    w_A: Float[np.ndarray, " rank_A"],
    w_B: Float[np.ndarray, " rank_B"],
    r: Float[np.ndarray, " shared"],
) -> float:
    """Cosine between V_A diag(w_A) V_A^T and V_B diag(w_B) V_B^T under the trace product.

    sum_i w_A,i w_B,i r_i^2 / (|w_A| |w_B|). With w = 1 these are the projectors on the row spaces,
    with w = S the trunks W21^T W21 that balanced students of the teachers have, with w = S^2 the
    kernels W^T W.

    Notes
    -----
    Source: :eq:`eq-T11b`.
    """
    product = w_A[: r.size] * w_B[: r.size]
    return float(product @ r**2 / (np.linalg.norm(w_A) * np.linalg.norm(w_B)))


def overlaps(pair: PairedTeachers) -> dict[str, float]:
    """Candidates for a law of the benefit from the noise-free teachers, by name.

    Notes
    -----
    Source: :eq:`eq-T11a` and :eq:`eq-T11b`; `mean r` is the r_AB of the paper for equal angles.
    """
    S_A, S_B, r = pair.S_A, pair.S_B, pair.r
    ones_A, ones_B = np.ones(S_A.size), np.ones(S_B.size)
    shared = S_A[: r.size] * S_B[: r.size] * r  # entries of S_B V_B^T V_A S_A
    return {
        "mean r": float(r.mean()),
        "mean r^2": float(np.mean(r**2)),
        "least r": float(r.min()),
        "largest r": float(r.max()),
        "A's directions": captured(ones_A, r),
        "A's energy, r": captured(S_A**2, r, power=1),
        "A's energy": captured(S_A**2, r),
        "B's energy": captured(S_B**2, r),
        "subspaces": cosine(ones_A, ones_B, r),
        "trunks": cosine(S_A, S_B, r),
        "kernels": cosine(S_A**2, S_B**2, r),
        # For identical flat teachers the ratio is 1 / rank; the square root normalises it to 1.
        "energies": float(
            np.sqrt(S_A.size * S_B.size) * (shared @ shared) / ((S_A @ S_A) * (S_B @ S_B))
        ),
    }


def noisy_overlaps(pair: PairedTeachers, N1: int, N3: int, sigma: float) -> dict[str, float]:
    """Candidates for a law of the benefit from the noisy teachers, by name.

    The noise changes each singular value and vector as it would those of a single spike. The noises
    are independent, so the squared overlap of two noisy vectors is r^2 times the product of the
    squared overlaps of each with its noise-free vector. The noise adds N3 sigma^2 to the energy of
    a teacher.

    Parameters
    ----------
    pair : PairedTeachers
    N1, N3 : int
        Inputs and classes.
    sigma : float
        Noise level; 0 leaves the noise-free numbers.

    Raises
    ------
    ValueError
        If `N1`, `N3` or `sigma` is out of range.

    Notes
    -----
    Source: :eq:`eq-T10`, derived for a few spikes far apart; used here for up to N3 of them.
    """
    (s_A, v_A), (s_B, v_B) = (_noisy(S, N1, N3, sigma) for S in (pair.S_A, pair.S_B))
    k = pair.r.size
    energy_A, energy_B = (float(S @ S) + N3 * sigma**2 for S in (pair.S_A, pair.S_B))
    overlap = v_A[:k] * v_B[:k] * pair.r**2
    return {
        "noisy B's energy": float((s_B**2 * v_B)[:k] @ pair.r**2 / energy_B),
        "noisy subspaces": float(overlap.sum() / np.sqrt(s_A.size * s_B.size)),
        "noisy trunks": float((s_A[:k] * s_B[:k]) @ overlap / np.sqrt(energy_A * energy_B)),
    }


def _noisy(
    S: Float[np.ndarray, " rank"], N1: int, N3: int, sigma: float
) -> tuple[np.ndarray, np.ndarray]:
    """Singular values of the noisy teacher, and squared overlaps of its right singular vectors."""
    if sigma == 0:
        return S, np.ones(S.size)
    spikes = [noisy_spike(float(s), N1, N3, sigma) for s in S]
    return np.array([x.s_hat for x in spikes]), np.array([x.v_overlap for x in spikes])
