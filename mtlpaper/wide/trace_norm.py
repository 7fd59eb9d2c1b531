"""Weight decay on linear students: half their squared weights become the trace norm of their maps.

A trunk T with heads H_A and H_B computes the maps W_k = H_k T. Among all weights of one pair of
maps, |T|^2 + |H_A|^2 + |H_B|^2 is least at twice the trace norm of the stacked map [W_A; W_B], if
the trunk is as wide as that map's rank. Training with weight decay therefore minimises
L(W) + 2 decay |[W_A; W_B]|_*, which is convex in the maps.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from scipy.special import entr, logsumexp, softmax

from mtlpaper.errors import NotConvergedError, require
from mtlpaper.students import Student
from mtlpaper.training import TrainingSet
from mtlpaper.training.networks import LinearNetworks
from mtlpaper.training.sets import FullBatch, require_alphas, require_sets

#: Steps between two looks at the gradients.
_EVERY = 50
#: The learning rate at first, times the largest second moment of the inputs.
_RATE = 3.0


def teachers_trace_norm(
    S_A: Float[np.ndarray, " rank_A"], S_B: Float[np.ndarray, " rank_B"], r_AB: float
) -> float:
    """Trace norm of the stacked maps of two teachers whose relatedness is `r_AB`.

    In the plane of their i-th directions, the two singular values s_1 and s_2 of the stacked map
    have s_1^2 + s_2^2 = S_A,i^2 + S_B,i^2 and s_1 s_2 = S_A,i S_B,i sqrt(1 - r_AB^2), whence their
    sum. At r_AB = 0 the norm is the sum of the two teachers' own norms; at 1 each pair of
    directions is shared and costs the Euclidean norm of its singular values.

    Parameters
    ----------
    S_A, S_B : (rank,) arrays
        Singular values of the teachers, >= 0.
    r_AB : float
        Relatedness, in [0, 1].

    Raises
    ------
    ValueError
        If the ranks differ or `r_AB` lies outside [0, 1].
    """
    require(S_A.shape == S_B.shape, "S_B", S_B.shape, f"of shape {S_A.shape}, like S_A")
    require(0 <= r_AB <= 1, "r_AB", r_AB, "a number in [0, 1]")
    return float(np.sqrt(S_A**2 + S_B**2 + 2 * S_A * S_B * np.sqrt(1 - r_AB**2)).sum())


def train_decayed(
    students: Sequence[Student],
    sets: Sequence[TrainingSet],
    alphas: Float[np.ndarray, "net task"],
    decay: Float[np.ndarray, " net"],
    *,
    tolerance: float = 1e-8,
    max_steps: int = 50_000,
) -> list[Student]:
    """Train a batch of linear students with weight decay to a stationary point.

    Minimises sum_k alpha_k L_k + decay (|W21|^2 + sum_k |W32_k|^2), where L_k is the mean
    cross-entropy of task k, by gradient descent with Nesterov's momentum, in double precision. The
    momentum of a network starts anew where it points uphill (O'Donoghue and Candes, 2015).
    Networks leave the batch when they have arrived.

    Parameters
    ----------
    students : sequence of Student
        Initial weights, one entry a network, without biases.
    sets : sequence of TrainingSet
        One a head.
    alphas : (net, task) array
        Weights of the tasks' losses; with 0 a network ignores the task, whose head decays to zero.
    decay : (net,) array
        Weight decay of every network, > 0.
    tolerance : float
        A network has arrived once its gradient is smaller than this share of the penalty's, or of
        that of weights of norm 1 where its own are smaller.
    max_steps : int

    Returns
    -------
    list of Student
        The trained weights.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a decay is not positive.
    NotConvergedError
        If a network has not arrived after `max_steps`, or diverges.
    """
    require_alphas(alphas, len(students), len(sets))
    fits = decay.shape == (len(students),) and bool((decay > 0).all())
    require(fits, "decay", decay, f"{len(students)} numbers > 0, one a network")
    N1 = students[0].W21.shape[1]
    require_sets(sets, [(N1, W32.shape[0]) for W32 in students[0].W32], len(students))
    with torch.inference_mode():
        return _Descent(students, sets, alphas, decay).run(tolerance, max_steps)


class _Descent:
    """A batch of students in training; `W21` and `W32` of its networks are extrapolated."""

    def __init__(
        self,
        students: Sequence[Student],
        sets: Sequence[TrainingSet],
        alphas: np.ndarray,
        decay: np.ndarray,
    ) -> None:
        self.networks = LinearNetworks(students, "cpu", "float64")
        self.forces = [
            FullBatch(data, alphas[:, task], "cpu", "float64") for task, data in enumerate(sets)
        ]
        moments = [data.X @ data.X.swapaxes(1, 2) / data.X.shape[2] for data in sets]
        largest = max(np.linalg.norm(one, ord=2, axis=(1, 2)).max() for one in moments)
        self.rate = torch.full((len(students),), _RATE / largest, dtype=torch.float64)
        self.before: tuple[torch.Tensor, ...] = ()
        self.left = np.arange(len(students))
        self.found = list(students)
        self.decay = torch.tensor(decay)
        self.age = torch.zeros(len(students), dtype=torch.float64)  # of the momentum, in steps
        self.last = self._weights()

    def _weights(self) -> torch.Tensor:
        """All weights of every network, (net, weight)."""
        networks = self.networks
        return torch.cat([networks.W21.flatten(1), networks.W32.flatten(1)], dim=1)

    def run(self, tolerance: float, max_steps: int) -> list[Student]:
        residual = torch.full((len(self.found),), torch.nan)
        for n_steps in range(1, max_steps + 1):
            gradient = self.step()
            if n_steps % _EVERY and n_steps < max_steps:
                continue
            size = self.last.norm(dim=1).clamp_min(1)
            residual = gradient.norm(dim=1) / (2 * self.decay * size)
            self._release(residual <= tolerance)
            if not self.left.size:
                return self.found
            if not torch.isfinite(residual).all():
                break
        told = f"no optimum after {n_steps} steps, largest gradient over the penalty's"
        raise NotConvergedError(told, float(residual.max()))

    def step(self) -> torch.Tensor:
        """Take one step of every network, and return the gradients where it was taken from."""
        networks, at = self.networks, self._weights()
        W = networks.W()
        D = [force(W[:, rows]) for force, rows in zip(self.forces, networks.rows, strict=True)]
        networks.add(torch.cat(D, dim=1), 1.0)
        gradient = at - self._weights() + 2 * self.decay[:, None] * at
        self._adapt(at, gradient)
        new = at - self.rate[:, None] * gradient
        moved = new - self.last
        uphill = (gradient * moved).sum(dim=1) > 0
        self.age = torch.where(uphill, 0, self.age + 1)
        self.last = new
        self._set(new + (self.age / (self.age + 3))[:, None] * moved)
        return gradient

    def _adapt(self, at: torch.Tensor, gradient: torch.Tensor) -> None:
        """Lower learning rates to the inverse of the curvature along the last move."""
        if self.before:
            moved, turned = at - self.before[0], gradient - self.before[1]
            inverse = moved.norm(dim=1) / turned.norm(dim=1)
            self.rate = torch.fmin(self.rate, inverse)
        self.before = at, gradient

    def _set(self, weights: torch.Tensor) -> None:
        networks, n = self.networks, self.networks.W21[0].numel()
        networks.W21 = weights[:, :n].reshape(networks.W21.shape)
        networks.W32 = weights[:, n:].reshape(networks.W32.shape)

    def _release(self, arrived: torch.Tensor) -> None:
        """Keep the weights of networks that have arrived, and go on with the others."""
        done = arrived.numpy()
        if not done.any():
            return
        ahead = self._weights()
        self._set(self.last)
        for i in np.flatnonzero(done):
            W32 = tuple(self.networks.W32[i, rows].numpy().copy() for rows in self.networks.rows)
            self.found[self.left[i]] = Student(self.networks.W21[i].numpy().copy(), W32)
        self._set(ahead)
        self.left = self.left[~done]
        self.networks.keep(~done)
        for force in self.forces:
            force.keep(~done)
        self.decay, self.rate, self.age, self.last = (
            values[~arrived] for values in (self.decay, self.rate, self.age, self.last)
        )
        self.before = tuple(values[~arrived] for values in self.before)


@dataclass(frozen=True)
class Certificate:
    """What is known of students of one decayed problem each.

    Attributes
    ----------
    objective : (net,) array
        Loss plus decay times the squared weights, in nats.
    bound : (net,) array
        No weights of any width have a smaller objective than this.
    squares : (net,) array
        Half the squared weights; at an optimum the trace norm.
    trace_norm : (net,) array
        Of the stacked map.
    force : (net,) array
        Operator norm of the stacked negative gradient over twice the decay; 1 at an optimum that
        is not zero.
    """

    objective: Float[np.ndarray, " net"]
    bound: Float[np.ndarray, " net"]
    squares: Float[np.ndarray, " net"]
    trace_norm: Float[np.ndarray, " net"]
    force: Float[np.ndarray, " net"]

    @property
    def gap(self) -> Float[np.ndarray, " net"]:
        """Share of the objective by which it may exceed the convex optimum."""
        return np.asarray((self.objective - self.bound) / self.objective)


def certify(
    students: Sequence[Student],
    sets: Sequence[TrainingSet],
    alphas: Float[np.ndarray, "net task"],
    decay: Float[np.ndarray, " net"],
) -> Certificate:
    """Bound from below what weight decay can reach, by a feasible point of the dual problem.

    The dual of min_W sum_k alpha_k L_k(W_k) + 2 decay |W|_* is, with probabilities q of every
    point, max_q sum_k alpha_k mean H(q_k) under the condition that the stacked forces
    alpha_k (Y_k - q_k) X_k^T / N_k have an operator norm of at most 2 decay; H is the entropy. The
    students' own probabilities meet it once they are mixed with the targets, as little as need be.

    Parameters
    ----------
    students, sets, alphas, decay
        As for `train_decayed`.
    """
    parts = [
        _task(np.stack([student.W(task) for student in students]), data, alphas[:, task])
        for task, data in enumerate(sets)
    ]
    forces = np.concatenate([part.force for part in parts], axis=1)
    force = np.linalg.norm(forces, ord=2, axis=(1, 2)) / (2 * decay)
    share = 1 / np.maximum(force, 1)
    stacked = np.stack([np.concatenate([W32 @ s.W21 for W32 in s.W32]) for s in students])
    squares = np.array(
        [(np.sum(s.W21**2) + sum(np.sum(W32**2) for W32 in s.W32)) / 2 for s in students]
    )
    return Certificate(
        objective=sum(part.loss for part in parts) + 2 * decay * squares,
        bound=np.sum([part.entropy(share) for part in parts], axis=0),
        squares=squares,
        trace_norm=np.linalg.norm(stacked, ord="nuc", axis=(1, 2)),
        force=force,
    )


@dataclass(frozen=True)
class _Part:
    """One task's weighted loss and force, and its probabilities beside its targets."""

    loss: np.ndarray
    force: np.ndarray
    p: np.ndarray
    Y: np.ndarray
    alpha: np.ndarray

    def entropy(self, share: np.ndarray) -> np.ndarray:
        """Weighted mean entropy of the students' probabilities, mixed with the targets."""
        share = share[:, None, None]
        return self.alpha * entr(share * self.p + (1 - share) * self.Y).sum(axis=1).mean(axis=1)


def _task(W: np.ndarray, data: TrainingSet, alpha: np.ndarray) -> _Part:
    z = W @ data.X
    p = softmax(z, axis=1)
    loss = (logsumexp(z, axis=1) - (data.Y * z).sum(axis=1)).mean(axis=1)
    force = (data.Y - p) @ data.X.swapaxes(1, 2) / data.Y.shape[2]
    return _Part(alpha * loss, alpha[:, None, None] * force, p, data.Y, alpha)
