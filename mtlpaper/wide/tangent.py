"""Networks in the tangent-kernel parametrisation, trained by gradient descent."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mtlpaper.errors import NotConvergedError, require
from mtlpaper.wide.kernels import with_constant
from mtlpaper.wide.problem import Regression

#: Factor by which a step may raise a loss: ReLUs that turn on or off do so by less, long steps by
#: more.
_GROWTH = 1.01


@dataclass(frozen=True, eq=False)
class Networks:
    """Networks f(x) = sum_k w_k max(0, <v_k, x> + b_k) / sqrt(n), one for every start.

    Attributes
    ----------
    u : (start, neuron, dim + 1) array
        First layers, (v_k, b_k).
    w : (start, neuron, task) array
        Last layers.
    """

    u: Float[np.ndarray, "start neuron weight"]
    w: Float[np.ndarray, "start neuron task"]

    def __call__(self, x: Float[np.ndarray, "point dim"]) -> Float[np.ndarray, "start point task"]:
        """Return the outputs at inputs."""
        hidden = np.maximum(with_constant(x) @ self.u.swapaxes(1, 2), 0)
        return hidden @ self.w / np.sqrt(self.w.shape[1])


def start(problem: Regression, width: int, n_starts: int, rng: np.random.Generator) -> Networks:
    """Draw networks whose parameters are all standard normal."""
    require(width >= 1, "width", width, "at least 1")
    require(n_starts >= 1, "n_starts", n_starts, "at least 1")
    shape = (n_starts, width)
    u = rng.standard_normal((*shape, problem.x.shape[1] + 1))
    return Networks(u, rng.standard_normal((*shape, problem.n_tasks)))


def train(problem: Regression, networks: Networks, *, rate: float, n_steps: int) -> Networks:
    """Train by gradient descent on the loss L of Eq. (3), all networks at once.

    Parameters
    ----------
    problem : Regression
    networks : Networks
        At their start; they stay as they are.
    rate : float
        Learning rate, above 0.
    n_steps : int

    Returns
    -------
    Networks

    Raises
    ------
    ValueError
        If the rate is not above 0.
    NotConvergedError
        If the loss of a network grows in a step, which is then too long; it carries the factor.
    """
    require(rate > 0, "rate", rate, "above 0")
    z = with_constant(problem.x)
    u, w = networks.u.copy(), networks.w.copy()
    scale = np.sqrt(w.shape[1])
    own = np.eye(problem.n_tasks)[problem.task]
    loss = np.full(len(u), np.inf)
    for step in range(n_steps + 1):
        g = u @ z.T
        hidden, of_label = np.maximum(g, 0), w[..., problem.task]
        residual = np.einsum("skn,skn->sn", hidden, of_label) / scale - problem.y
        before, loss = loss, (residual**2).sum(1)
        factor = float((loss / before).max())
        if not factor <= _GROWTH:
            raise NotConvergedError(f"a step at the rate {rate:g} multiplied a loss by", factor)
        if step < n_steps:
            back = (2 * rate / scale) * residual[:, None]
            w, u = w - (hidden * back) @ own, u - ((g > 0) * of_label * back) @ z
    return Networks(u, w)
