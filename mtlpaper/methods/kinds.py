"""Kinds of auxiliary tasks, each as a small seeded problem of which the best result is known.

Hints and tasks that focus attention are in `mtlpaper.methods.mechanisms` (`eavesdropping`,
`focusing`). Every experiment gives the main task's error under several treatments of the same data
sets, controls among them.

Notes
-----
Source of the list: the section on auxiliary tasks of Ruder (2017).
"""

from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from jaxtyping import Float
from scipy.stats import norm

from mtlpaper.errors import require
from mtlpaper.methods.linear import alone, direction, excess, per_dataset
from mtlpaper.methods.nets import Backprop, Points, least_errors
from mtlpaper.randomness import haar_frame

# ------------------------------------------------------------------------------------------ related


@dataclass(frozen=True)
class Related:
    """Two regressions whose weight vectors have correlation `r` in their prior.

    Weights of both are Gaussian with variance 1 / N1 an entry, so the labels' signal has variance
    one on average.

    Attributes
    ----------
    N1, n_train, n_aux : int
        Inputs, points of the main task, points of the auxiliary task, which are others.
    sigma : float
        Standard deviation of the noise.
    r : tuple of float
        Correlations, in [0, 1].
    n_datasets, seed : int
    """

    N1: int = 40
    n_train: int = 40
    n_aux: int = 200
    sigma: float = 1.0
    r: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 1.0)
    n_datasets: int = 20
    seed: int = 0


def related(problem: Related) -> dict[str, Float[np.ndarray, "dataset r"]]:
    """Excess risk of the main task, the exact mean over weights and noise for every data set.

    Returns
    -------
    dict
        `alone`, by the best estimate without the auxiliary task; `together`, by the best estimate
        with it, which knows r; `same`, by one weight vector for both tasks, as if r were 1.
    """
    return per_dataset(partial(_related, problem), problem.n_datasets, problem.seed)


def _related(problem: Related, rng: np.random.Generator) -> dict[str, np.ndarray]:
    N1, ridge = problem.N1, problem.N1 * problem.sigma**2
    X_A, X_B = (rng.standard_normal((n, N1)) for n in (problem.n_train, problem.n_aux))
    C_A, C_B = X_A.T @ X_A / ridge, X_B.T @ X_B / ridge

    def posterior(r: float) -> float:
        """Mean square error of the main weights' posterior mean; the prior's is 1."""
        prior = np.kron([[1, r], [r, 1]], np.eye(N1))
        zero = np.zeros_like(C_A)
        precision = np.block([[C_A, zero], [zero, C_B]])
        gain = np.linalg.solve(np.eye(2 * N1) + precision @ prior, np.eye(2 * N1))
        return float(np.trace((prior @ gain)[:N1, :N1]) / N1)

    inverse = np.linalg.inv(np.eye(N1) + C_A + C_B)
    # One vector estimates w_A as inverse (C_A w_A + C_B w_B + noise); w_B = r w_A + the rest.
    noise = np.trace(inverse @ (C_A + C_B) @ inverse)

    def same(r: float) -> float:
        bias = inverse @ (C_A + r * C_B) - np.eye(N1)
        rest = np.sqrt(1 - r**2) * inverse @ C_B
        return float((np.sum(bias**2) + np.sum(rest**2) + noise) / N1)

    return {
        "alone": np.full(len(problem.r), posterior(0.0)),
        "together": np.array([posterior(r) for r in problem.r]),
        "same": np.array([same(r) for r in problem.r]),
    }


# -------------------------------------------------------------------------------------- adversarial


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


@dataclass(frozen=True)
class Adversarial:
    """Two classes in two domains: labels in one, and the error counts in the other.

    Inputs are y mu + noise in the first domain and y mu + shift + noise in the second, with labels
    y = -1 or 1 and independent standard normal noise.

    Attributes
    ----------
    N1, n_train, n_domain : int
        Inputs, labelled points, further points of each domain without labels.
    signal, shift : float
        Norms of mu and of the shift.
    overlap : float
        Cosine between the two; at 1 what tells domains apart is what tells classes apart.
    strengths : tuple of float
        Weights of the reversed gradient.
    rate : float
        Learning rate.
    n_steps : int
    n_datasets, seed : int
    """

    N1: int = 10
    n_train: int = 40
    n_domain: int = 200
    signal: float = 1.5
    shift: float = 3.0
    overlap: float = 0.0
    strengths: tuple[float, ...] = (0.0, 0.1, 0.3, 1.0, 3.0)
    rate: float = 0.05
    n_steps: int = 1000
    n_datasets: int = 50
    seed: int = 0

    def __post_init__(self) -> None:
        require(-1 <= self.overlap <= 1, "overlap", self.overlap, "a number in [-1, 1]")


