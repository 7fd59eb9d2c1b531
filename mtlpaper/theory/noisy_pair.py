"""Two noisy rank-one teachers: singular values, overlaps of their directions, and the bulk."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mtlpaper.errors import require
from mtlpaper.randomness import haar_frame
from mtlpaper.spectra import Spike, marchenko_pastur_edges
from mtlpaper.tasks import Teacher


@dataclass(frozen=True)
class NoisyTask:
    """First singular mode of a noisy teacher.

    Attributes
    ----------
    s_hat : float
        Singular value.
    u_hat : (N3,) array
        Left singular vector.
    main_overlap : float
        v_hat . v_bar_A: overlap of its right singular vector with the noise-free one of the main
        task.
    """

    s_hat: float
    u_hat: Float[np.ndarray, " N3"]
    main_overlap: float


@dataclass(frozen=True)
class NoisyPair:
    """First singular modes of two noisy teachers and r_hat = v_hat_A . v_hat_B between them."""

    A: NoisyTask
    B: NoisyTask
    r_hat: float

    @property
    def v_bar(self) -> Float[np.ndarray, " 2"]:
        """The main task's v_bar projected onto the plane of v_hat_A and v_hat_B.

        In the plane's frame (v_hat_A, v_perp) with v_hat_B = r_hat v_hat_A + sqrt(1 - r_hat^2)
        v_perp; without a plane, at r_hat = +-1, its second entry is zero.
        """
        across = np.sqrt(max(0.0, 1 - self.r_hat**2))
        rest = self.B.main_overlap - self.r_hat * self.A.main_overlap
        return np.array([self.A.main_overlap, rest / across if across > 0 else 0.0])


def first_mode(
    teacher: Teacher,
) -> tuple[Float[np.ndarray, " N3"], float, Float[np.ndarray, " N1"]]:
    """First singular mode (u_hat, s_hat, v_hat) of a noisy teacher, u_hat on the side of u_bar."""
    U, S, Vt = np.linalg.svd(teacher.Sigma_hat, full_matrices=False)
    sign = -1.0 if U[:, 0] @ teacher.U_bar[:, 0] < 0 else 1.0
    return sign * U[:, 0], float(S[0]), sign * Vt[0]


def drawn_pair(A: Teacher, B: Teacher) -> NoisyPair:
    """First singular modes of two drawn rank-one teachers.

    Raises
    ------
    ValueError
        If a teacher has another rank.
    """
    for name, teacher in (("A", A), ("B", B)):
        require(teacher.S_bar.size == 1, name, teacher.S_bar, "a teacher of rank one")
    (u_A, s_A, v_A), (u_B, s_B, v_B) = first_mode(A), first_mode(B)
    v_bar = A.V_bar[:, 0]
    tasks = NoisyTask(s_A, u_A, float(v_bar @ v_A)), NoisyTask(s_B, u_B, float(v_bar @ v_B))
    return NoisyPair(*tasks, float(np.clip(v_A @ v_B, -1, 1)))


def predicted_pair(
    A: Spike,
    B: Spike,
    r_AB: float,
    u_A: Float[np.ndarray, " N3"],
    u_B: Float[np.ndarray, " N3"],
) -> NoisyPair:
    """Expected geometry of two noisy rank-one teachers of relatedness `r_AB`.

    The noises of the teachers are independent, so that v_hat_A and v_hat_B overlap only through
    the noise-free directions: v_hat_A . v_hat_B = r_AB (v_hat_A . v_bar_A) (v_hat_B . v_bar_B). A
    singular vectors of a spike below the threshold carry no signal: all their overlaps are zero.

    Parameters
    ----------
    A, B : Spike
        From `mtlpaper.spectra.noisy_spike`.
    r_AB : float
        Relatedness of the noise-free teachers, in [0, 1].
    u_A, u_B : (N3,) array
        Left singular vectors of the noisy teachers, see `tilted`.

    Raises
    ------
    ValueError
        If `r_AB` lies outside [0, 1].

    Notes
    -----
    Source: :eq:`eq-T13`.
    """
    require(0 <= r_AB <= 1, "r_AB", r_AB, "a number in [0, 1]")
    cos_A, cos_B = np.sqrt(A.v_overlap), np.sqrt(B.v_overlap)
    tasks = NoisyTask(A.s_hat, u_A, float(cos_A)), NoisyTask(B.s_hat, u_B, float(r_AB * cos_B))
    return NoisyPair(*tasks, float(r_AB * cos_A * cos_B))


def tilted(
    u_bar: Float[np.ndarray, " N3"], squared_overlap: float, rng: np.random.Generator
) -> Float[np.ndarray, " N3"]:
    """Draw a unit vector of given squared overlap with `u_bar`.

    Raises
    ------
    ValueError
        If the squared overlap lies outside [0, 1].
    """
    require(0 <= squared_overlap <= 1, "squared_overlap", squared_overlap, "a number in [0, 1]")
    orthogonal = haar_frame(u_bar.size, 1, rng, orthogonal_to=u_bar[:, None])[:, 0]
    return np.sqrt(squared_overlap) * u_bar + np.sqrt(1 - squared_overlap) * orthogonal


def marchenko_pastur_density(
    x: Float[np.ndarray, " point"], N1: int, N3: int, sigma: float
) -> Float[np.ndarray, " point"]:
    """Density of the min(N1, N3) singular values of pure noise, in the limit of large sizes.

    sqrt((b^2 - x^2)(x^2 - a^2)) / (pi min(c, 1) sigma^2 x) between the edges a and b, c = N3 / N1.

    Parameters
    ----------
    x : (point,) array
        Singular values, > 0.
    N1, N3 : int
        Inputs and classes.
    sigma : float
        Noise level, > 0; entries of the noise have variance sigma^2 / N1.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    Source: Marchenko and Pastur, reference [25] of the paper; :eq:`eq-T10b`.
    """
    require(bool((x > 0).all()), "x", x, "numbers > 0")
    a, b = marchenko_pastur_edges(N1, N3, sigma)
    inside = np.clip((b**2 - x**2) * (x**2 - a**2), 0, None)
    return np.sqrt(inside) / (np.pi * min(N3 / N1, 1.0) * sigma**2 * x)
