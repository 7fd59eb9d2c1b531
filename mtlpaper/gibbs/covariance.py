"""Softmax averages for logits of any covariance, by randomised quasi-Monte Carlo."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float
from scipy.special import softmax as scipy_softmax
from scipy.stats import norm, qmc

from mtlpaper.errors import require


def softmax(z: Float[np.ndarray, "N3 N"]) -> Float[np.ndarray, "N3 N"]:
    """Softmax over the classes, the first axis: p_c = e^{z_c} / sum_c' e^{z_c'}."""
    return np.asarray(scipy_softmax(z, axis=0))


def _softmax_in_place(z: Float[np.ndarray, "*net N3 N"]) -> Float[np.ndarray, "*net N3 N"]:
    """Softmax over the last axis but one, without the copies that SciPy's takes."""
    z -= z.max(axis=-2, keepdims=True)
    np.exp(z, out=z)
    z /= z.sum(axis=-2, keepdims=True)
    return z


_SMALLEST = 2.0**-33  # half the spacing of 32-bit Sobol points


def sobol_normal(
    dimensions: int, n_points: int, n_groups: int, seed: int
) -> Float[np.ndarray, "group points dimensions"]:
    """Quasi-random standard normal points: independently scrambled Sobol sequences.

    Parameters
    ----------
    dimensions : int
        >= 1.
    n_points : int
        Points of one sequence; a power of two.
    n_groups : int
        Independently scrambled sequences, >= 1.
    seed : int
        Seed of the scrambling.

    Raises
    ------
    ValueError
        If `n_points` is no power of two or `n_groups` < 1.
    """
    power = n_points > 0 and n_points & (n_points - 1) == 0
    require(power, "n_points", n_points, "a power of two")
    require(n_groups >= 1, "n_groups", n_groups, "an integer >= 1")
    streams = np.random.SeedSequence(seed).spawn(n_groups)
    sets = [
        qmc.Sobol(dimensions, rng=np.random.default_rng(stream)).random(n_points)
        for stream in streams
    ]
    # A scrambled point may lie on zero, where the normal quantile is infinite.
    return np.asarray(norm.ppf(np.maximum(np.stack(sets), _SMALLEST)))


def _square_root(C: Float[np.ndarray, "*net N3 N3"]) -> Float[np.ndarray, "*net N3 N3"]:
    """Symmetric square root; unlike Cholesky's it exists for rank-deficient C."""
    eigenvalue, vector = np.linalg.eigh(C)
    scaled = vector * np.sqrt(np.clip(eigenvalue, 0.0, None))[..., None, :]
    return np.asarray(scaled @ vector.swapaxes(-1, -2))


@dataclass(frozen=True)
class GaussianField:
    """Fixed quasi-random points that stand for a standard normal vector in N3 dimensions.

    The points are the same for every covariance, so that averages are smooth functions of it, which
    the integrators of the flows need.

    Parameters
    ----------
    N3 : int
        Number of classes, >= 2.
    n_points : int
        Points of one scrambled Sobol sequence; a power of two.
    seed : int
        Seed of the scrambling; the scatter between seeds shows the error of an average.

    Raises
    ------
    ValueError
        If `N3` < 2 or `n_points` is no power of two.
    """

    N3: int
    n_points: int = 4096
    seed: int = 0
    eps: Float[np.ndarray, "points N3"] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require(self.N3 >= 2, "N3", self.N3, "an integer >= 2")
        eps = sobol_normal(self.N3, self.n_points, 1, self.seed)
        object.__setattr__(self, "eps", eps[0])

    def _require_size(self, C: np.ndarray) -> None:
        accepted = f"a ({self.N3}, {self.N3}) array"
        require(C.shape[-2:] == (self.N3, self.N3), "C", C.shape, accepted)

    def logits(self, C: Float[np.ndarray, "*net N3 N3"]) -> Float[np.ndarray, "*net N3 points"]:
        """The points C^(1/2) eps, which stand for logits z ~ N(0, C)."""
        self._require_size(C)
        return _square_root(C) @ self.eps.T

    def G(self, C: Float[np.ndarray, "*net N3 N3"]) -> Float[np.ndarray, "*net N3 N3"]:
        """Averaged softmax gradient G = E[diag(p) - p p^T], p = softmax(z), z ~ N(0, C).

        Parameters
        ----------
        C : (..., N3, N3) array
            Covariance of the logits, W W^T for a student W and white inputs; may be singular.
            With leading axes for many networks at once.

        Returns
        -------
        (..., N3, N3) array
            Symmetric, positive semi-definite, G 1 = 0.

        Notes
        -----
        Source: :eq:`eq-T1`.
        """
        p = _softmax_in_place(self.logits(C))
        diagonal = p.sum(axis=-1)[..., None] * np.eye(self.N3)
        return (diagonal - p @ p.swapaxes(-1, -2)) / p.shape[-1]

    def argmax_moment(self, C: Float[np.ndarray, "N3 N3"]) -> Float[np.ndarray, "N3 N3"]:
        """E[onehot(argmax z) z^T], z ~ N(0, C), the moment in the drive of argmax labels.

        Parameters
        ----------
        C : (N3, N3) array
            Covariance of the teacher's logits.

        Returns
        -------
        (N3, N3) array
            The integrand is discontinuous: the error falls more slowly with the number of points
            than that of `G`.

        Notes
        -----
        Source: :eq:`eq-T5`.
        """
        self._require_size(C)
        z = self.eps @ _square_root(C)
        onehot = np.eye(self.N3)[z.argmax(axis=1)]
        return np.einsum("pc,pd->cd", onehot, z) / self.n_points
