"""Initial weights of linear students, in NumPy: theory and training start from the same ones."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mtlpaper.errors import require
from mtlpaper.randomness import haar_frame


@dataclass(frozen=True)
class Student:
    """Weights of one linear student: a trunk shared by its tasks and one head a task.

    Parameters
    ----------
    W21 : (N2, N1) array
        Trunk, from inputs to hidden units; of more layers, the first.
    W32 : tuple of (N3, N2) arrays
        Heads, from hidden units to classes, one a task; their N3 may differ.
    biased : bool
        Whether the last input is held at 1, and the last unit of each hidden layer too, so that the
        last columns are biases, see `with_biases`.
    further : tuple of (N2, N2) arrays
        Further layers of the trunk, the one that acts first in front.
    """

    W21: Float[np.ndarray, "N2 N1"]
    W32: tuple[np.ndarray, ...]
    biased: bool = False
    further: tuple[np.ndarray, ...] = ()

    def W(self, task: int = 0) -> Float[np.ndarray, "N3 N1"]:
        """Composite weight of one task: the product of its head and all layers of the trunk."""
        W = self.W32[task]
        for layer in reversed(self.further):
            W = W @ layer
        return np.asarray(W @ self.W21)


def training_aligned(
    U_hat: Float[np.ndarray, "N3 k"],
    V_hat: Float[np.ndarray, "N1 k"],
    S0: Float[np.ndarray, " k"],
    N2: int,
    rng: np.random.Generator,
    *,
    imbalance: float = 0.0,
) -> Student:
    """Single-task student whose composite weight starts as U_hat diag(S0) V_hat^T.

    Every mode i has its own hidden direction, with trunk norm a_i and head norm b_i: a_i b_i = S0_i
    and a_i^2 - b_i^2 = `imbalance`, which gradient flow conserves.

    Parameters
    ----------
    U_hat : (N3, k) array
        Left singular vectors of the noisy teacher, orthonormal.
    V_hat : (N1, k) array
        Its right singular vectors, orthonormal.
    S0 : (k,) array
        Initial singular values, >= 0.
    N2 : int
        Hidden units, at least k.
    rng : numpy.random.Generator
        Draws the hidden directions.
    imbalance : float
        Difference of squared norms between trunk and head in every mode; 0 is balanced.

    Raises
    ------
    ValueError
        If `N2` is smaller than the number of modes or a singular value is negative.

    Notes
    -----
    Source: section 3 of the paper ("training aligned"); the imbalance is ours.
    """
    k = S0.size
    require(N2 >= k, "N2", N2, f"at least the number of initial singular values, {k}")
    require(bool((S0 >= 0).all()), "S0", S0, ">= 0")
    # The smaller norm follows from the product; the difference of squares cancels at small S0.
    large = np.sqrt(0.5 * (abs(imbalance) + np.hypot(imbalance, 2 * S0)))
    small = np.divide(S0, large, out=np.zeros_like(large), where=large > 0)
    a, b = (large, small) if imbalance >= 0 else (small, large)
    R = haar_frame(N2, k, rng)
    return Student((R * a) @ V_hat.T, ((U_hat * b) @ R.T,))


def orthogonal(
    N1: int,
    N2: int,
    N3: int,
    s0: float,
    rng: np.random.Generator,
    *,
    n_tasks: int = 1,
    layers: int = 1,
) -> Student:
    """Student with balanced, randomly rotated weights and all composite singular values s0.

    The heads are independent, and their right singular vectors lie in the column space of the
    trunk. All layers have equal singular values; the composite weight has min(N1, N2, N3) of them.

    Parameters
    ----------
    N1, N2, N3 : int
        Inputs, hidden units, classes.
    s0 : float
        Initial singular value of every task's composite weight, >= 0.
    rng : numpy.random.Generator
    n_tasks : int
        Number of heads, >= 1.
    layers : int
        Layers of the trunk, >= 1.

    Raises
    ------
    ValueError
        If a size, `s0` or the number of layers is inadmissible.
    """
    _require_sizes(N1, N2, N3, n_tasks, layers)
    require(np.isfinite(s0) and s0 >= 0, "s0", s0, "a finite number >= 0")
    root = s0 ** (1 / (layers + 1))
    reach = min(N1, N2)
    # Column space of the trunk: all hidden directions unless there are more of them than inputs.
    trunk = haar_frame(N1, N2, rng).T if N2 <= N1 else haar_frame(N2, N1, rng)
    k = min(reach, N3)
    further = [haar_frame(N2, N2, rng) for _ in range(layers - 1)]
    space = trunk
    for W in further:
        space = W @ space

    def head() -> np.ndarray:
        left, right = haar_frame(N3, k, rng), haar_frame(reach, k, rng)
        return root * left @ (right if N2 <= N1 else space @ right).T

    heads = tuple(head() for _ in range(n_tasks))
    return Student(root * trunk, heads, further=tuple(root * W for W in further))


def _require_sizes(N1: int, N2: int, N3: int, n_tasks: int, layers: int) -> None:
    require(min(N1, N2, N3) >= 1, "N1, N2, N3", (N1, N2, N3), "integers >= 1")
    require(n_tasks >= 1, "n_tasks", n_tasks, "an integer >= 1")
    require(layers >= 1, "layers", layers, "an integer >= 1")


def with_biases(student: Student, rng: np.random.Generator) -> Student:
    """Give a student biases, drawn as PyTorch's `Linear` does: evenly within 1 / sqrt(fan-in).

    One more input and one more unit of each hidden layer, all held at 1, carry them: the composite
    weight has one more column, which is the bias of the composite map.

    Parameters
    ----------
    student : Student
        Without biases.
    rng : numpy.random.Generator

    Notes
    -----
    Source: the authors' script, whose layers have biases unless they are switched off.
    """
    trunk = biased(student.W21, rng, hidden=True)
    heads = tuple(biased(W, rng) for W in student.W32)
    further = tuple(biased(W, rng, hidden=True) for W in student.further)
    return Student(trunk, heads, True, further)


def biased(
    W: Float[np.ndarray, "units fan_in"], rng: np.random.Generator, *, hidden: bool = False
) -> Float[np.ndarray, "units_or_more fan_in_and_1"]:
    """Give one layer biases, as one more column; see `with_biases`.

    Parameters
    ----------
    W : (units, fan-in) array
    rng : numpy.random.Generator
    hidden : bool
        Whether to add a unit that copies the input held at 1, for the biases of the next layer.
    """
    units, fan_in = W.shape
    W = np.hstack([W, rng.uniform(-1, 1, (units, 1)) / np.sqrt(fan_in)])
    return np.vstack([W, np.eye(1, fan_in + 1, fan_in)]) if hidden else W


def gaussian(
    N1: int,
    N2: int,
    N3: int,
    scale: float,
    rng: np.random.Generator,
    *,
    n_tasks: int = 1,
    layers: int = 1,
) -> Student:
    """Student with independent Gaussian weights of variance scale^2 / fan-in in every layer.

    Parameters
    ----------
    N1, N2, N3 : int
        Inputs, hidden units, classes.
    scale : float
        Standard deviation of a layer's weights times the square root of its fan-in, > 0.
    rng : numpy.random.Generator
    n_tasks : int
        Number of heads, >= 1.
    layers : int
        Layers of the trunk, >= 1.

    Raises
    ------
    ValueError
        If a size, `scale` or the number of layers is inadmissible.
    """
    _require_sizes(N1, N2, N3, n_tasks, layers)
    require(np.isfinite(scale) and scale > 0, "scale", scale, "a finite number > 0")

    def layer(units: int, fan_in: int) -> np.ndarray:
        return np.asarray(scale / np.sqrt(fan_in) * rng.standard_normal((units, fan_in)))

    W21 = layer(N2, N1)
    further = tuple(layer(N2, N2) for _ in range(layers - 1))
    return Student(W21, tuple(layer(N3, N2) for _ in range(n_tasks)), further=further)
