"""An adversarial task: a representation from which the domain of a point cannot be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float
from scipy.stats import norm

from mtlpaper.errors import require
from mtlpaper.methods.experiment import Experiment
from mtlpaper.randomness import haar_frame


def erasure(
    X: Float[np.ndarray, "N N1"], Z: Float[np.ndarray, "N concept"]
) -> Float[np.ndarray, "N1 N1"]:
    """Matrix M of the smallest change x -> x - M (x - mean) without linear trace of a concept.

    M = W^+ P W with W = Cov(x)^(-1/2) and the projector P on the columns of W Cov(x, z). No linear
    function of what is left is correlated with z.

    Notes
    -----
    Source: LEACE, Theorem 4.3 of Belrose et al. (2023).
    """
    X = X - X.mean(axis=0)
    variance, Q = np.linalg.eigh(X.T @ X / len(X))
    kept = variance > 1e-12 * variance[-1]
    Q, scale = Q[:, kept], np.sqrt(variance[kept])
    U, S, _ = np.linalg.svd((Q / scale).T @ X.T @ (Z - Z.mean(axis=0)) / len(X), False)
    U = U[:, S > 1e-12 * S[0]]
    return (Q * scale) @ U @ U.T @ (Q / scale).T


@dataclass(frozen=True, kw_only=True)
class Adversarial(Experiment):
    """Two classes in two domains: labels in one, and the error counts in the other.

    Inputs are y mu + noise in the first domain and y mu + shift + noise in the second, with labels
    y = -1 or 1 and independent standard normal noise. Classifiers are linear, and their error in
    the second domain is exact: `alone`, least squares on the labelled points; `together`, a trunk
    of three hidden units with a main head, trained with squared losses and the reversed gradient of
    a domain head; `shuffled`, with the domains shuffled among the points; `erasure`, least squares
    after the exact `erasure` of the domain; `best`, the classifier mu that knows the shift.

    Attributes
    ----------
    N1, n_train, n_domain : int
        Inputs, labelled points, further points of each domain without labels.
    signal, shift : float
        Norms of mu and of the shift.
    overlap : float
        Cosine between the two; at 1 what tells domains apart is what tells classes apart.
    strength : float
        Weight of the reversed gradient.
    rate : float
        Learning rate.
    n_steps : int

    Notes
    -----
    Source of the reversed gradient: Ganin and Lempitsky (2015).
    """

    beside: ClassVar = ("erasure", "best")
    controls: ClassVar = ("shuffled",)

    N1: int = 10
    n_train: int = 40
    n_domain: int = 200
    signal: float = 1.5
    shift: float = 3.0
    overlap: float = 0.0
    strength: float = 1.0
    rate: float = 0.05
    n_steps: int = 1000

    def __post_init__(self) -> None:
        require(-1 <= self.overlap <= 1, "overlap", self.overlap, "a number in [-1, 1]")

    def errors(self) -> dict[str, Float[np.ndarray, " dataset"]]:
        """Error in the second domain by treatment."""
        drawn = [_domains(self, rng) for rng in self.rng().spawn(self.n_datasets)]
        together, shuffled = (
            _reversed(self, drawn, [self.strength], domain)[:, 0] for domain in ("d", "shuffled")
        )
        kept = np.eye(self.N1)
        erased = [one.fitted(kept - erasure(one.X_D, one.d[:, None])) for one in drawn]
        return {
            "alone": np.array([one.fitted(kept) for one in drawn]),
            "together": together,
            "erasure": np.array(erased),
            "best": np.full(len(drawn), norm.cdf(-self.signal)),
            "shuffled": shuffled,
        }

    def over(self, strengths: Sequence[float]) -> Float[np.ndarray, "dataset strength"]:
        """Errors with the reversed gradient at several strengths."""
        drawn = [_domains(self, rng) for rng in self.rng().spawn(self.n_datasets)]
        return _reversed(self, drawn, strengths, "d")


@dataclass(frozen=True)
class _Domains:
    """Labelled points of the first domain, all points with their domain, and initial weights."""

    mu: np.ndarray
    shift: np.ndarray
    X: np.ndarray
    y: np.ndarray
    X_D: np.ndarray
    d: np.ndarray
    shuffled: np.ndarray
    start: tuple[np.ndarray, np.ndarray]

    def error(self, w: np.ndarray, b: float) -> float:
        """Share of the second domain on the wrong side of w x + b = 0."""
        sides = np.array([1, -1]) * (w @ self.shift + b)
        return float(norm.cdf(-(w @ self.mu + sides) / np.linalg.norm(w)).mean())

    def fitted(self, kept: np.ndarray) -> float:
        """Error of least squares on the inputs' deviations from their mean, times a matrix."""
        centre = self.X_D.mean(axis=0)
        seen = (self.X - centre) @ kept.T
        w = np.linalg.lstsq(seen - seen.mean(axis=0), self.y)[0]
        return self.error(kept.T @ w, self.y.mean() - w @ (seen.mean(axis=0) + kept @ centre))

    def moments(self, domain: str) -> tuple[np.ndarray, ...]:
        """Covariances of inputs and labels, of inputs and domain."""
        return *_moments(self.X, self.y), *_moments(self.X_D, getattr(self, domain))


