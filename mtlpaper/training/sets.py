"""Training data of a batch of networks, and the gradient of their loss on composite weights."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mtlpaper.errors import require
from mtlpaper.training.networks import Dtype, tensor


@dataclass(frozen=True)
class TrainingSet:
    """Training data of one task for every network of a batch.

    Parameters
    ----------
    X : (net, N1, N) array
        Inputs; the first axis may be 1 where all networks share them.
    Y : (net, N3, N) array
        Targets; columns sum to one.
    """

    X: Float[np.ndarray, "net_or_1 N1 N"]
    Y: Float[np.ndarray, "net N3 N"]


def product(A: Tensor, B: Tensor) -> Tensor:
    """Product of every network's A (net, r, k) with its B (net or 1, k, c).

    If all networks share B, one large product is several times faster than many small ones.
    """
    if B.shape[0] > 1:
        return A @ B
    return (A.reshape(-1, A.shape[2]) @ B[0]).view(*A.shape[:2], B.shape[2])


def residual_gradient(W: Tensor, X: Tensor, Y: Tensor) -> Tensor:
    """D = (Y - softmax(W X)) X^T / N for weights (net, N3, N1), inputs and targets."""
    residual = Y - torch.softmax(product(W, X), dim=1)
    return product(residual, X.transpose(1, 2)) / Y.shape[2]


class FullBatch:
    """Gradient of the training loss over all points, D = T_hat - softmax(W X) X^T / N.

    T_hat = Y X^T / N is computed once; steps do not read the targets.

    Parameters
    ----------
    data : TrainingSet
    alpha : (net,) array
        Weight of this task's loss in every network; 0 switches the task off.
    device, dtype
        As for `LinearNetworks`.
    """

    def __init__(
        self, data: TrainingSet, alpha: Float[np.ndarray, " net"], device: str, dtype: Dtype
    ) -> None:
        N = data.Y.shape[2]
        drive = data.Y @ data.X.transpose(0, 2, 1) / N
        self._drive = tensor(alpha[:, None, None] * drive, device, dtype)
        self._X = tensor(data.X, device, dtype)
        self._decay = tensor(-alpha[:, None, None] / N, device, dtype)
        # A contiguous transpose: the second product then reads along rows.
        self._Xt = self._X.transpose(1, 2).contiguous()

    def __call__(self, W: Float[Tensor, "net N3 N1"]) -> Float[Tensor, "net N3 N1"]:
        """Alpha times D at the composite weights W of this task."""
        z = product(W, self._X)
        torch.softmax(z, dim=1, out=z)  # in place, which halves the memory traffic
        return torch.addcmul(self._drive, product(z, self._Xt), self._decay)

    def keep(self, chosen: Bool[np.ndarray, " net"]) -> None:
        """Go on with some of the networks only."""
        index = torch.from_numpy(np.flatnonzero(chosen)).to(self._drive.device)
        self._drive, self._decay = self._drive[index], self._decay[index]
        if self._X.shape[0] > 1:
            self._X, self._Xt = self._X[index], self._Xt[index]


class MiniBatch:
    """Gradient of the training loss over a few points at a time.

    Parameters
    ----------
    data : TrainingSet
    alpha : (net,) array
        As for `FullBatch`.
    batch_size : int
        Points in a batch, >= 1; the last batch of an epoch may be smaller.
    orders : iterator of (1, N) or (net, N) int arrays
        Order of the points in every epoch, one for all networks or one for each; from
        `shared_orders` or `own_orders`.
    device, dtype
        As for `LinearNetworks`.
    """

    def __init__(
        self,
        data: TrainingSet,
        alpha: Float[np.ndarray, " net"],
        batch_size: int,
        orders: Iterator[Int[np.ndarray, "net_or_1 N"]],
        device: str,
        dtype: Dtype,
    ) -> None:
        self._X, self._Y = tensor(data.X, device, dtype), tensor(data.Y, device, dtype)
        self._alpha = tensor(alpha[:, None, None], device, dtype)
        self._size, self._orders = batch_size, orders
        self._nets = np.arange(alpha.size)  # networks still trained
        self._rest = np.empty((1, 0), dtype=int)  # points left in this epoch

    def __call__(self, W: Float[Tensor, "net N3 N1"]) -> Float[Tensor, "net N3 N1"]:
        """Alpha times D over the next batch, at the composite weights W of this task."""
        if self._rest.shape[1] == 0:
            self._rest = next(self._orders)
        batch, self._rest = np.split(self._rest, [self._size], axis=1)
        shared = len(batch) == 1
        index = torch.from_numpy(batch[0] if shared else batch[self._nets]).to(W.device)
        X, Y = (_points(part, index) for part in (self._X, self._Y))
        return self._alpha * residual_gradient(W, X, Y)

    def keep(self, chosen: Bool[np.ndarray, " net"]) -> None:
        """Go on with some of the networks only."""
        index = torch.from_numpy(np.flatnonzero(chosen)).to(self._Y.device)
        self._nets = self._nets[chosen]
        self._Y, self._alpha = self._Y[index], self._alpha[index]
        if self._X.shape[0] > 1:
            self._X = self._X[index]


def _points(values: Tensor, index: Tensor) -> Tensor:
    """Some points of values (net or 1, k, N), the same of all networks or of each its own."""
    if index.ndim == 1:
        return values[:, :, index]
    row = torch.arange(len(index), device=index.device)[:, None]
    # Advanced indices around a slice put the point axis before the feature axis.
    return values.expand(len(index), -1, -1)[row, :, index].transpose(1, 2)


def shared_orders(N: int, rng: np.random.Generator) -> Iterator[Int[np.ndarray, "1 N"]]:
    """Orders of N points, epoch by epoch, the same for all networks.

    Comparisons between the networks are then paired.
    """
    order = np.arange(N)
    while True:
        order = order[rng.permutation(N)]
        yield order[None]


def own_orders(N: int, nets: int, seed: int, task: int) -> Iterator[Int[np.ndarray, "net N"]]:
    """Orders of N points, epoch by epoch, for each of `nets` networks its own.

    Every network and task has a stream of random numbers, so that the networks trained beside it
    do not change its batches.
    """
    # Three keys, so that no stream coincides with one of `mtlpaper.randomness.Streams`.
    keys = [np.random.SeedSequence(seed, spawn_key=(task, net, 1)) for net in range(nets)]
    states = [int(key.generate_state(1, np.uint64)[0]) for key in keys]
    generators = [torch.Generator().manual_seed(state) for state in states]
    while True:
        yield np.stack([torch.randperm(N, generator=one).numpy() for one in generators])


def require_alphas(alphas: Float[np.ndarray, "net task"], nets: int, n_tasks: int) -> None:
    """Refuse loss weights that are not one a network and task."""
    require(alphas.shape == (nets, n_tasks), "alphas", alphas.shape, f"of shape {(nets, n_tasks)}")


def require_rate(learning_rate: float) -> None:
    """Refuse a learning rate that is not a positive number."""
    positive = bool(np.isfinite(learning_rate)) and learning_rate > 0
    require(positive, "learning_rate", learning_rate, "a finite number > 0")


def require_sets(sets: Sequence[TrainingSet], sizes: Sequence[tuple[int, int]], nets: int) -> None:
    """Refuse training sets that do not fit a batch of `nets` networks.

    Parameters
    ----------
    sets : sequence of TrainingSet
    sizes : sequence of (N1, N3)
        Inputs and classes of every head.
    nets : int

    Raises
    ------
    ValueError
        Naming the shape that does not fit.
    """
    require(len(sets) == len(sizes), "sets", len(sets), f"{len(sizes)} training sets, one a head")
    for data, (N1, N3) in zip(sets, sizes, strict=True):
        seen = (data.X.shape[1], data.Y.shape[1])
        require(seen == (N1, N3), "sets", seen, f"of (N1, N3) = {(N1, N3)} like the students")
        require(data.Y.shape[0] == nets, "sets", data.Y.shape[0], f"targets for {nets} networks")
        points = (data.X.shape[2], data.Y.shape[2])
        require(points[0] == points[1], "sets", points, "as many inputs as targets")
        fits = data.X.shape[0] in (1, nets)
        require(fits, "sets", data.X.shape, f"inputs for 1 or {nets} networks")
