"""Classification tasks set by low-rank linear teachers: singular vectors, noise, inputs, labels."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float, Int

from mtlpaper.errors import require
from mtlpaper.gibbs import softmax
from mtlpaper.randomness import Streams, centred_frame, haar_frame

LabelRule = Literal["argmax", "soft", "sample"]
NoiseReading = Literal["weight", "sample", "output"]


@dataclass(frozen=True)
class Teacher:
    """A linear teacher W_bar = U_bar diag(S_bar) V_bar^T and the noise on it.

    Parameters
    ----------
    U_bar : (N3, rank) array
        Left singular vectors, orthonormal.
    S_bar : (rank,) array
        Singular values, >= 0.
    V_bar : (N1, rank) array
        Right singular vectors, orthonormal.
    sigma : float
        Noise level; entries of the noise have variance sigma^2 / N1.
    xi : (N3, N1) array
        The fixed perturbation of the weights under the reading `weight`; unused under `sample`.
    noise : {"weight", "sample", "output"}
        Whether the noise is one fixed perturbation of the weights, as section 2.1 of the paper
        says; such a perturbation drawn afresh for every input; or fresh noise of standard deviation
        sigma / sqrt(N1) on every output, as the authors' script has it.

    Notes
    -----
    Source: section 2.1 of the paper.
    """

    U_bar: Float[np.ndarray, "N3 rank"]
    S_bar: Float[np.ndarray, " rank"]
    V_bar: Float[np.ndarray, "N1 rank"]
    sigma: float
    xi: Float[np.ndarray, "N3 N1"]
    noise: NoiseReading = "weight"

    @property
    def W_bar(self) -> Float[np.ndarray, "N3 N1"]:
        """Noise-free composite weight."""
        return (self.U_bar * self.S_bar) @ self.V_bar.T

    @property
    def Sigma_hat(self) -> Float[np.ndarray, "N3 N1"]:
        """Composite weight that labels the training inputs; W_bar itself when noise is fresh."""
        return self.W_bar + self.xi if self.noise == "weight" else self.W_bar

    @property
    def logit_variance(self) -> float:
        """Variance that fresh noise adds to every logit, to leading order in 1/N1; else 0."""
        fresh = {"weight": 0.0, "sample": self.sigma**2, "output": self.sigma**2 / len(self.V_bar)}
        return fresh[self.noise]


def _check_sizes(
    N1: int, N3: int, S: np.ndarray, sigma: float, centred: bool, name: str = "S_bar"
) -> None:
    rank, most = S.size, min(N3 - 1 if centred else N3, N1)
    require(S.ndim == 1 and 1 <= rank <= most, name, S, f"1 to {most} singular values")
    require(bool((S >= 0).all() and np.isfinite(S).all()), name, S, "finite and >= 0")
    require(np.isfinite(sigma) and sigma >= 0, "sigma", sigma, "finite and >= 0")


def _noise(N1: int, N3: int, sigma: float, rng: np.random.Generator) -> np.ndarray:
    return sigma / np.sqrt(N1) * rng.standard_normal((N3, N1))


def make_teacher(
    N1: int,
    N3: int,
    S_bar: Float[np.ndarray, " rank"],
    sigma: float,
    streams: Streams,
    *,
    noise: NoiseReading = "weight",
    centred: bool = False,
) -> Teacher:
    """Draw a teacher with given singular values and Haar-distributed singular vectors.

    Parameters
    ----------
    N1, N3 : int
        Inputs and classes.
    S_bar : (rank,) array
        Singular values, >= 0; the rank is at most N1 and N3 (N3 - 1 when `centred`).
    sigma : float
        Noise level, >= 0.
    streams : Streams
        Source of the singular vectors and of the noise.
    noise : {"weight", "sample", "output"}
        Reading of the noise, see `Teacher`.
    centred : bool
        Draw the left singular vectors orthogonal to the all-ones vector, see `centred_frame`.

    Raises
    ------
    ValueError
        If the sizes, singular values, noise level or reading are inadmissible.
    """
    _check_sizes(N1, N3, S_bar, sigma, centred)
    require(noise in get_args(NoiseReading), "noise", noise, "'weight', 'sample' or 'output'")
    rng = streams.rng("singular vectors")
    V_bar = haar_frame(N1, S_bar.size, rng)
    U_bar = (centred_frame if centred else haar_frame)(N3, S_bar.size, rng)
    xi = _noise(N1, N3, sigma, streams.rng("noise A"))
    return Teacher(U_bar, S_bar, V_bar, sigma, xi, noise)


def make_teacher_pair(
    N1: int,
    N3: int,
    S_A: Float[np.ndarray, " rank_A"],
    S_B: Float[np.ndarray, " rank_B"],
    r_AB: float | Float[np.ndarray, " shared"],
    sigma: float,
    streams: Streams,
    *,
    noise: NoiseReading = "weight",
    centred: bool = False,
) -> tuple[Teacher, Teacher]:
    """Draw two teachers whose relatedness is exact: V_B^T V_A is diagonal with entries r_AB.

    Column i of V_B is r_i times column i of V_A plus sqrt(1 - r_i^2) times column i of V_perp,
    which is orthonormal and orthogonal to V_A; columns of V_B without a counterpart in V_A are
    columns of V_perp. The paper has equal ranks and one number r_AB: V_B^T V_A = r_AB I. Teacher A
    is the one that `make_teacher` draws from the same streams, whatever task B is.

    Parameters
    ----------
    N1, N3 : int
        Inputs and classes, the same for both tasks.
    S_A, S_B : (rank_A,) and (rank_B,) array
        Singular values of the two teachers.
    r_AB : float or (min(rank_A, rank_B),) array
        Relatedness of each pair of directions, in [0, 1]; one number holds for all pairs.
    sigma, streams, noise, centred
        As for `make_teacher`; the two teachers' noises are independent.

    Raises
    ------
    ValueError
        If `r_AB` lies outside [0, 1] or has another length, or if rank A + rank B > N1 although B
        has directions outside of A's: the two column spaces then share a direction, where
        V_B^T V_A has a singular value 1.

    Notes
    -----
    Source: Eq. (4) and section 4.5 of the paper.
    """
    _check_sizes(N1, N3, S_A, sigma, centred, "S_A")
    _check_sizes(N1, N3, S_B, sigma, centred, "S_B")
    r = _pairwise(r_AB, S_A.size, S_B.size)
    room = S_A.size + S_B.size <= N1 or (S_B.size <= S_A.size and bool((r == 1).all()))
    sizes = f"{S_A.size} + {S_B.size} > {N1}"
    require(room, "r_AB", r_AB, f"1, and rank B <= rank A, where rank A + rank B > N1 ({sizes})")
    A = make_teacher(N1, N3, S_A, sigma, streams, noise=noise, centred=centred)
    rng = streams.rng("related directions")
    U_B = (centred_frame if centred else haar_frame)(N3, S_B.size, rng)
    V_B = _related_directions(A.V_bar, S_B.size, r, rng)
    xi = _noise(N1, N3, sigma, streams.rng("noise B"))
    return A, Teacher(U_B, S_B, V_B, sigma, xi, noise)


def _pairwise(r_AB: float | np.ndarray, rank_A: int, rank_B: int) -> np.ndarray:
    """Relatedness of every pair of directions; there are as many pairs as the smaller rank."""
    shared = min(rank_A, rank_B)
    r = np.full(shared, r_AB) if np.ndim(r_AB) == 0 else np.asarray(r_AB)
    require(r.shape == (shared,), "r_AB", r_AB, f"one number, or {shared}, one a pair")
    require(bool(((r >= 0) & (r <= 1)).all()), "r_AB", r_AB, "a number in [0, 1]")
    return r


def _related_directions(
    V_A: np.ndarray, rank_B: int, r: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    if rank_B == r.size and (r == 1).all():
        return V_A[:, :rank_B]  # also where N1 leaves no room for V_perp
    V_B = haar_frame(V_A.shape[0], rank_B, rng, orthogonal_to=V_A)
    V_B[:, : r.size] *= np.sqrt(1 - r**2)
    V_B[:, : r.size] += r * V_A[:, : r.size]
    return V_B


def gaussian_inputs(N1: int, N: int, rng: np.random.Generator) -> Float[np.ndarray, "N1 N"]:
    """Draw N inputs with independent standard normal entries, one a column.

    The inputs are drawn one after the other, so that a smaller dataset holds the first inputs of a
    larger one.
    """
    return np.ascontiguousarray(rng.standard_normal((N, N1)).T)


def one_hot(y: Int[np.ndarray, " N"], N3: int) -> Float[np.ndarray, "N3 N"]:
    """Indicator matrix of class labels, one column a point."""
    return np.eye(N3)[:, y]


def require_label_rule(label_rule: str) -> None:
    """Refuse what is no label rule."""
    require(label_rule in get_args(LabelRule), "label_rule", label_rule, "argmax, soft or sample")


def training_targets(
    teacher: Teacher,
    X: Float[np.ndarray, "N1 N"],
    label_rule: LabelRule,
    rng: np.random.Generator,
    noisy: float = 1.0,
) -> Float[np.ndarray, "N3 N"]:
    """Targets that a teacher gives to inputs, all or some of them noisy.

    With logits z = Sigma_hat x, plus fresh noise of variance sigma^2 |x|^2 / N1 under the reading
    `sample` and sigma^2 / N1 under `output`: `argmax` gives the indicator of the largest logit,
    `soft` the probabilities softmax(z), `sample` the indicator of one class drawn from them.

    Parameters
    ----------
    teacher : Teacher
    X : (N1, N) array
        Inputs, one a column.
    label_rule : {"argmax", "soft", "sample"}
    rng : numpy.random.Generator
        Used for fresh noise, for sampled labels, and to choose the noisy points.
    noisy : float
        Probability that the target of a point is noisy; else z = W_bar x.

    Returns
    -------
    (N3, N) array
        Columns are >= 0 and sum to one.

    Raises
    ------
    ValueError
        If the label rule is unknown, or `noisy` is not in [0, 1].

    Notes
    -----
    Source: section 2.1 of the paper for `argmax`; the other two are ours, see the theory page. The
    authors' script makes half of the labels noisy, since it shuffles a noisy and a clean half.
    """
    require_label_rule(label_rule)
    require(0 <= noisy <= 1, "noisy", noisy, "a number in [0, 1]")
    N1, N = X.shape
    N3 = teacher.U_bar.shape[0]
    z = teacher.Sigma_hat @ X
    if teacher.noise != "weight":
        size = np.linalg.norm(X, axis=0) if teacher.noise == "sample" else 1.0
        scale = teacher.sigma * size / np.sqrt(N1)
        z = z + scale * rng.standard_normal((N, N3)).T
    # Streams of their own; behind the fresh noise of N points these draws would depend on N.
    of_labels, of_noisy = rng.spawn(2)
    if noisy < 1:
        z = np.where(of_noisy.random(N) < noisy, z, teacher.W_bar @ X)
    if label_rule == "argmax":
        return one_hot(z.argmax(axis=0), N3)
    p = softmax(z)
    if label_rule == "soft":
        return p
    below = of_labels.random((1, N)) > np.cumsum(p, axis=0)
    return one_hot(np.minimum(below.sum(axis=0), N3 - 1), N3)


def test_labels(teacher: Teacher, X: Float[np.ndarray, "N1 N"]) -> Int[np.ndarray, " N"]:
    """Noise-free class labels argmax(W_bar x), against which generalisation is measured."""
    return np.asarray((teacher.W_bar @ X).argmax(axis=0))


test_labels.__test__ = False  # type: ignore[attr-defined]  # not a test, though pytest would think so
