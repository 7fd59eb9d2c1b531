"""What a way of sharing is for two linear tasks, and its training to the optimum."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from mtlpaper.errors import NotConvergedError, require
from mtlpaper.training import TrainingSet
from mtlpaper.training.sets import require_alphas
from mtlpaper.wide.descent import Objective, PerNetwork, descend

#: The strengths of penalties that scale as a norm of the maps, in nats a unit of the norm: from
#: too weak with many clean points to too strong with few noisy ones.
STRENGTHS = (0.005, 0.01, 0.02, 0.05, 0.125)
#: Scale of random initial weights, whose composite weights then have singular values around a half.
_SCALE = 0.7
_ITERATIONS = 4000
#: Largest gradient at the end, as a share of that of the penalty of weights of the same norm.
_RESIDUAL = 0.05


@dataclass(frozen=True)
class Sizes:
    """Inputs, hidden units of a trunk (even), and classes of every task."""

    N1: int
    N2: int
    N3: int


@dataclass(frozen=True)
class TwoTasks:
    """Data of two tasks for every network of a batch.

    Attributes
    ----------
    sets : sequence of TrainingSet
        Of task A and of task B.
    alphas : (net, 2) array
        Weights of the tasks' losses; with 0 a network ignores the task.
    fresh : (N1, points) array
        Inputs that no task is trained on.
    """

    sets: Sequence[TrainingSet]
    alphas: np.ndarray
    fresh: Float[np.ndarray, "N1 points"]


@dataclass(frozen=True)
class Structure:
    """A way in which two linear tasks share weights, and what it penalises.

    Networks of all structures compute the composite maps W_A and W_B. What sets structures apart is
    how they make them from weights, and the penalty on these weights: the least penalty of all
    weights that make given maps is a penalty on the maps, :eq:`eq-M12`.

    Attributes
    ----------
    start : callable
        Sizes and a generator to the initial weights of one network, by name.
    maps : callable
        Weights of a batch, (net, …) tensors by name, to the maps of both tasks
        (net, task, N3, N1).
    penalty : callable
        Weights of a batch to penalties (net,).
    strengths : tuple of float
        The five values among which the factor of the penalty is chosen, increasing.
    """

    start: Callable[[Sizes, np.random.Generator], dict[str, np.ndarray]]
    maps: Callable[[dict[str, Tensor]], Tensor]
    penalty: Callable[[dict[str, Tensor]], Tensor]
    strengths: tuple[float, ...] = STRENGTHS

    def fit(
        self,
        tasks: TwoTasks,
        strength: Float[np.ndarray, " net"],
        sizes: Sizes,
        rng: np.random.Generator,
    ) -> Float[Tensor, "net task N3 N1"]:
        """Train a batch of networks to the optimum, all from the same initial weights.

        Minimises sum_k alpha_k L_k + strength × penalty over the weights by L-BFGS in double
        precision; L_k is the mean cross-entropy of task k in nats.

        Parameters
        ----------
        tasks : TwoTasks
        strength : (net,) array
            Factor of the penalty of every network, > 0.
        sizes : Sizes
        rng : numpy.random.Generator
            Draws the initial weights.

        Returns
        -------
        (net, task, N3, N1) tensor
            The maps of both tasks.

        Raises
        ------
        ValueError
            If the loss weights do not fit, a strength is not positive or `sizes.N2` is odd.
        NotConvergedError
            If a gradient at the end is not small.
        """
        require_alphas(tasks.alphas, len(strength), 2)
        require(bool((strength > 0).all()), "strength", strength, "numbers > 0")
        require(sizes.N2 % 2 == 0, "N2", sizes.N2, "an even number of hidden units")
        objective, x = self.objective(tasks, strength, sizes, rng)
        found = descend(objective, x, _ITERATIONS)
        size = found.x.norm(dim=1).clamp_min(1)
        residual = found.gradient.norm(dim=1) / (2 * torch.tensor(strength) * size)
        if not bool((residual <= _RESIDUAL).all()):
            told = "no optimum, largest gradient over that of the penalty"
            raise NotConvergedError(told, float(residual.max()))
        with torch.inference_mode():
            return objective.maps(found.x)

    def objective(
        self,
        tasks: TwoTasks,
        strength: Float[np.ndarray, " net"],
        sizes: Sizes,
        rng: np.random.Generator,
    ) -> tuple["StructureObjective", Float[Tensor, "net parameter"]]:
        """What `fit` minimises, and the weights where it starts."""
        start = self.start(sizes, rng)
        shapes = {name: values.shape for name, values in start.items()}
        x = torch.tensor(np.concatenate([values.ravel() for values in start.values()]))
        A, B = (_Task(data, tasks.alphas[:, task]) for task, data in enumerate(tasks.sets))
        objective = StructureObjective(self, shapes, A, B, torch.tensor(strength))
        return objective, x.expand(len(strength), -1)

    def trained(self) -> tuple["Structure", ...]:
        """Structures that `fit` trains, one after the other."""
        return (self,)


class _Task(PerNetwork):
    """Training data of one task."""

    def __init__(self, data: TrainingSet, alpha: np.ndarray) -> None:
        nets = len(alpha)
        require(len(data.Y) == nets, "sets", len(data.Y), f"targets for {nets} networks")
        X = np.broadcast_to(data.X, (nets, *data.X.shape[1:]))
        self.X, self.Y, self.alpha = torch.tensor(X), torch.tensor(data.Y), torch.tensor(alpha)

    def loss(self, W: Float[Tensor, "net N3 N1"]) -> Float[Tensor, " net"]:
        """Weighted mean cross-entropy."""
        z = W @ self.X
        losses = torch.logsumexp(z, dim=1) - (self.Y * z).sum(dim=1)
        return self.alpha * losses.mean(dim=1)


class StructureObjective(Objective):
    """Losses and penalties of a batch of networks of one structure."""

    def __init__(
        self,
        structure: Structure,
        shapes: dict[str, tuple[int, ...]],
        A: _Task,
        B: _Task,
        strength: Tensor,
    ) -> None:
        self.structure, self.shapes, self.strength = structure, shapes, strength
        self.A, self.B = A, B

    def __call__(
        self, x: Float[Tensor, "net parameter"]
    ) -> tuple[Float[Tensor, " net"], Float[Tensor, "net parameter"]]:
        """Return the objectives and their gradients."""
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            weights = _by_name(x, self.shapes)
            W = self.structure.maps(weights)
            value = self.A.loss(W[:, 0]) + self.B.loss(W[:, 1])
            value = value + self.strength * self.structure.penalty(weights)
            (gradient,) = torch.autograd.grad(value.sum(), x)
        return value.detach(), gradient

    def maps(self, x: Float[Tensor, "net parameter"]) -> Float[Tensor, "net task N3 N1"]:
        """Maps that weights make."""
        return self.structure.maps(_by_name(x, self.shapes))


def _by_name(x: Tensor, shapes: dict[str, tuple[int, ...]]) -> dict[str, Tensor]:
    parts = x.split([int(np.prod(shape)) for shape in shapes.values()], dim=1)
    return {
        name: part.unflatten(1, shape)
        for (name, shape), part in zip(shapes.items(), parts, strict=True)
    }


# ----------------------------------------------------------------- for more than one structure


def drawn(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Draw initial layers, whose products have singular values around a half."""
    return _SCALE / np.sqrt(max(shape[-2:])) * rng.standard_normal(shape)


def squares(*weights: Tensor) -> Float[Tensor, " net"]:
    """Sum of the squares of all weights of every network."""
    return torch.stack([part.flatten(1).square().sum(dim=1) for part in weights]).sum(dim=0)


def mixed(S: Float[Tensor, "net to of"], parts: Tensor) -> Tensor:
    """Combine parts (net, of, …) by matrices whose rows are scaled to unit length, (net, to, …).

    A penalty on the parts could be evaded by small parts and large coefficients.
    """
    rows = S / torch.linalg.vector_norm(S, dim=2, keepdim=True)
    return (rows @ parts.flatten(2)).unflatten(2, parts.shape[2:])
