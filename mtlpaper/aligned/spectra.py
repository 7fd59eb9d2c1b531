"""Singular modes of drawn noisy teachers of rank one, and their prediction."""

from dataclasses import dataclass

import numpy as np

from mtlpaper.randomness import Streams
from mtlpaper.spectra import noisy_spike
from mtlpaper.tasks import make_teacher


@dataclass(frozen=True)
class Teachers:
    """A unit: noisy teachers that differ in their noise and directions.

    Attributes
    ----------
    N1, N3 : int
        Inputs and classes.
    sigma : float
        Noise level.
    s_bar : float
        Singular value without noise.
    seed, n_teachers : int
        Seed of all randomness, and number of teachers.
    """

    N1: int
    N3: int
    sigma: float
    s_bar: float
    seed: int
    n_teachers: int


def spectra(unit: Teachers) -> dict[str, np.ndarray]:
    """Singular values and first singular vectors.

    Returns
    -------
    dict
        `S` (teacher, mode); squared overlaps `u_overlap` and `v_overlap` (teacher,) of the first
        singular vectors with those without noise; `s_hat_predicted`, `u_overlap_predicted` and
        `v_overlap_predicted` of the largest singular value, (T 10).
    """
    size = (unit.N1, unit.N3, np.array([unit.s_bar]), unit.sigma)
    teachers = [
        make_teacher(*size, Streams(unit.seed, i), centred=True) for i in range(unit.n_teachers)
    ]
    U, S, Vt = np.linalg.svd(np.stack([t.Sigma_hat for t in teachers]), full_matrices=False)
    u_bar, v_bar = (
        np.stack([getattr(t, name)[:, 0] for t in teachers]) for name in ("U_bar", "V_bar")
    )
    spike = noisy_spike(unit.s_bar, unit.N1, unit.N3, unit.sigma)
    return {
        "S": S,
        "u_overlap": np.einsum("nc,nc->n", U[:, :, 0], u_bar) ** 2,
        "v_overlap": np.einsum("ni,ni->n", Vt[:, 0], v_bar) ** 2,
        "s_hat_predicted": np.array(spike.s_hat),
        "u_overlap_predicted": np.array(spike.u_overlap),
        "v_overlap_predicted": np.array(spike.v_overlap),
    }