def _moments(X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    X = X - X.mean(axis=0)
    return X.T @ X / len(X), X.T @ y / len(X)


def _domains(problem: Adversarial, rng: np.random.Generator) -> _Domains:
    frame = haar_frame(problem.N1, 2, rng)
    mu, c = problem.signal * frame[:, 0], problem.overlap
    shift = problem.shift * frame @ np.array([c, np.sqrt(1 - c**2)])

    def draw(n: int) -> tuple[np.ndarray, np.ndarray]:
        y = rng.permutation(np.where(np.arange(n) % 2, 1.0, -1.0))
        return y[:, None] * mu + rng.standard_normal((n, problem.N1)), y

    n = problem.n_domain
    (X, y), (first, _), (second, _) = draw(problem.n_train), draw(n), draw(n)
    d = np.repeat([0.0, 1.0], [len(X) + n, n])
    start = rng.standard_normal((3, problem.N1)) / 10, rng.standard_normal(3) / 10
    X_D = np.vstack([X, first, second + shift])
    return _Domains(mu, shift, X, y, X_D, d, rng.permutation(d), start)


def _reversed(
    problem: Adversarial, drawn: Sequence[_Domains], strengths: Sequence[float], domain: str
) -> Float[np.ndarray, "dataset strength"]:
    """Errors of classifiers trained with the reversed gradient.

    With squared losses the steps need the second moments only. The domain head is at its optimum
    in every step.
    """
    moments = zip(*(one.moments(domain) for one in drawn), strict=True)
    C, c, C_D, c_D = (np.stack(part)[:, None] for part in moments)
    strength = np.array(strengths)[:, None, None]
    start = zip(*(one.start for one in drawn), strict=True)
    T, a = (np.repeat(np.stack(part)[:, None], len(strength), axis=1) for part in start)
    a, c, c_D = a[..., None, :], c[..., None, :], c_D[..., None, :]  # rows, as T @ C has them
    ridge = 1e-3 * np.eye(T.shape[2])
    for _ in range(problem.n_steps):
        Tt = T.swapaxes(2, 3)
        head = np.linalg.solve(T @ C_D @ Tt + ridge, T @ c_D.swapaxes(2, 3))
        e, e_D = c - a @ T @ C, c_D - head.swapaxes(2, 3) @ T @ C_D
        step = a.swapaxes(2, 3) * e - strength * head * e_D
        a = a + problem.rate * e @ Tt
        T = T + problem.rate * step
    return np.array(
        [
            [one.error(w, one.y.mean() - w @ one.X.mean(axis=0)) for w in by_strength]
            for one, by_strength in zip(drawn, (a @ T)[..., 0, :], strict=True)
        ]
    )


EXPERIMENTS = {"adversarial": Adversarial()}