def adversarial(problem: Adversarial) -> dict[str, Float[np.ndarray, " dataset *strength"]]:
    """Exact error in the second domain of linear classifiers.

    Returns
    -------
    dict
        `alone` (dataset), least squares on the labelled points; `erased` (dataset), the same after
        `erasure` of the domain; `best` (dataset), of the classifier mu that knows the shift;
        `reversed` (dataset, strength), of a trunk of three hidden units with a main head, trained
        with squared losses and the reversed gradient of a domain head.

    Notes
    -----
    Source of the reversed gradient: Ganin and Lempitsky (2015).
    """
    streams = np.random.default_rng(problem.seed).spawn(problem.n_datasets)
    drawn = [_domains(problem, rng) for rng in streams]
    w, b = _reverse(problem, drawn)
    reverse = [
        [one.error(w_one, b_one) for w_one, b_one in zip(*both, strict=True)]
        for one, both in zip(drawn, zip(w, b, strict=True), strict=True)
    ]
    kept = np.eye(problem.N1)
    return {
        "alone": np.array([one.fitted(kept) for one in drawn]),
        "erased": np.array([one.fitted(kept - erasure(one.X_D, one.d[:, None])) for one in drawn]),
        "best": np.full(len(drawn), norm.cdf(-problem.signal)),
        "reversed": np.array(reverse),
    }


@dataclass(frozen=True)
class _Domains:
    """Labelled points of the first domain, all points with their domain, and initial weights."""

    mu: np.ndarray
    shift: np.ndarray
    X: np.ndarray
    y: np.ndarray
    X_D: np.ndarray
    d: np.ndarray
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

    def moments(self) -> tuple[np.ndarray, ...]:
        """Covariances of inputs and labels, of inputs and domain."""
        return *_moments(self.X, self.y), *_moments(self.X_D, self.d)


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
    return _Domains(mu, shift, X, y, np.vstack([X, first, second + shift]), d, start)


def _reverse(
    problem: Adversarial, drawn: list[_Domains]
) -> tuple[Float[np.ndarray, "dataset strength N1"], Float[np.ndarray, "dataset strength"]]:
    """Weights and offsets of classifiers trained with the reversed gradient.

    With squared losses the steps need the second moments only. The domain head is at its optimum
    in every step.
    """
    moments = zip(*(one.moments() for one in drawn), strict=True)
    C, c, C_D, c_D = (np.stack(part)[:, None] for part in moments)
    strength = np.array(problem.strengths)[:, None, None]
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
    w = (a @ T)[..., 0, :]
    return w, np.stack(
        [one.y.mean() - part @ one.X.mean(axis=0) for one, part in zip(drawn, w, strict=True)]
    )


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


# --------------------------------------------------------------------------- quantisation smoothing


def information_kept(n_levels: int) -> float:
    """Share of the information on a weak signal that evenly filled levels of a noisy value keep.

    Of a Gaussian value with a small mean, cut into `n_levels` equally likely intervals, the Fisher
    information is sum_i (phi(t_i) - phi(t_{i+1}))^2 n_levels; of the value itself it is one. A sign
    keeps 2 / pi.

    Raises
    ------
    ValueError
        If there are fewer than two levels.
    """
    require(n_levels >= 2, "n_levels", n_levels, "an integer >= 2")
    edges = norm.ppf(np.linspace(0, 1, n_levels + 1))
    return float(n_levels * np.sum(np.diff(norm.pdf(edges)) ** 2))


@dataclass(frozen=True)
class Quantised:
    """A regression whose labels are cut into levels, and an auxiliary task that is not cut.

    Attributes
    ----------
    N1, n_train : int
        Inputs, and points of each task, which are the same.
    n_levels : int
    signal : float
        Norm of the weights, small beside the noise of standard deviation 1.
    n_datasets, seed : int
    """

    N1: int = 20
    n_train: int = 2000
    n_levels: int = 2
    signal: float = 0.3
    n_datasets: int = 100
    seed: int = 0


def quantisation(problem: Quantised) -> dict[str, Float[np.ndarray, " dataset"]]:
    """Squared error of the estimated weights, over that which a full value has on average.

    Returns
    -------
    dict
        `alone`, from the levels; `together`, with the values that were cut; `own noise`, with
        values that have noise of their own; `shuffled`, with those shuffled.
    """
    return per_dataset(partial(_quantisation, problem), problem.n_datasets, problem.seed)


