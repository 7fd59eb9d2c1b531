"""Training data of a batch of networks, and the gradient that they exert on composite weights."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float
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

    Where the networks share B, as they do where they share inputs, all of them make one large
    product, which is several times faster than many small ones.
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

    T_hat = Y X^T / N is taken once; a step then reads the targets no more.

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
        # Transposed in memory too: the second product then reads along its rows.
        self._Xt = self._X.transpose(1, 2).contiguous()

    def __call__(self, W: Float[Tensor, "net N3 N1"]) -> Float[Tensor, "net N3 N1"]:
        """Alpha times D at the composite weights W of this task."""
        z = product(W, self._X)
        torch.softmax(z, dim=1, out=z)  # in place: half the memory to pass through the cache
        return torch.addcmul(self._drive, product(z, self._Xt), self._decay)

    def keep(self, chosen: Bool[np.ndarray, " net"]) -> None:
        """Go on with some of the networks only."""
        index = torch.from_numpy(np.flatnonzero(chosen)).to(self._drive.device)
        self._drive, self._decay = self._drive[index], self._decay[index]
        if self._X.shape[0] > 1:
            self._X, self._Xt = self._X[index], self._Xt[index]


class MiniBatch:
    """Gradient of the training loss over a few points at a time, reshuffled once an epoch.

    All networks see the same points in the same order, so that comparisons between them are paired.

    Parameters
    ----------
    data : TrainingSet
        Inputs that all networks share.
    alpha : (net,) array
        As for `FullBatch`.
    batch_size : int
        Points a batch, >= 1; the last one of an epoch may be smaller.
    rng : numpy.random.Generator
        Of the order.
    device, dtype
        As for `LinearNetworks`.

    Raises
    ------
    ValueError
        If the networks have inputs of their own, or the batch size is not positive.
    """

    def __init__(
        self,
        data: TrainingSet,
        alpha: Float[np.ndarray, " net"],
        batch_size: int,
        rng: np.random.Generator,
        device: str,
        dtype: Dtype,
    ) -> None:
        require(data.X.shape[0] == 1, "data", data.X.shape, "of inputs that all networks share")
        require(batch_size >= 1, "batch_size", batch_size, "an integer >= 1")
        self._X, self._Y = tensor(data.X, device, dtype), tensor(data.Y, device, dtype)
        self._alpha = tensor(alpha[:, None, None], device, dtype)
        self._size, self._rng = batch_size, rng
        self._start = self._X.shape[2]  # the first call begins an epoch

    def __call__(self, W: Float[Tensor, "net N3 N1"]) -> Float[Tensor, "net N3 N1"]:
        """Alpha times D over the next batch, at the composite weights W of this task."""
        N = self._X.shape[2]
        if self._start >= N:
            order = torch.from_numpy(self._rng.permutation(N)).to(W.device)
            self._X, self._Y = self._X[:, :, order], self._Y[:, :, order]
            self._start = 0
        batch = slice(self._start, self._start + self._size)
        self._start += self._size
        return self._alpha * residual_gradient(W, self._X[:, :, batch], self._Y[:, :, batch])

    def keep(self, chosen: Bool[np.ndarray, " net"]) -> None:
        """Go on with some of the networks only."""
        index = torch.from_numpy(np.flatnonzero(chosen)).to(self._Y.device)
        self._Y, self._alpha = self._Y[index], self._alpha[index]


def minibatches(
    data: TrainingSet, batch_size: int, generators: Sequence[torch.Generator], like: Tensor
) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches (X, Y) without end; every network reshuffles its own points once an epoch.

    Parameters
    ----------
    data : TrainingSet
    batch_size : int
        Points a batch, >= 1; the last one of an epoch may be smaller.
    generators : sequence of torch.Generator
        One a network, so that companions in the batch change nothing.
    like : Tensor
        Whose device and precision the batches take.
    """
    X, Y = torch.from_numpy(data.X).to(like), torch.from_numpy(data.Y).to(like)
    nets, _, N = Y.shape
    row = torch.arange(nets, device=Y.device)[:, None]
    while True:
        orders = [torch.randperm(N, generator=generator) for generator in generators]
        order = torch.stack(orders).to(Y.device)
        for index in order.split(batch_size, dim=1):
            # Advanced indices around a slice put the point axis before the feature axis.
            x = X.expand(nets, -1, -1)[row, :, index].transpose(1, 2)
            yield x, Y[row, :, index].transpose(1, 2)


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
        What every head of the networks takes and gives.
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
