"""Small sigmoid nets with one hidden layer, a batch of them trained with early stopping."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from mtlpaper.errors import require


@dataclass(frozen=True)
class Points:
    """Points of a batch of nets.

    Attributes
    ----------
    X : (net, N, N1) array
        Inputs.
    Y : (net, N, output) array
        Targets in [0, 1].
    """

    X: Float[np.ndarray, "net N N1"]
    Y: Float[np.ndarray, "net N output"]


@dataclass(frozen=True)
class Backprop:
    """How nets are trained.

    Attributes
    ----------
    learning_rate : float
        Of full-batch descent on the squared error, the mean over points and the sum over outputs.
    n_steps : int
        Steps, after which the weights with the least error on halt points are taken.
    look_every : int
        Steps between two looks at the halt and test points.
    n_hidden : int
    momentum : float
    """

    learning_rate: float
    n_steps: int
    look_every: int
    n_hidden: int = 16
    momentum: float = 0.9


def least_errors(
    train: Points,
    halt: Points,
    test: Points,
    weights: Float[np.ndarray, "net output"],
    method: Backprop,
    rng: np.random.Generator,
    *,
    n_starts: int,
) -> Float[np.ndarray, " net"]:
    """Root mean square test error of the first output, where its halt error is least.

    Parameters
    ----------
    train, halt, test : Points
    weights : (net, output) array
        Weight of each output's error; with 0 a net has no such output.
    method : Backprop
    rng : numpy.random.Generator
        Draws the initial weights, evenly within 1 / sqrt(fan-in).
    n_starts : int
        Number of different initial weights; net i has those of net i + n_starts.

    Raises
    ------
    ValueError
        If the nets are not a multiple of `n_starts`.

    Notes
    -----
    Source of the protocol ("backpropagation and early stopping"): section 4.9 of Caruana (1997).
    """
    nets, n_outputs = weights.shape
    require(nets % n_starts == 0, "n_starts", n_starts, f"a divisor of the {nets} nets")
    fans = (train.X.shape[2] + 1, method.n_hidden), (method.n_hidden + 1, n_outputs)
    layers = [
        _tensor(np.tile(rng.uniform(-1, 1, (n_starts, *fan)), (nets // n_starts, 1, 1)))
        / fan[0] ** 0.5
        for fan in fans
    ]
    speed = [torch.zeros_like(W) for W in layers]
    X, Y = (_tensor(part) for part in (_held(train.X), train.Y))
    held = [(_tensor(_held(part.X)), _tensor(part.Y[..., 0])) for part in (halt, test)]
    scale = _tensor(2 * weights[:, None] / train.Y.shape[1])
    least, chosen = np.full(nets, np.inf), np.zeros(nets)
    with torch.inference_mode():
        for step in range(method.n_steps + 1):
            if step % method.look_every == 0:
                seen = [((_outputs(layers, x)[1][..., 0] - y) ** 2).mean(1) for x, y in held]
                halted, tested = (np.sqrt(error.numpy()) for error in seen)
                chosen = np.where(halted < least, tested, chosen)
                least = np.minimum(halted, least)
            gradients = _gradients(layers, X, Y, scale)
            for W, V, G in zip(layers, speed, gradients, strict=True):
                W.add_(V.mul_(method.momentum).sub_(G, alpha=method.learning_rate))
    return chosen


def _tensor(values: np.ndarray) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def _held(X: np.ndarray) -> np.ndarray:
    """Inputs with one more that is held at 1."""
    return np.concatenate([X, np.ones((*X.shape[:2], 1))], axis=2)


def _outputs(layers: list[Tensor], X: Tensor) -> tuple[Tensor, Tensor]:
    """Activations of the hidden units, with one held at 1, and of the outputs."""
    hidden = torch.sigmoid(X @ layers[0])
    hidden = torch.cat([hidden, torch.ones_like(hidden[..., :1])], dim=2)
    return hidden, torch.sigmoid(hidden @ layers[1])


def _gradients(layers: list[Tensor], X: Tensor, Y: Tensor, scale: Tensor) -> tuple[Tensor, Tensor]:
    hidden, out = _outputs(layers, X)
    error = (out - Y) * scale * out * (1 - out)
    below = (error @ layers[1].transpose(1, 2) * hidden * (1 - hidden))[..., :-1]
    return X.transpose(1, 2) @ below, hidden.transpose(1, 2) @ error
