"""Real data: a main task on scikit-learn's digits, beside auxiliary tasks of known relatedness.

Relatedness is set by rotating the inputs of the auxiliary task, or measured for tasks that share
the inputs: parity of the digit and others, see `labels`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Literal

import numpy as np
from jaxtyping import Float, Int
from sklearn.datasets import load_digits

from mtlpaper.benefit import Training
from mtlpaper.benefit.descent import find_minima, minima_arrays
from mtlpaper.errors import require
from mtlpaper.randomness import Streams, haar_frame
from mtlpaper.students import Student, orthogonal
from mtlpaper.tasks import one_hot
from mtlpaper.training import (
    LabelledPoints,
    LinearDescent,
    ReLUDescent,
    TrainingSet,
    deep_student,
)

Task = Literal["digit", "parity", "half", "loops", "ink"]
#: Principal components kept. The images span 61; planes of rotation need an even number.
N1 = 60
N3 = 10
N_IMAGES = 1797
#: Closed loops of 0, 1, …, 9; the 4 is open.
_LOOPS = np.array([1, 0, 0, 0, 0, 0, 1, 0, 2, 1])


@lru_cache(maxsize=1)
def _digits() -> tuple[np.ndarray, np.ndarray]:
    return load_digits(return_X_y=True)


def inputs(*, whiten: bool) -> Float[np.ndarray, "N1 image"]:
    """Principal components of all images, centred.

    Parameters
    ----------
    whiten : bool
        Scale every component to variance one. Otherwise one factor makes the mean variance one.

    Notes
    -----
    Components and scales are those of all images, without their labels: they stand for the known
    input distribution of the teachers' tasks.
    """
    images, _ = _digits()
    centred = images - images.mean(axis=0)
    U, S, _ = signed_svd(centred)
    X = U[:, :N1] if whiten else U[:, :N1] * S[:N1] / np.sqrt(np.mean(S[:N1] ** 2))
    return np.sqrt(len(images)) * X.T


def signed_svd(A: Float[np.ndarray, "m n"]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Thin singular value decomposition whose signs do not depend on the processor.

    The largest entry of each right singular vector, a row of the last array, is positive.
    """
    U, S, Vt = np.linalg.svd(A, full_matrices=False)
    signs = np.sign(np.take_along_axis(Vt, np.abs(Vt).argmax(axis=1)[:, None], axis=1))
    return U * signs.T, S, Vt * signs


