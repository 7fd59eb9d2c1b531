"""Five reasons why auxiliary tasks may help, each where no other one can.

Every experiment gives the main task's error under several treatments of the same data sets: alone,
with the auxiliary task, and with controls in which the mechanism has nothing to act on; one of them
has the auxiliary labels shuffled among the points. Benefits are differences of paired errors.

Notes
-----
Source of the list: Caruana (1997), section 3.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float

from mtlpaper.errors import require
from mtlpaper.methods.linear import alone, direction, excess, per_dataset, shared
from mtlpaper.methods.nets import Backprop, Points, least_errors
from mtlpaper.randomness import haar_frame

# ----------------------------------------------------------------------- implicit data augmentation


@dataclass(frozen=True)
class Augmentation:
    """Two tasks with one weight vector, whose labels at the same inputs are noisy.

    All inputs matter, to both tasks alike: there is nothing to learn about the representation but
    one direction, and the auxiliary task can help by its independent noise only.

    Attributes
    ----------
    N1, n_train : int
        Inputs, and points with labels of both tasks.
    sigma : float
        Standard deviation of the noise; the weights have norm 1.
    n_datasets, seed : int
    """

    N1: int = 20
    n_train: int = 100
    sigma: float = 1.0
    n_datasets: int = 100
    seed: int = 0


def augmentation(problem: Augmentation) -> dict[str, Float[np.ndarray, " dataset"]]:
    """Excess risk of the main task.

    Returns
    -------
    dict
        `alone`; `together` with the auxiliary task through one hidden unit; `same noise`, where the
        auxiliary labels have the main task's noise; `shuffled`; `more points`, alone with twice as
        many points.
    """
    return per_dataset(partial(_augmentation, problem), problem.n_datasets, problem.seed)


def _augmentation(problem: Augmentation, rng: np.random.Generator) -> dict[str, float]:
    n, sigma = problem.n_train, problem.sigma
    w = direction(problem.N1, rng)
    X = rng.standard_normal((2 * n, problem.N1))
    more = X @ w + sigma * rng.standard_normal(2 * n)
    y, X_A = more[:n], X[:n]
    B = X_A @ w + sigma * rng.standard_normal(n)
    with_B = {"together": B, "same noise": y, "shuffled": rng.permutation(B)}
    found = {
        name: excess(shared(X_A, np.column_stack([y, other]), 1)[:, 0], w)
        for name, other in with_B.items()
    }
    single = excess(alone(X_A, y[:, None])[:, 0], w)
    more_points = excess(alone(X, more[:, None])[:, 0], w)
    return {"alone": single, **found, "more points": more_points}


# ------------------------------------------------------------------------------- attention focusing


@dataclass(frozen=True)
class Focusing:
    """Two tasks that use the same few of many inputs, with orthogonal weights.

    The design is orthonormal, so that least squares gives each weight with independent noise of
    variance sigma^2 / n_train, and selecting inputs is thresholding. The tasks share no direction:
    the auxiliary task can tell which inputs matter and nothing else.

    Attributes
    ----------
    N1, n_relevant : int
        Inputs, and how many matter; the latter is even.
    n_train : int
    sigma : float
        Standard deviation of the noise; the weights of each task have norm 1.
    thresholds : tuple of float
        An input is kept if the root mean square of its estimated weights exceeds this many standard
        errors.
    n_datasets, seed : int
    """

    N1: int = 200
    n_relevant: int = 10
    n_train: int = 100
    sigma: float = 1.0
    thresholds: tuple[float, ...] = (1.5, 2.0, 2.5, 3.0, 3.5)
    n_datasets: int = 100
    seed: int = 0

    def __post_init__(self) -> None:
        fits = 2 <= self.n_relevant <= self.N1 // 2 and self.n_relevant % 2 == 0
        require(fits, "n_relevant", self.n_relevant, f"an even number from 2 to {self.N1 // 2}")


def focusing(problem: Focusing) -> dict[str, Float[np.ndarray, " dataset"]]:
    """Excess risk of the main task, each treatment at its best threshold over all data sets.

    Returns
    -------
    dict
        `alone`; `together`; `other inputs`, where the auxiliary task uses inputs that the main task
        does not; `shuffled`, whose estimates are noise.
    """
    rows = per_dataset(partial(_focusing, problem), problem.n_datasets, problem.seed)
    found = {}
    for name in ("alone", "together", "other inputs", "shuffled"):
        errors = np.stack([rows[f"{name} {threshold}"] for threshold in problem.thresholds])
        found[name] = errors[errors.mean(axis=1).argmin()]
    return found


def _focusing(problem: Focusing, rng: np.random.Generator) -> dict[str, float]:
    k, error = problem.n_relevant, problem.sigma / np.sqrt(problem.n_train)
    signs = rng.choice([-1.0, 1.0], k)
    w_A, w_B, w_other = np.zeros((3, problem.N1))
    w_A[:k] = signs / np.sqrt(k)
    w_B[:k] = w_A[:k] * np.repeat([1, -1], k // 2)
    w_other[-k:] = w_B[:k]
    noise_A, noise_B = error * rng.standard_normal((2, problem.N1))
    seen = w_A + noise_A
    # Shuffled labels have the variance of the labels, |w_B|^2 + sigma^2, and no signal.
    shuffled = noise_B * np.sqrt(1 + 1 / problem.sigma**2)
    treatments = {
        "alone": seen,
        "together": w_B + noise_B,
        "other inputs": w_other + noise_B,
        "shuffled": shuffled,
    }
    found = {}
    for name, other in treatments.items():
        size = np.sqrt((seen**2 + other**2) / 2) / error
        for threshold in problem.thresholds:
            found[f"{name} {threshold}"] = excess(np.where(size > threshold, seen, 0), w_A)
    return found


# ------------------------------------------------------------------------------------ eavesdropping


BACKPROP = Backprop(learning_rate=2.0, n_steps=1500, look_every=50)


@dataclass(frozen=True)
class Eavesdropping:
    """A main task that uses a feature in a complex way, and an auxiliary task that is the feature.

    Features are signs of linear functions of the inputs. The main task is whether two of them
    agree, which no linear function of the inputs tells; the auxiliary task, a hint, is one of the
    two. Labels have no noise.

    Attributes
    ----------
    N1, n_train, n_held : int
        Inputs; training points; halt points and test points.
    backprop : Backprop
    n_datasets, seed : int
    """

    N1: int = 8
    n_train: int = 150
    n_held: int = 500
    backprop: Backprop = BACKPROP
    n_datasets: int = 16
    seed: int = 0


def eavesdropping(problem: Eavesdropping) -> dict[str, Float[np.ndarray, " dataset"]]:
    """Root mean square error of nets on the main task, a label in {0, 1}.

    Returns
    -------
    dict
        `alone`; `together`; `other feature`, where the auxiliary task is a feature that the main
        task does not use; `shuffled`.
    """
    rng, n = np.random.default_rng(problem.seed), problem.n_datasets
    frames = np.stack([haar_frame(problem.N1, 3, rng) for _ in range(n)])

    def draw(n_points: int) -> Points:
        X = rng.standard_normal((n, n_points, problem.N1))
        feature = X @ frames > 0
        main = feature[..., 0] == feature[..., 1]
        hint, other = feature[..., 0], feature[..., 2]
        shuffled = rng.permuted(hint, axis=1)
        Y = [np.stack([main, aux], axis=2) for aux in (hint, hint, other, shuffled)]
        return Points(np.tile(X, (4, 1, 1)), np.concatenate(Y).astype(float))

    weights = np.repeat([[1.0, 0.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0]], n, axis=0)
    train, halt, test = (draw(k) for k in (problem.n_train, problem.n_held, problem.n_held))
    errors = least_errors(train, halt, test, weights, problem.backprop, rng, n_starts=n)
    names = ("alone", "together", "other feature", "shuffled")
    return dict(zip(names, errors.reshape(4, n), strict=True))


# ------------------------------------------------------------------------------ representation bias


@dataclass(frozen=True)
class Bias:
    """A novel task of few points, after other tasks of its environment.

    All tasks of an environment have weights in one subspace of `N2` dimensions. A trunk learned on
    several tasks is kept; the novel task, which had no part in it, trains a head on it.

    Attributes
    ----------
    N1, N2, n_tasks : int
        Inputs, dimensions of the environment, tasks that train the trunk.
    n_train, n_novel : int
        Points of those tasks, common to them, and of the novel task, more than `N1` in both cases.
    sigma : float
        Standard deviation of the noise; the weights of each task have norm 1.
    n_datasets, seed : int
    """

    N1: int = 20
    N2: int = 3
    n_tasks: int = 8
    n_train: int = 100
    n_novel: int = 40
    sigma: float = 1.0
    n_datasets: int = 100
    seed: int = 0


def bias(problem: Bias) -> dict[str, Float[np.ndarray, " dataset"]]:
    """Excess risk of the novel task.

    Returns
    -------
    dict
        `alone`, least squares on all inputs; `together`, on the trunk; `other environment`, on the
        trunk of tasks in another subspace; `shuffled`, on the trunk of shuffled labels; `known`, on
        the environment's own subspace.
    """
    return per_dataset(partial(_bias, problem), problem.n_datasets, problem.seed)


def _bias(problem: Bias, rng: np.random.Generator) -> dict[str, float]:
    N2, sigma = problem.N2, problem.sigma
    frame = haar_frame(problem.N1, 2 * N2, rng)
    X = rng.standard_normal((problem.n_train, problem.N1))
    noise = sigma * rng.standard_normal((problem.n_train, problem.n_tasks))
    heads = np.stack([direction(N2, rng) for _ in range(problem.n_tasks)], axis=1)
    Y = X @ frame[:, :N2] @ heads + noise
    labels = {
        "together": Y,
        "other environment": X @ frame[:, N2:] @ heads + noise,
        "shuffled": rng.permuted(Y, axis=0),
    }
    w = frame[:, :N2] @ direction(N2, rng)
    X_new = rng.standard_normal((problem.n_novel, problem.N1))
    y = X_new @ w + sigma * rng.standard_normal(problem.n_novel)

    def on(trunk: np.ndarray) -> float:
        return excess(trunk @ alone(X_new @ trunk, y[:, None])[:, 0], w)

    found = {"alone": on(np.eye(problem.N1)), "known": on(frame[:, :N2])}
    for name, targets in labels.items():
        trunk = np.linalg.svd(shared(X, targets, N2), full_matrices=False)[0][:, :N2]
        found[name] = on(trunk)
    return found


# ----------------------------------------------------------------------------------- regularisation


@dataclass(frozen=True)
class Capacity:
    """Tasks whose labels are independent noise, through a trunk of `N2` hidden units.

    Attributes
    ----------
    N1, N2, n_tasks, n_train : int
    n_datasets, seed : int
    """

    N1: int = 20
    N2: int = 1
    n_tasks: int = 2
    n_train: int = 100
    n_datasets: int = 200
    seed: int = 0


def capacity(problem: Capacity) -> dict[str, Float[np.ndarray, " dataset"]]:
    """Share of random labels' variance that a fit explains in training, the mean over tasks.

    Returns
    -------
    dict
        `alone`; `together` through the trunk; `wide`, through a trunk as wide as there are tasks.
    """
    return per_dataset(partial(_capacity, problem), problem.n_datasets, problem.seed)


def _capacity(problem: Capacity, rng: np.random.Generator) -> dict[str, float]:
    X = rng.standard_normal((problem.n_train, problem.N1))
    Y = rng.standard_normal((problem.n_train, problem.n_tasks))

    def explained(W: np.ndarray) -> float:
        return float(1 - np.sum((Y - X @ W) ** 2) / np.sum(Y**2))

    return {
        "alone": explained(alone(X, Y)),
        "together": explained(shared(X, Y, problem.N2)),
        "wide": explained(shared(X, Y, problem.n_tasks)),
    }
