"""The weight of the auxiliary loss: measured benefits, and what Eq. (5) says of them.

Linear students of one problem are trained with every weight from the same start. Convexity bounds
the benefit of each from both sides, by the gradients at the multitask and at the single-task
student (T 9b). Two losses are in use: the generalisation loss, whose moment of noise-free labels
nobody has, and the loss on validation points.
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mtlpaper.benefit import Unit
from mtlpaper.benefit.data import Data, draw_data, generalisation, targets
from mtlpaper.benefit.descent import initial_student
from mtlpaper.errors import require
from mtlpaper.gibbs import GaussianField
from mtlpaper.tasks import gaussian_inputs
from mtlpaper.theory import MatrixLoss, argmax_drive
from mtlpaper.training import (
    LinearDescent,
    Measure,
    Schedule,
    TrainingSet,
    descend_to_minima,
)

#: Points of the moment of noise-free labels, whose integrand is discontinuous.
_MOMENT_POINTS = 2**16


@dataclass(frozen=True)
class Weighed:
    """Linear students of a problem, with every weight of the auxiliary loss.

    Attributes
    ----------
    unit : Unit
        On all points at once, without biases, with validation points; its `alpha_B` is not used.
    weights : tuple of float
        Weights of the auxiliary task's loss beside 1 of the main task's, > 0.
    n_points : int
        Sobol points of the averages over the logits, a power of two.

    Raises
    ------
    ValueError
        If a weight is not positive, or the unit asks for what is not done here.
    """

    unit: Unit
    weights: tuple[float, ...]
    n_points: int

    def __post_init__(self) -> None:
        require(min(self.weights) > 0, "weights", self.weights, "numbers > 0")
        training = self.unit.training
        whole = training.batch_size == 0 and not training.alternating and not self.unit.biases
        require(whole, "unit", self.unit, "on all points at once, without biases")
        require(training.n_validation > 0, "n_validation", training.n_validation, "at least 1")


class PointsLoss(MatrixLoss):
    """Mean loss of linear students on points, its gradient, and the bound that follows.

    Parameters
    ----------
    X : (N1, points) array
        Inputs.
    Y : (N3, points) array
        Targets.
    """

    def __init__(
        self, X: Float[np.ndarray, "N1 points"], Y: Float[np.ndarray, "N3 points"]
    ) -> None:
        self._X, self._M = X, Y @ X.T / X.shape[1]

    def __call__(self, W: Float[np.ndarray, "*net N3 N1"]) -> Float[np.ndarray, "*net"]:
        """Loss in nats."""
        z = W @ self._X
        log_Z = np.logaddexp.reduce(z, axis=-2).mean(axis=-1)
        return np.asarray(log_Z - np.einsum("...ci,ci->...", W, self._M))

    def descent(self, W: Float[np.ndarray, "*net N3 N1"]) -> Float[np.ndarray, "*net N3 N1"]:
        """Negative gradient."""
        z = W @ self._X
        p = np.exp(z - np.logaddexp.reduce(z, axis=-2, keepdims=True))
        return np.asarray(self._M - p @ self._X.T / self._X.shape[1])


class _Followed:
    """Students in training, and their weights where each of several losses was least."""

    def __init__(self, descent: LinearDescent, n_losses: int) -> None:
        self._descent, self._active = descent, np.arange(len(descent))
        self.learning_rate = descent.learning_rate
        shape = descent.W().shape
        self._least = np.full((n_losses, shape[0]), np.inf)
        #: (loss, net, N3, N1)
        self.best = np.zeros((n_losses, *shape))

    def __len__(self) -> int:
        return len(self._descent)

    def step(self) -> None:
        self._descent.step()

    def keep(self, chosen: Bool[np.ndarray, " net"]) -> None:
        self._descent.keep(chosen)
        self._active = self._active[chosen]

    def note(self, W: Float[np.ndarray, "net N3 N1"], losses: list[np.ndarray]) -> None:
        """Keep the weights of those students whose losses (net,) are the least so far."""
        for least, best, loss in zip(self._least, self.best, losses, strict=True):
            better = loss < least[self._active]
            rows = self._active[better]
            least[rows], best[rows] = loss[better], W[better]


def weighed(unit: Weighed) -> dict[str, np.ndarray]:
    """Train alone and with every weight, and compare benefits with both sides of the bound.

    Returns
    -------
    dict
        In nats, over (timing, auxiliary, weight), where students are taken at their least
        generalisation loss or at their least loss on validation points: the `benefit`; and the
        `lower` and `upper` side, by the loss that chose the time. `gain` (auxiliary, weight) is the
        benefit on the validation points, at the times that they choose.
    """
    problem, training = unit.unit.problem, unit.unit.training
    data = draw_data(problem)
    field = GaussianField(problem.N3, _MOMENT_POINTS)
    exact = MatrixLoss(argmax_drive(data.A.W_bar, field), GaussianField(problem.N3, unit.n_points))
    X = gaussian_inputs(problem.N1, training.n_validation, data.streams.rng("validation inputs"))
    Y = targets(problem, data.A, X, data.streams.rng("validation labels"))
    seen = PointsLoss(X, Y)
    best = _best(unit, data, seen)
    shape = (len(best), len(problem.auxiliary), len(unit.weights), *best.shape[2:])
    beside = best[:, 1:].reshape(shape)
    alone = np.broadcast_to(best[:, :1, None], shape)
    pairs = list(zip(beside, alone, strict=True))
    sides = [loss.bound(*pair) for loss, pair in zip((exact, seen), pairs, strict=True)]
    return {
        "benefit": np.stack([exact(W_tilde) - exact(W) for W, W_tilde in pairs]),
        "lower": np.stack([side.lower for side in sides]),
        "upper": np.stack([side.upper for side in sides]),
        "gain": np.asarray(seen(alone[1]) - seen(beside[1])),
    }


def _best(unit: Weighed, data: Data, seen: PointsLoss) -> Float[np.ndarray, "timing net N3 N1"]:
    """Students at their least generalisation loss and least validation loss; first the alone."""
    training, weights = unit.unit.training, np.array(unit.weights)
    n_auxiliary = len(data.B) - 1
    of_net = np.append(0, np.repeat(np.arange(1, n_auxiliary + 1), weights.size))
    alphas = np.column_stack([np.ones(of_net.size), np.append(0, np.tile(weights, n_auxiliary))])
    # With both weights divided by the larger one, a flow takes the same path, in more time; steps
    # then are accurate for all.
    alphas /= alphas.max(axis=1, keepdims=True)
    descent = LinearDescent.on_sets(
        [initial_student(unit.unit, data)] * of_net.size,
        [TrainingSet(part.X, part.Y[of_net]) for part in data.sets],
        alphas,
        training.learning_rate,
        device=training.device,
        dtype=training.dtype,
    )
    test = generalisation(data, unit.unit.problem, training)
    followed = _Followed(descent, 2)

    def measure() -> Measure:
        W, score = _array(descent.W()), test(descent)
        validation = seen(W)
        followed.note(W, [score.loss.mean(axis=1), validation])
        return Measure(score.loss, score.accuracy, validation[:, None])

    every = max(1, round(training.look_every / training.learning_rate))
    schedule = Schedule(every, training.t_max, growth=training.look_growth)
    descend_to_minima(followed, measure, schedule)
    return followed.best


def _array(values: Tensor) -> np.ndarray:
    return values.to(torch.float64).cpu().numpy()
