"""Networks of two stacks with a bottleneck between them, Definition 1, trained to optimality."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float
from scipy.optimize import minimize
from torch import Tensor

from mtlpaper.errors import NotConvergedError, require
from mtlpaper.wide.limit import Norm, minimiser
from mtlpaper.wide.networks import (
    Fitted,
    Hidden,
    Readout,
    first_weights,
    optimise,
    per_problem,
    residuals,
    stack,
)
from mtlpaper.wide.problem import Regression

#: What tasks have in common: all but the output weights; the first stack and a bottleneck of one
#: unit, with neurons of their own in the second; or nothing, with a bottleneck unit for each task.
Shared = Literal["both stacks", "first stack", "nothing"]
#: The activation of the bottleneck.
Between = Literal["identity", "tanh"]
SHARED: tuple[Shared, ...] = ("both stacks", "first stack", "nothing")
#: Norm over tasks of a neuron's output weights that decay of the second stack amounts to.
_NORMS: dict[Shared, Norm] = {"both stacks": "l2", "first stack": "l1"}
_IN_NETWORKS: dict[Between, Callable[[Tensor], Tensor]] = {
    "identity": lambda z: z,
    "tanh": torch.tanh,
}
_IN_SEARCH: dict[Between, Callable[[np.ndarray], np.ndarray]] = {
    "identity": lambda z: z,
    "tanh": np.tanh,
}
#: Sum of the squares of the weights of each layer at the start.
_START = 2.0
#: What the simplex may still change where it ends: in the bottleneck, and in the objective.
_SIMPLEX = {"xatol": 1e-5, "fatol": 1e-8, "maxfev": 4000}


@dataclass(frozen=True, eq=False)
class TrainedStacks(Fitted):
    """Networks of two stacks, as functions of the inputs that were asked for.

    Attributes
    ----------
    outputs : (problem, start, point, task) array
    """

    outputs: Float[np.ndarray, "problem start point task"]


class _TwoStacks(Hidden):
    """All but the last layer of networks of two stacks whose biases cost nothing."""

    def __init__(
        self, width: int, shared: Sequence[Shared], between: Between, data: Readout
    ) -> None:
        n_tasks = data.output.shape[2]
        own = np.eye(n_tasks)[np.arange(width) % n_tasks]
        first, every = np.eye(1, n_tasks).repeat(width, axis=0), np.ones((width, n_tasks))
        units = np.stack([own if kind == "nothing" else first for kind in shared])
        reads = np.stack([every if kind == "both stacks" else own for kind in shared])
        #: Which unit of the bottleneck a neuron is tied to; at which points outputs read it.
        self._unit = torch.tensor(units).to(data.x)
        self._read = torch.tensor(reads).to(data.x) @ data.output.transpose(1, 2)
        self._between = _IN_NETWORKS[between]
        dim = data.x.shape[2]
        below = [(width, dim), (width,), (n_tasks, width), (n_tasks,)]
        self._shapes = [*below, (width, n_tasks), (width,)]

    def split(self, theta: Float[Tensor, "net parameter"]) -> list[Tensor]:
        """Return v1, b1, w1, c1, v2 and b2; weights that would tie strangers are zero."""
        parts = theta.split([int(np.prod(shape)) for shape in self._shapes], dim=1)
        v1, b1, w1, c1, v2, b2 = (
            part.unflatten(1, shape) for part, shape in zip(parts, self._shapes, strict=True)
        )
        return [v1, b1, w1 * self._unit.transpose(1, 2), c1, v2 * self._unit, b2]

    def units(
        self,
        theta: Float[Tensor, "net parameter"],
        x: Float[Tensor, "net point dim"],
        smoothing: Float[Tensor, " net"],
    ) -> Float[Tensor, "net neuron point"]:
        """Return the hidden units of the second stack."""
        v1, b1, w1, c1, v2, b2 = self.split(theta)
        h = (w1 @ stack(v1, b1, x, smoothing)).transpose(1, 2) + c1[:, None]
        return stack(v2, b2, self._between(h), smoothing)

    def __call__(
        self,
        theta: Float[Tensor, "net parameter"],
        x: Float[Tensor, "net point dim"],
        smoothing: Float[Tensor, " net"],
    ) -> Float[Tensor, "net neuron point"]:
        return self.units(theta, x, smoothing) * self._read

    def penalty(self, theta: Float[Tensor, "net parameter"]) -> Float[Tensor, " net"]:
        v1, _, w1, _, v2, _ = self.split(theta)
        squares = torch.cat([v1.flatten(1), w1.flatten(1), v2.flatten(1)], dim=1).square()
        return squares.sum(dim=1)

    def start(
        self, problems: Sequence[Regression], starts: int, rng: np.random.Generator
    ) -> Float[np.ndarray, "net parameter"]:
        """Draw the first weights: kinks in the box of the inputs, and within 1 of zero above."""
        (width, _), (n_tasks, _) = self._shapes[0], self._shapes[2]
        size, n = np.sqrt(_START / width), len(problems) * starts
        below = size * first_weights(problems, width, starts, rng)
        w1 = size * rng.standard_normal((starts, n_tasks * width))
        v2 = size * rng.choice([-1.0, 1.0], (starts, width * n_tasks))
        b2 = size * rng.uniform(-1, 1, (starts, width))
        above = np.hstack([w1, np.zeros((starts, n_tasks)), v2, b2])
        v1, b1 = below[..., :-1].reshape(n, -1), below[..., -1].reshape(n, -1)
        return np.hstack([v1, b1, np.tile(above, (len(problems), 1))])


def train_stacks(
    problems: Sequence[Regression],
    width: int,
    decay: float | Sequence[float],
    at: Float[np.ndarray, "point dim"],
    *,
    shared: Sequence[Shared],
    between: Between,
    starts: int,
    rng: np.random.Generator,
    tolerance: float = np.inf,
) -> TrainedStacks:
    """Minimise L + decay |theta|² over networks of two stacks, all of a batch at once.

    Biases are not regularised. Neurons of the second stack that one output each reads make its
    weight decay an l1 norm over outputs.

    Parameters
    ----------
    problems : sequence of Regression
        Of as many inputs and tasks each.
    width : int
        Hidden neurons of each stack, at least one for each task.
    decay : float, or one for every problem
        Weight decay lambda, > 0.
    at : (point, dim) array
        Inputs at which functions are returned.
    shared : sequence of {"both stacks", "first stack", "nothing"}
        What the tasks of each problem share.
    between : {"identity", "tanh"}
        Activation of the bottleneck, of one unit, or of one for each task that shares nothing.
    starts, rng, tolerance
        As for `mtlpaper.wide.networks.train`.

    Returns
    -------
    TrainedStacks

    Raises
    ------
    ValueError
        If an argument is inadmissible.
    NotConvergedError
        If the residual of a problem's best network is above `tolerance`; it carries the largest.
    """
    _, decays = per_problem(problems, width, decay)
    known = len(shared) == len(problems) and set(shared) <= set(SHARED)
    require(known, "shared", shared, f"{len(problems)} of {', '.join(SHARED)}")
    require(between in _IN_SEARCH, "between", between, f"one of {', '.join(_IN_SEARCH)}")
    n_tasks = problems[0].n_tasks
    require(width >= n_tasks, "width", width, f"at least {n_tasks}, one for each task")
    require(starts >= 1, "starts", starts, "at least 1")
    readout = Readout(problems, decays, starts, biases=False)
    kinds = [kind for kind in shared for _ in range(starts)]
    hidden = _TwoStacks(width, kinds, between, readout)
    start = torch.tensor(hidden.start(problems, starts, rng))
    hidden, found = optimise(hidden, readout, start)
    theta, residual = found.x, residuals(hidden, found)
    exact = torch.zeros_like(residual)
    psi = hidden(theta, readout.x, exact)
    alpha, c, value = readout.fit(psi)
    objective = value + readout.decay * hidden.penalty(theta)
    units = hidden.units(theta, torch.tensor(at).expand(len(theta), -1, -1), exact)
    outputs = units.transpose(1, 2) @ (psi @ alpha) + c[:, None]

    def shaped(values: Tensor) -> np.ndarray:
        return values.detach().numpy().reshape(len(problems), starts, *values.shape[1:])

    fitted = TrainedStacks(*map(shaped, (objective, residual, outputs)))
    return fitted.converged(tolerance)


def interpolation_cost(x: Float[np.ndarray, " point"], z: Float[np.ndarray, " point"]) -> float:
    """Least |theta|² of a stack of one output and free biases whose values at increasing x are z.

    It bends at the points only. With slopes m_j between them and jumps J_j of the slope, bends cost
    2 sum |J_j|. A bend can be a neuron that is active to its right or to its left, in any mixture,
    and each choice turns the whole function; what no choice turns costs as much again:

        2 sum |J_j| + 2 max(0, m_1 - sum of |J_j| downwards, -m_1 - sum of J_j upwards) .
    """
    slopes = np.diff(z) / np.diff(x)
    jumps = np.diff(slopes)
    down, up = np.maximum(-jumps, 0).sum(), np.maximum(jumps, 0).sum()
    return float(2 * (down + up + max(0.0, slopes[0] - down, -slopes[0] - up)))


def least_objective(
    problem: Regression, decay: float, *, shared: Shared, between: Between
) -> float:
    """Minimise L + decay P over functions of two stacks of any width, without any network.

    Where the values z of the bottleneck at the points are given, each stack has a convex problem of
    its own: the first interpolates z (`interpolation_cost`), the second is the limit of one stack
    on the inputs between(z) (`mtlpaper.wide.limit.minimiser`). What remains, the least over z, is
    searched for by Nelder and Mead's simplex, once from every order of the values, up to
    reflection. Tasks that share nothing are problems of their own.

    Parameters
    ----------
    problem : Regression
        Of one input, with 2 to 5 different values.
    decay : float
    shared : {"both stacks", "first stack", "nothing"}
    between : {"identity", "tanh"}

    Raises
    ------
    ValueError
        If an argument is inadmissible.
    NotConvergedError
        If a search ends before its simplex is small; it carries the last objective's change.
    """
    if shared == "nothing":
        alone = [problem.only(int(task)) for task in np.unique(problem.task)]
        return sum(
            least_objective(one, decay, shared="both stacks", between=between) for one in alone
        )
    require(shared in _NORMS, "shared", shared, f"one of {', '.join(SHARED)}")
    require(between in _IN_SEARCH, "between", between, f"one of {', '.join(_IN_SEARCH)}")
    places, of_point = np.unique(problem.x[:, 0], return_inverse=True)
    n = len(places)
    require(problem.x.shape[1] == 1 and 2 <= n <= 5, "problem", problem.x, "of 2 to 5 places")
    activation, norm = _IN_SEARCH[between], _NORMS[shared]

    def objective(z: np.ndarray) -> float:
        above = Regression(
            activation(z)[of_point][:, None], problem.y, problem.task, problem.n_tasks
        )
        second = minimiser(above, decay, biases=False, norm=norm)
        return decay * interpolation_cost(places, z) + second.objective

    orders = [order for order in permutations(range(n)) if order[0] < order[-1]]
    return min(_simplex(objective, np.array(order) - (n - 1) / 2) for order in orders)


def _simplex(objective: Callable[[np.ndarray], float], start: np.ndarray) -> float:
    found = minimize(objective, start, method="Nelder-Mead", options=_SIMPLEX)
    values = found.final_simplex[1]
    if not found.success:
        raise NotConvergedError("the simplex over the bottleneck still spans", np.ptp(values))
    return float(found.fun)
