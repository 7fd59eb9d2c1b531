"""Generalisation loss and accuracy of networks, by quadrature or on labelled points."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from mtlpaper.errors import require
from mtlpaper.gibbs import sobol_normal
from mtlpaper.tasks import Teacher, one_hot
from mtlpaper.training.networks import Dtype, tensor

_MOMENT_POINTS = 2**16  # computed once a dataset, with a discontinuous integrand


@lru_cache(maxsize=16)
def _points(
    dimensions: int, n_points: int, n_groups: int, seed: int
) -> Float[np.ndarray, "dimensions points"]:
    """Quasi-random standard normal points of all groups, one group after the other."""
    points = sobol_normal(dimensions, n_points, n_groups, seed).reshape(-1, dimensions).T
    points.setflags(write=False)  # the cache returns the same array to every caller
    return points


@dataclass(frozen=True)
class Score:
    """Loss in nats of every group of points, and share of all points classified right."""

    loss: Float[np.ndarray, "net group"]
    accuracy: Float[np.ndarray, " net"]


def _array(values: Tensor) -> np.ndarray:
    return values.double().cpu().numpy()


def _of_class(z: Tensor, y: Tensor) -> Tensor:
    """Logits (net, N3, points) of the classes y (points,)."""
    return z.gather(1, y.expand(z.shape[0], 1, -1)).squeeze(1)


def _loss_terms(z: Tensor, labels: Sequence[Tensor]) -> tuple[Tensor, list[Tensor], Tensor]:
    """Terms of loss and accuracy from logits (net, N3, points), which are overwritten.

    Returns
    -------
    log Z (net, points); for every labelling the logits of its classes (net, points); and the hits
    on the first labelling (net, points), 1 or 0, or 1 / N3 where all logits are equal.
    """
    largest = z.amax(dim=1)  # ten times as fast as argmax over an axis that is not the last
    right = [_of_class(z, y) for y in labels]
    Z = z.sub_(largest[:, None]).exp_().sum(dim=1)
    hit = torch.where(Z.eq(z.shape[1]), 1 / z.shape[1], (right[0] >= largest).to(z.dtype))
    return Z.log_().add_(largest), right, hit


class GaussianTest:
    """Generalisation loss of linear students, by quadrature over teacher's and student's logits.

    The loss depends on an input x through V_bar^T x, which sets the label y, and through the
    student's response to the part of x orthogonal to V_bar. Both are Gaussian, so Sobol points in
    rank + N3 dimensions replace inputs in N1 dimensions. In the loss E[log Z(Wx)] - E[(Wx)_y] the
    second term is linear in W: tr(W^T E[onehot(y) x^T]), with a moment that is computed once. Noisy
    labels change this moment only.

    Large logits make both terms large and their difference small: log Z is nearly (Wx)_y. So the
    latter, on the same points and with noise-free labels, is a control variate of the former: from
    the mean of log Z we take c (mean of (Wx)_y - its expectation), with the regression coefficient
    c of log Z on (Wx)_y. For small logits c is near 0, for large ones near 1.

    Parameters
    ----------
    teacher : Teacher
        Teacher of the labels argmax W_bar x, and of the noise on them.
    noisy : float
        Share of labels with fresh noise on the teacher's outputs; accuracy is on noise-free ones.
    n_points : int
        Sobol points of a group, a power of two.
    n_groups : int
        Independent scramblings of the points, and of those of the moment; their scatter shows the
        error.
    seed : int
        Seed of the scramblings.
    device, dtype
        Device and precision of the students.

    Raises
    ------
    ValueError
        If labels are noisy and the noise is not fresh: noise on the weights leaves the teacher's
        directions, which these points do not resolve.
    """

    def __init__(
        self,
        teacher: Teacher,
        n_points: int,
        *,
        noisy: float = 0.0,
        n_groups: int = 4,
        seed: int = 0,
        device: str = "cpu",
        dtype: Dtype = "float64",
    ) -> None:
        N3, rank = teacher.U_bar.shape
        fresh = noisy == 0 or teacher.noise != "weight"
        require(fresh, "noisy", noisy, "0 where the noise is on the teacher's weights")
        # Labels depend on ratios of singular values only: tasks of a dataset share the moment.
        U_S = teacher.U_bar * np.round(teacher.S_bar / teacher.S_bar.max(), 12)
        eps = _points(rank + N3, n_points, n_groups, seed)
        clean = moments = _moments(U_S.tobytes(), (N3, rank), 0.0, n_groups, seed + 1)
        if noisy > 0:
            noise = round(float(teacher.logit_variance**0.5 / teacher.S_bar.max()), 12)
            with_noise = _moments(U_S.tobytes(), (N3, rank), noise, n_groups, seed + 1)
            moments = (1 - noisy) * clean + noisy * with_noise
        self._eps, self._n_groups = tensor(eps, device, dtype), n_groups
        self._V = tensor(teacher.V_bar, device, dtype)
        self._moments = tensor(np.stack([clean, moments]), device, dtype)
        self._y = torch.tensor((U_S @ eps[:rank]).argmax(axis=0), device=device)

    def __call__(self, W: Float[Tensor, "net N3 N1_or_more"]) -> Score:
        """Loss and accuracy of composite weights, whose column after the N1-th is a bias."""
        N1 = self._V.shape[0]
        W, bias = W[:, :, :N1], W[:, :, N1:]
        seen = W @ self._V
        K = W @ W.transpose(1, 2) - seen @ seen.transpose(1, 2)
        nets, N3, rank = seen.shape
        # Diverged networks have no square root; their loss is set to NaN below.
        finite = torch.isfinite(K).all(dim=2).all(dim=1)
        K = torch.where(finite[:, None, None], K, torch.eye(N3, device=K.device, dtype=K.dtype))
        response = torch.cat([seen, _square_root(K)], dim=2).reshape(nets * N3, rank + N3)
        z = (response @ self._eps).view(nets, N3, -1)
        if bias.shape[2]:
            z += bias
        log_Z, (of_label,), hit = _loss_terms(z, [self._y])
        deviation = of_label - of_label.mean(dim=1, keepdim=True)
        squares = deviation.square().sum(dim=1).clamp_min(torch.finfo(z.dtype).tiny)
        coefficient = (log_Z * deviation).sum(dim=1) / squares
        seen = torch.cat([seen, bias], dim=2)
        expected, by_label = torch.einsum(
            "ncr,kgcr->kng", seen, self._moments[..., : seen.shape[2]]
        )
        mean_log_Z, mean = (
            values.view(nets, self._n_groups, -1).mean(dim=2) for values in (log_Z, of_label)
        )
        loss = mean_log_Z - coefficient[:, None] * (mean - expected) - by_label
        loss[~finite] = torch.nan
        return Score(_array(loss), _array(hit.mean(dim=1)))


@lru_cache(maxsize=64)
def _moments(
    U_S: bytes, shape: tuple[int, int], noise: float, n_groups: int, seed: int
) -> Float[np.ndarray, "group N3 rank_and_1"]:
    """E[onehot(argmax U S eps + noise) (eps, 1)^T] by independent points for every group."""
    weight = np.frombuffer(U_S).reshape(shape)
    N3, rank = shape
    if noise > 0:
        weight = np.hstack([weight, noise * np.eye(N3)])
    eps = _points(weight.shape[1], _MOMENT_POINTS, n_groups, seed).reshape(
        -1, n_groups, _MOMENT_POINTS
    )
    return np.stack(
        [
            one_hot((weight @ part).argmax(axis=0), N3)
            @ np.vstack([part[:rank], np.ones(part.shape[1])]).T
            / part.shape[1]
            for part in eps.swapaxes(0, 1)
        ]
    )


def _square_root(K: Float[Tensor, "net N3 N3"]) -> Float[Tensor, "net N3 N3"]:
    """Symmetric square roots of covariances.

    The symmetric root is a continuous function of K. The same points then stand for nearly the same
    inputs in similar networks and at successive times, and their error cancels from differences.
    """
    eigenvalue, vector = torch.linalg.eigh(K)
    return (vector * eigenvalue.clamp_min(0).sqrt()[:, None, :]) @ vector.transpose(1, 2)


class LabelledPoints:
    """Loss and accuracy on given points.

    Parameters
    ----------
    X : (N1, points) array
        Inputs.
    labels : sequence of (points,) int arrays
        One or more labellings of the same inputs.
    n_groups : int
        Number of equal groups of points, each with its own loss; divides the number of points.
    device, dtype
        Device and precision of the networks.
    """

    def __init__(
        self,
        X: Float[np.ndarray, "N1 points"],
        labels: Sequence[Int[np.ndarray, " points"]],
        *,
        n_groups: int = 1,
        device: str = "cpu",
        dtype: Dtype = "float64",
    ) -> None:
        equal = X.shape[1] % n_groups == 0
        require(equal, "n_groups", n_groups, f"a divisor of the number of points, {X.shape[1]}")
        self._X = tensor(X, device, dtype)
        self._labels = [torch.tensor(y, device=device) for y in labels]
        self._n_groups = n_groups

    def losses(
        self, logits: Callable[[Tensor], Tensor]
    ) -> Float[np.ndarray, "net labelling group"]:
        """Cross-entropy of networks, given as a function from inputs to (net, N3, points)."""
        return self._score(logits(self._X))[0]

    def __call__(self, logits: Callable[[Tensor], Tensor]) -> Score:
        """Loss and accuracy against the first labelling."""
        losses, accuracy = self._score(logits(self._X))
        return Score(losses[:, 0], accuracy)

    def _score(self, z: Tensor) -> tuple[np.ndarray, np.ndarray]:
        log_Z, right, hit = _loss_terms(z, self._labels)
        by_label = [(log_Z - one).view(len(z), self._n_groups, -1).mean(dim=2) for one in right]
        return _array(torch.stack(by_label, dim=1)), _array(hit.mean(dim=1))