def _quantisation(problem: Quantised, rng: np.random.Generator) -> dict[str, float]:
    n, q = problem.n_train, problem.n_levels
    w = problem.signal * direction(problem.N1, rng)
    X = rng.standard_normal((n, problem.N1))
    value, fresh = X @ w + rng.standard_normal((2, n))
    spread = np.sqrt(1 + problem.signal**2)
    edges = norm.ppf(np.linspace(0, 1, q + 1))
    # Scores of the levels, E[value | level], over the share of its information that they keep.
    score = -q * np.diff(norm.pdf(edges)) / information_kept(q)
    cut = spread * score[np.searchsorted(edges[1:-1], value / spread)]
    estimates = alone(X, np.column_stack([cut, value, fresh, rng.permutation(fresh)])).T
    level, whole, own, shuffled = estimates
    kept = information_kept(q)
    mixed = {"own noise": own, "shuffled": shuffled}
    found = {"alone": level, "together": whole} | {
        name: (kept * level + other) / (kept + 1) for name, other in mixed.items()
    }
    unit = problem.N1 / (n - problem.N1 - 1)
    return {name: excess(one, w) / unit for name, one in found.items()}


# -------------------------------------------------------------------------------- inputs as outputs


#: Ours: the learning rate and the number of steps give about the error that he prints for `alone`.
BACKPROP = Backprop(learning_rate=0.5, n_steps=1500, look_every=50)
#: Mean errors that Caruana (1997) prints.
TABLE_6 = {"alone": 0.0648, "input": 0.0647, "output": 0.0631}


@dataclass(frozen=True)
class InputsAsOutputs:
    """Caruana's problem: a feature as a further input, or as a further output.

    A and B are drawn evenly from [-5, 5]; inputs are their codes in bits. The main task is
    sigmoid(A + B), the feature sigmoid(A - B). Of the binary code, A + B is a linear function,
    which one hidden unit can learn without A and B; of the Gray code it is not, and both tasks need
    them.

    Attributes
    ----------
    n_train, n_held : int
        Training points; halt points and test points.
    n_bits : int
        Of each code.
    code : {"binary", "gray"}
    backprop : Backprop
    n_datasets, seed : int

    Notes
    -----
    Source: section 4.9 and Table 6 of Caruana (1997), which states binary codes, sizes and early
    stopping, but neither the learning rate nor the initial weights. The Gray code is ours.
    """

    n_train: int = 50
    n_held: int = 1000
    n_bits: int = 10
    code: Literal["binary", "gray"] = "binary"
    backprop: Backprop = BACKPROP
    n_datasets: int = 50
    seed: int = 0


def inputs_as_outputs(problem: InputsAsOutputs) -> dict[str, Float[np.ndarray, " dataset"]]:
    """Root mean square test error of the main task.

    Returns
    -------
    dict
        `alone`; `input` and `output`, with the feature; `shuffled`, with a shuffled feature as
        output.
    """
    rng, n = np.random.default_rng(problem.seed), problem.n_datasets

    def draw(n_points: int) -> Points:
        A, B = rng.uniform(-5, 5, (2, n, n_points))
        gray = problem.code == "gray"
        bits = np.concatenate([_bits(one, problem.n_bits, gray) for one in (A, B)], axis=2)
        main, feature = _sigmoid(A + B), _sigmoid(A - B)
        shuffled = rng.permuted(feature, axis=1)
        none = np.zeros_like(feature)
        X = [np.dstack([bits, extra]) for extra in (none, feature, none, none)]
        Y = [np.dstack([main, extra]) for extra in (feature, feature, feature, shuffled)]
        return Points(np.concatenate(X), np.concatenate(Y))

    train, halt, test = (draw(k) for k in (problem.n_train, problem.n_held, problem.n_held))
    weights = np.repeat([[1.0, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0, 1.0]], n, axis=0)
    errors = least_errors(train, halt, test, weights, problem.backprop, rng, n_starts=n)
    return dict(zip(("alone", "input", "output", "shuffled"), errors.reshape(4, n), strict=True))


def _bits(
    values: Float[np.ndarray, "*point"], n_bits: int, gray: bool
) -> Float[np.ndarray, "*point bit"]:
    """Code of numbers in [-5, 5), the highest bit first."""
    level = np.floor((values + 5) / 10 * 2**n_bits).astype(int)
    level = level ^ (level >> 1) if gray else level
    return ((level[..., None] >> np.arange(n_bits)[::-1]) & 1).astype(float)


# --------------------------------------------------------------------------------------- the future