def labels(task: Task) -> tuple[Int[np.ndarray, " image"], int]:
    """Classes of all images under a task, and the number of classes.

    Parameters
    ----------
    task : {"digit", "parity", "half", "loops", "ink"}
        The digit; whether it is odd; whether it is at least 5; its closed loops, of which 4 has
        none; the quartile of the image's total ink.
    """
    images, digit = _digits()
    if task == "ink":
        ink = images.sum(axis=1)
        return np.searchsorted(np.quantile(ink, [0.25, 0.5, 0.75]), ink), 4
    tasks = {
        "digit": (digit, N3),
        "parity": (digit % 2, 2),
        "half": (digit // 5, 2),
        "loops": (_LOOPS[digit], 3),
    }
    return tasks[task]


def flipped(
    y: Int[np.ndarray, " image"], n_classes: int, rate: float, rng: np.random.Generator
) -> Int[np.ndarray, " image"]:
    """Turn labels into one of the other classes, evenly drawn, each with probability `rate`.

    At rate (n_classes - 1) / n_classes the labels are independent of the images.

    Raises
    ------
    ValueError
        If the rate is not in [0, 1].
    """
    require(0 <= rate <= 1, "rate", rate, "a number in [0, 1]")
    turned = rng.random(y.size) < rate
    return np.where(turned, (y + rng.integers(1, n_classes, y.size)) % n_classes, y)


# -------------------------------------------------------------------------------------- relatedness


def linear_map(
    X: Float[np.ndarray, "N1 N"], y: Int[np.ndarray, " N"], n_classes: int
) -> Float[np.ndarray, "n_classes N1"]:
    """Least-squares map from centred inputs to indicators of the classes.

    Of Gaussian inputs with covariance 1 and a teacher's labels it has the teacher's row space, in
    the limit of many points (Stein's lemma).
    """
    X = X - X.mean(axis=1, keepdims=True)
    Y = one_hot(y, n_classes)
    return np.linalg.lstsq(X.T, (Y - Y.mean(axis=1, keepdims=True)).T)[0].T


def explained(X: Float[np.ndarray, "N1 N"], y: Int[np.ndarray, " N"], n_classes: int) -> float:
    """Share of the indicators' variance that a linear map of the inputs explains."""
    X = X - X.mean(axis=1, keepdims=True)
    fitted = linear_map(X, y, n_classes) @ X
    return float(np.var(fitted, axis=1).sum() / np.var(one_hot(y, n_classes), axis=1).sum())


def relatedness(
    W_A: Float[np.ndarray, "N3_A N1"], W_B: Float[np.ndarray, "N3_B N1"], *, cutoff: float = 1e-8
) -> float:
    """Square root of the share of a map's energy inside the row space of another map.

    |W_A P_B| / |W_A| with the projector P_B; for teachers of one relatedness and rank it is r_AB.
    A random row space of k of the N1 dimensions gives sqrt(k / N1) on average of the square, not 0.

    Parameters
    ----------
    W_A, W_B : (N3_A, N1) and (N3_B, N1) array
        Maps of the main and the auxiliary task on inputs of covariance 1.
    cutoff : float
        Singular values of W_B below this share of the largest count as zero.

    Notes
    -----
    Source: :eq:`eq-T11a`, whose square root is on the scale of r.
    """
    _, S, Vt = np.linalg.svd(W_B, full_matrices=False)
    seen = W_A @ Vt[S > cutoff * S[0]].T
    return float(np.linalg.norm(seen) / np.linalg.norm(W_A))


def rotation(
    r: float, V: Float[np.ndarray, "N1 k"], rng: np.random.Generator
) -> Float[np.ndarray, "N1 N1"]:
    """Rotate all directions by the angle arccos r, in planes that take V out of its span.

    Every vector v has v^T R v = r |v|^2, so the cosine between a map W and W R^T is r. Moreover
    V^T R V = r I, as between the teachers of `mtlpaper.tasks.make_teacher_pair`: each column of V
    turns towards a direction orthogonal to all of them.

    Parameters
    ----------
    r : float
        Relatedness, in [0, 1].
    V : (N1, k) array
        Orthonormal columns; N1 is even and at least 2 k.
    rng : numpy.random.Generator
        Draws the planes.

    Raises
    ------
    ValueError
        If `r` or a size is inadmissible.
    """
    dimensions, k = V.shape
    require(0 <= r <= 1, "r", r, "a number in [0, 1]")
    fits = dimensions % 2 == 0 and 2 * k <= dimensions
    require(fits, "V", V.shape, "of an even number of rows, at least twice its columns")
    other = haar_frame(dimensions, dimensions - k, rng, orthogonal_to=V)
    half = dimensions // 2 - k
    first = np.hstack([V, other[:, :half]])
    second = other[:, half:]
    turn = second @ first.T - first @ second.T
    return r * np.eye(dimensions) + np.sqrt(1 - r**2) * turn


# ---------------------------------------------------------------------------------------- the units


@dataclass(frozen=True)
class Auxiliary:
    """An auxiliary task.

    Attributes
    ----------
    task : {"digit", "parity", "half", "loops", "ink"}
    r : float
        Relatedness of its inputs' rotation; 1 leaves them as they are.
    flip : float
        Share of its labels that are turned.
    """

    task: Task = "digit"
    r: float = 1.0
    flip: float = 0.0


@dataclass(frozen=True)
class RealUnit:
    """The digits as main task: one network alone, and one with every auxiliary task.

    Attributes
    ----------
    auxiliary : tuple of Auxiliary
    n_train, n_aux : int
        Training points of the main task and of the auxiliary tasks, which are other images.
    training : mtlpaper.benefit.units.Training
        Its `n_test` times `n_groups` images are for testing, `n_validation` for validation.
    N2 : int
        Hidden units.
    scale : float
        Initial singular values of the composite weights of linear students, or scale of the initial
        weights of ReLU students, see `mtlpaper.training.deep_student`.
    depth : int
        Hidden ReLU layers; 0 is a linear student.
    flip : float
        Share of the main task's training labels that are turned.
    whiten : bool
        See `inputs`.
    seed, replicate : int
        Of the split into images for training, validation and testing, and of all else.
    """

    auxiliary: tuple[Auxiliary, ...]
    n_train: int
    n_aux: int
    training: Training
    N2: int
    scale: float
    depth: int = 0
    flip: float = 0.0
    whiten: bool = True
    seed: int = 0
    replicate: int = 0

    def __post_init__(self) -> None:
        training = self.training
        left = N_IMAGES - training.n_test * training.n_groups - training.n_validation - self.n_train
        fits = 1 <= self.n_aux <= left
        require(fits, "n_aux", self.n_aux, f"from 1 to the {left} images that are left")


@dataclass(frozen=True)
class RealData:
    """Training sets, loss weights, and images held back.

    Attributes
    ----------
    sets : tuple of TrainingSet
        Of both tasks for all networks; the first is the single-task network.
    alphas : (net, 2) array
        Loss weights, 0 for the auxiliary task of the first network.
    X : (N1, image) array
        All inputs.
    test, validation : int arrays
        Which images are held back.
    seen : (image,) int array
        Labels of the main task, turned as those of its training set.
    """

    sets: tuple[TrainingSet, TrainingSet]
    alphas: np.ndarray
    X: Float[np.ndarray, "N1 image"]
    test: Int[np.ndarray, " test"]
    validation: Int[np.ndarray, " validation"]
    seen: Int[np.ndarray, " image"]


def real_data(unit: RealUnit) -> RealData:
    """Draw the data of a unit; smaller training sets are parts of larger ones.

    All tasks have 10 classes: where there are fewer, the rest never occurs.
    """
    streams, training = Streams(unit.seed, unit.replicate), unit.training
    order = streams.rng("subset").permutation(N_IMAGES)
    ends = np.cumsum([training.n_test * training.n_groups, training.n_validation])
    test, validation, rest = np.split(order, ends)
    mine, others = rest[: unit.n_train], rest[::-1][: unit.n_aux]
    X = inputs(whiten=unit.whiten)
    digit, _ = labels("digit")
    seen = flipped(digit, N3, unit.flip, streams.rng("labels A"))
    V = signed_svd(linear_map(X, digit, N3))[2][: N3 - 1].T
    tasks = [unit.auxiliary[0], *unit.auxiliary]

    def rotated(one: Auxiliary) -> np.ndarray:
        if one.r == 1:
            return X[:, others]
        return rotation(one.r, V, streams.rng("related directions")) @ X[:, others]

    def targets(one: Auxiliary) -> np.ndarray:
        y, n_classes = labels(one.task)
        return one_hot(flipped(y, n_classes, one.flip, streams.rng("labels B"))[others], N3)

    nets = len(tasks)
    Y_A = np.broadcast_to(one_hot(seen[mine], N3), (nets, N3, unit.n_train))
    sets = (
        TrainingSet(X[None, :, mine], Y_A),
        TrainingSet(np.stack([*map(rotated, tasks)]), np.stack([*map(targets, tasks)])),
    )
    alphas = np.ones((nets, 2))
    alphas[0, 1] = 0
    return RealData(sets, alphas, X, test, validation, seen)


def real_unit(unit: RealUnit) -> dict[str, np.ndarray]:
    """Train the networks of a unit to their minima; see `mtlpaper.benefit.descent.minima_arrays`.

    Test points are labelled as they are; validation points by two rules, so and with labels turned.
    """
    data = real_data(unit)
    chosen = np.arange(len(data.alphas))
    parts = [chosen] if unit.depth == 0 else [chosen[i : i + 1] for i in chosen]
    return minima_of(unit, data, [_descent(unit, data, part) for part in parts])


def minima_of(
    unit: RealUnit, data: RealData, descents: Sequence[LinearDescent | ReLUDescent]
) -> dict[str, np.ndarray]:
    """Go down to the minima on the images held back; networks in the order of the descents."""
    training = unit.training
    digit, _ = labels("digit")

    def points(chosen: np.ndarray, rules: list[np.ndarray], n_groups: int = 1) -> LabelledPoints:
        return LabelledPoints(
            data.X[:, chosen],
            [y[chosen] for y in rules],
            n_groups=n_groups,
            device=training.device,
            dtype=training.dtype,
        )

    test = points(data.test, [digit], training.n_groups)
    held = points(data.validation, [digit, data.seen]) if data.validation.size else None
    found = []
    for descent in descents:
        minima = find_minima(descent, partial(test, descent.logits), held, training)
        found.append(minima_arrays(minima, curves=False))
    return {name: np.concatenate([one[name] for one in found]) for name in found[0]}


def linear_student(unit: RealUnit) -> Student:
    """Initial weights, the same in all networks of a unit."""
    rng = Streams(unit.seed, unit.replicate).rng("student")
    return orthogonal(N1, unit.N2, N3, unit.scale, rng, n_tasks=2)


def _descent(unit: RealUnit, data: RealData, part: np.ndarray) -> LinearDescent | ReLUDescent:
    """Descent of some of the networks, from the same initial weights."""
    training = unit.training
    X_A, X_B = data.sets[0].X, data.sets[1].X[part]
    sets = (TrainingSet(X_A, data.sets[0].Y[part]), TrainingSet(X_B, data.sets[1].Y[part]))
    rate, device, dtype = training.learning_rate, training.device, training.dtype
    alphas = data.alphas[part]
    if unit.depth == 0:
        students = [linear_student(unit)] * len(part)
        return LinearDescent.on_sets(students, sets, alphas, rate, device=device, dtype=dtype)
    rng = Streams(unit.seed, unit.replicate).rng("student")
    deep = deep_student(N1, unit.N2, N3, unit.depth, unit.scale, rng, n_tasks=2)
    return ReLUDescent([deep] * len(part), sets, alphas, rate, device=device, dtype=dtype)
