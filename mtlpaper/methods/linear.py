"""Linear regression of several tasks in closed form: apart, through a narrow shared trunk, mixed.

Inputs have independent standard normal entries, so the excess risk of weights w for a task with
weights w* is |w - w*|^2.
"""

import numpy as np
from jaxtyping import Float


def direction(N1: int, rng: np.random.Generator) -> Float[np.ndarray, " N1"]:
    """Draw a unit vector evenly."""
    w = rng.standard_normal(N1)
    return w / np.linalg.norm(w)


def excess(w: Float[np.ndarray, " N1"], target: Float[np.ndarray, " N1"]) -> float:
    """Excess risk on standard normal inputs, |w - target|^2."""
    return float(np.sum((w - target) ** 2))


def alone(
    X: Float[np.ndarray, "N N1"], Y: Float[np.ndarray, "N task"], ridge: float = 0.0
) -> Float[np.ndarray, "N1 task"]:
    """Least squares with the penalty ridge |w|^2, of every task by itself."""
    return np.linalg.solve(X.T @ X + ridge * np.eye(X.shape[1]), X.T @ Y)


def shared(
    X: Float[np.ndarray, "N N1"], Y: Float[np.ndarray, "N task"], N2: int
) -> Float[np.ndarray, "N1 task"]:
    """Least squares of all tasks through a linear trunk of `N2` hidden units.

    The optimum of hard sharing with common inputs: of all weights (N1, task) of rank N2 those of
    the least summed squared error. Their fitted values are the fits of `alone`, projected on the
    N2 leading combinations of tasks.

    Notes
    -----
    Source: reduced-rank regression, Izenman (1975).
    """
    W = alone(X, Y)
    _, _, Vt = np.linalg.svd(X @ W, full_matrices=False)
    return W @ Vt[:N2].T @ Vt[:N2]
