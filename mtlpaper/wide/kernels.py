"""Models of fixed features: random features, Gaussian processes, and descent in a fixed kernel.

All solve one system for all tasks, which does not know that tasks separate. With independent
outputs it falls apart into one system for each task, so that no task learns from another's points.
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float
from scipy.linalg import solve

from mtlpaper.errors import require
from mtlpaper.wide.problem import Regression

#: From two sets of inputs to the covariances between them.
Kernel = Callable[
    [Float[np.ndarray, "point dim"], Float[np.ndarray, "other dim"]],
    Float[np.ndarray, "point other"],
]


def with_constant(x: Float[np.ndarray, "point dim"]) -> Float[np.ndarray, "point weight"]:
    """Append a column of ones, so that a neuron's bias is its last weight."""
    return np.column_stack([x, np.ones(len(x))])


def arc_cosine(
    x: Float[np.ndarray, "point dim"], other: Float[np.ndarray, "other dim"]
) -> Float[np.ndarray, "point other"]:
    """Covariance of a neuron's outputs, E[max(0, g) max(0, g')] with g = <v, x> + b.

    v and b are standard normal. With z = (x, 1) and the angle t between z and z' it is
    |z| |z'| (sin t + (pi - t) cos t) / (2 pi), the arc-cosine kernel of order one.

    Source
    ------
    Cho & Saul (2009), with a bias.
    """
    sizes, angle = _angles(x, other)
    return sizes * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi)


def tangent(
    x: Float[np.ndarray, "point dim"], other: Float[np.ndarray, "other dim"]
) -> Float[np.ndarray, "point other"]:
    """Tangent kernel of `mtlpaper.wide.tangent.Networks` at infinite width, of one output.

    The last layer gives the arc-cosine kernel k, the first layer (pi - t) / (2 pi) <z, z'>, with
    z = (x, 1) and the angle t between z and z'.

    Source
    ------
    Jacot, Gabriel & Hongler (2018).
    """
    sizes, angle = _angles(x, other)
    return arc_cosine(x, other) + sizes * np.cos(angle) * (np.pi - angle) / (2 * np.pi)


def _angles(
    x: Float[np.ndarray, "point dim"], other: Float[np.ndarray, "other dim"]
) -> tuple[Float[np.ndarray, "point other"], Float[np.ndarray, "point other"]]:
    """Products of norms of (x, 1), and the angles between them, exact for small angles too."""
    one, two = with_constant(x), with_constant(other)
    norms = np.linalg.norm(one, axis=1), np.linalg.norm(two, axis=1)
    u, v = (one / norms[0][:, None])[:, None], two / norms[1][:, None]
    half = np.arctan2(np.linalg.norm(u - v, axis=-1), np.linalg.norm(u + v, axis=-1))
    return np.outer(*norms), 2 * half


def random_features(
    problem: Regression,
    x: Float[np.ndarray, "point dim"],
    decay: float,
    *,
    width: int,
    rng: np.random.Generator,
) -> Float[np.ndarray, "point task"]:
    """Ridge regression on the outputs of neurons whose first layer is drawn and stays.

    Minimises L + decay |w|^2 over the last layer w (width, task) of all tasks at once, with
    features max(0, <v, x> + b) / sqrt(width) of standard normal v and b.

    Parameters
    ----------
    problem : Regression
    x : (point, dim) array
        Where to predict.
    decay : float
        Above 0.
    width : int
        Number of neurons.
    rng : numpy.random.Generator
        Draws the first layer.
    """
    require(decay > 0, "decay", decay, "above 0")
    require(width >= 1, "width", width, "at least 1")
    first = rng.standard_normal((x.shape[1] + 1, width))
    at_x, features = (
        np.maximum(with_constant(inputs) @ first, 0) / np.sqrt(width) for inputs in (x, problem.x)
    )
    n = len(problem.y)
    design = np.zeros((n, width, problem.n_tasks))
    design[np.arange(n), :, problem.task] = features
    of_labels = design.reshape(n, -1)
    gram = of_labels.T @ of_labels + decay * np.eye(width * problem.n_tasks)
    w = solve(gram, of_labels.T @ problem.y, assume_a="pos")
    return at_x @ w.reshape(width, problem.n_tasks)


def gaussian_process(
    problem: Regression,
    x: Float[np.ndarray, "point dim"],
    kernel: Kernel,
    noise: float,
    *,
    outputs: Float[np.ndarray, "task task"] | None = None,
) -> Float[np.ndarray, "point task"]:
    """Posterior mean of a Gaussian process of several outputs.

    Parameters
    ----------
    problem : Regression
    x : (point, dim) array
        Where to predict.
    kernel : callable
        Covariance of one output at two inputs.
    noise : float
        Standard deviation of the noise on labels, above 0.
    outputs : (task, task) array, optional
        Covariance of the outputs at one input, by which the kernel is multiplied. Those of a wide
        network with independent weights are independent, which is the default.
    """
    require(noise > 0, "noise", noise, "above 0")
    K, to_x = _joint(problem, x, kernel, outputs)
    weights = solve(K + noise**2 * np.eye(len(K)), problem.y, assume_a="pos")
    return to_x @ weights


def descended(
    problem: Regression,
    x: Float[np.ndarray, "point dim"],
    kernel: Kernel,
    *,
    rate: float,
    n_steps: int,
) -> Float[np.ndarray, "point task"]:
    """Gradient descent on L with a tangent kernel that stays as it is, from the zero function.

    The limit of `mtlpaper.wide.tangent.train` at infinite width, in the mean over starts. In the
    eigenbasis of the kernel, the residual of eigenvalue m is multiplied by 1 - 2 rate m at a step.

    Parameters
    ----------
    problem : Regression
    x : (point, dim) array
        Where to predict.
    kernel : callable
        Tangent kernel of one output at two inputs.
    rate : float
        Learning rate, above 0 and below 1 / (2 m) for the largest eigenvalue m.
    n_steps : int

    Raises
    ------
    ValueError
        If the rate is outside of these limits.
    """
    K, to_x = _joint(problem, x, kernel)
    m, Q = np.linalg.eigh(K)
    limit = 1 / (2 * m[-1])
    require(0 < rate < limit, "rate", rate, f"above 0 and below {limit:.3g}")
    m = np.maximum(m, np.finfo(float).eps * m[-1])  # rounding makes the smallest negative
    learnt = -np.expm1(n_steps * np.log1p(-2 * rate * m)) / m
    return to_x @ (Q @ (learnt * (Q.T @ problem.y)))


def _joint(
    problem: Regression,
    x: Float[np.ndarray, "point dim"],
    kernel: Kernel,
    outputs: Float[np.ndarray, "task task"] | None = None,
) -> tuple[Float[np.ndarray, "train train"], Float[np.ndarray, "point task train"]]:
    """Covariance of all labels, and of all outputs at `x` with all labels."""
    B = np.eye(problem.n_tasks) if outputs is None else outputs
    K = kernel(problem.x, problem.x) * B[np.ix_(problem.task, problem.task)]
    return K, kernel(x, problem.x)[:, None] * B[:, problem.task]