@dataclass(frozen=True)
class Future:
    """Labels of the present, and a later, better measurement of the same thing for training only.

    Both are w x plus independent noise, so that two least-squares problems of one solution are
    combined; how good the result is follows from the two noise levels.

    Attributes
    ----------
    N1, n_train : int
        Inputs; points, more than N1 + 1.
    sigma, sigma_later : float
        Standard deviations of the noise of the label and of the later measurement.
    n_datasets, seed : int
    """

    N1: int = 20
    n_train: int = 60
    sigma: float = 1.0
    sigma_later: float = 0.5
    n_datasets: int = 100
    seed: int = 0


def future(problem: Future) -> dict[str, Float[np.ndarray, " dataset"]]:
    """Excess risk of least squares on the labels, or on the best mean of labels and measurements.

    Returns
    -------
    dict
        `alone`; `together`; `same noise`, where the later measurement is the label plus noise;
        `shuffled`.
    """
    return per_dataset(partial(_future, problem), problem.n_datasets, problem.seed)


def _future(problem: Future, rng: np.random.Generator) -> dict[str, float]:
    n = problem.n_train
    w = direction(problem.N1, rng)
    X = rng.standard_normal((n, problem.N1))
    now = X @ w + problem.sigma * rng.standard_normal(n)
    later = X @ w + problem.sigma_later * rng.standard_normal(n)
    echo = now + problem.sigma_later * rng.standard_normal(n)
    share = problem.sigma**2 / (problem.sigma**2 + problem.sigma_later**2)
    targets = {
        "alone": now,
        "together": (1 - share) * now + share * later,
        "same noise": (1 - share) * now + share * echo,
        "shuffled": (1 - share) * now + share * rng.permutation(later),
    }
    found = alone(X, np.column_stack(list(targets.values()))).T
    return {name: excess(one, w) for name, one in zip(targets, found, strict=True)}


# -------------------------------------------------------------------------- representation learning


@dataclass(frozen=True)
class Autoencoded:
    """A regression on the code of a linear autoencoder of many inputs without labels.

    Inputs are Gaussian with a variance of `strong` along `N2` directions and of one elsewhere.

    Attributes
    ----------
    N1, N2 : int
        Inputs; units of the code.
    n_train, n_unlabelled : int
        Points with labels, more than N1; points of the autoencoder.
    strong : float
        Variance, above 1.
    sigma : float
        Standard deviation of the noise; that of the signal is 1.
    n_datasets, seed : int
    """

    N1: int = 30
    N2: int = 5
    n_train: int = 60
    n_unlabelled: int = 500
    strong: float = 5.0
    sigma: float = 1.0
    n_datasets: int = 100
    seed: int = 0


def code(X: Float[np.ndarray, "N N1"], N2: int) -> Float[np.ndarray, "N1 N2"]:
    """Encoder of the linear autoencoder with the least squared error, with orthonormal columns.

    Notes
    -----
    Source: the optimum projects on the leading principal components, Baldi and Hornik (1989).
    """
    return np.linalg.svd(X, full_matrices=False)[2][:N2].T


def autoencoded(problem: Autoencoded) -> dict[str, Float[np.ndarray, " dataset"]]:
    """Excess risk where the main task's weights lie in the strong directions, and in the others.

    Returns
    -------
    dict
        For each of `strong` and `weak`: `... alone`, least squares on the inputs; `... code`, on
        the code; `... shuffled`, on the code of inputs whose components are shuffled one by one.
    """
    return per_dataset(partial(_autoencoded, problem), problem.n_datasets, problem.seed)


def _autoencoded(problem: Autoencoded, rng: np.random.Generator) -> dict[str, float]:
    N2 = problem.N2
    frame = haar_frame(problem.N1, problem.N1, rng)
    spread = np.where(np.arange(problem.N1) < N2, np.sqrt(problem.strong), 1.0)
    root = (frame * spread).T  # inputs are standard normal rows times this

    def draw(n: int) -> np.ndarray:
        return rng.standard_normal((n, problem.N1)) @ root

    X, many = draw(problem.n_train), draw(problem.n_unlabelled)
    noise = problem.sigma * rng.standard_normal(problem.n_train)
    trunks = {
        "alone": np.eye(problem.N1),
        "code": code(many, N2),
        "shuffled": code(rng.permuted(many, axis=0), N2),
    }
    found = {}
    for place, columns in (("strong", slice(0, N2)), ("weak", slice(N2, None))):
        part = frame[:, columns]
        w = part @ direction(part.shape[1], rng) / spread[columns][0]
        for name, trunk in trunks.items():
            seen = trunk @ alone(X @ trunk, (X @ w + noise)[:, None])[:, 0]
            found[f"{place} {name}"] = excess(root @ seen, root @ w)
    return found
