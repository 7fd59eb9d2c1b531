"""Which inputs two sparse regressions use: recovered apart, and jointly by block norms.

Two tasks y_k = X_k b_k + noise with Gaussian inputs; each has s coefficients that are not zero, of
size 1, and shares a fraction of them with the other. With B = [b_A, b_B] the estimates minimise

    sum_k |y_k - X_k b_k|² / (2 n) + strength sum_u |B_u|_q ,

where B_u is the row of input u: q = 1 is the lasso of each task, 2 and infinity are the block norms
l1/l2 and l1/linf. Recovery of the inputs that any task uses changes from failure to success at a
sharp number of points.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal, get_args

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mtlpaper.errors import NotConvergedError, require

Norm = Literal["l1", "l2", "linf"]

_STEPS, _EVERY = 20_000, 20
#: Largest move of a coefficient in a step at the end; coefficients are of size 1.
_STILL = 1e-9


def threshold(norm: Norm, p: int, B: Float[np.ndarray, "row task"]) -> float:
    """Points of each task at which recovery changes from failure to success, as p grows.

    With s rows that are not zero in either task, s_k in task k and |.| = 1 where not zero:

    * l1: 2 max_k s_k log(p - s_k), for independent tasks;
    * l2: 2 psi log(p - s), psi the largest eigenvalue of Z^T Z for rows Z_u = B_u / |B_u|_2, where
      both tasks have the same inputs X;
    * linf: (4 - 3 alpha) s_k log(p - (2 - alpha) s_k), where the tasks have equal s_k, a fraction
      alpha of which they share, and inputs of their own.

    Parameters
    ----------
    norm : {"l1", "l2", "linf"}
    p : int
        Inputs.
    B : (row, 2) array
        The rows of the coefficients that are not zero.

    Notes
    -----
    Wainwright (2009), "Sharp thresholds for high-dimensional and noisy sparsity recovery", IEEE
    Transactions on Information Theory 55; Obozinski, Wainwright & Jordan (2011), "Support union
    recovery in high-dimensional multivariate regression", Annals of Statistics 39; Negahban &
    Wainwright (2011), "Simultaneous support recovery in high dimensions", IEEE Transactions on
    Information Theory 57.
    """
    used = B != 0
    s, s_k = len(B), used.sum(axis=0).max()
    if norm == "l1":
        return float(2 * s_k * np.log(p - s_k))
    if norm == "l2":
        Z = B / np.linalg.norm(B, axis=1, keepdims=True)
        return float(2 * np.linalg.eigvalsh(Z.T @ Z)[-1] * np.log(p - s))
    alpha = used.all(axis=1).sum() / s_k
    return float((4 - 3 * alpha) * s_k * np.log(p - s))


def minimiser(
    X: Float[Tensor, "trial task n p"],
    y: Float[Tensor, "trial task n"],
    strength: float,
    norm: Norm,
) -> Float[Tensor, "trial p task"]:
    """Minimise squared errors and a block norm, for a batch of pairs of regressions.

    Proximal gradient steps with Nesterov's momentum, which starts anew where it points uphill.

    Parameters
    ----------
    X : (trial, 2, n, p) tensor
        Inputs of both tasks.
    y : (trial, 2, n) tensor
    strength : float
        Factor of the norm, > 0.
    norm : {"l1", "l2", "linf"}

    Raises
    ------
    ValueError
        If the strength is not positive.
    NotConvergedError
        If coefficients still move at the end.
    """
    require(strength > 0, "strength", strength, "a number > 0")
    n = X.shape[2]
    G, drive = X.transpose(2, 3) @ X / n, (y[:, :, None] @ X)[:, :, 0].transpose(1, 2) / n
    rate = 1 / torch.linalg.matrix_norm(G, ord=2).amax(dim=1)[:, None, None]
    B = ahead = torch.zeros_like(drive)
    age, moved = torch.zeros_like(rate), B
    for step in range(1, _STEPS + 1):
        slope = (G @ ahead.transpose(1, 2)[..., None])[..., 0].transpose(1, 2) - drive
        new = _shrunk(ahead - rate * slope, rate * strength, norm)
        moved = new - B
        uphill = ((ahead - new) * moved).sum(dim=(1, 2), keepdim=True) > 0
        age = torch.where(uphill, 0, age + 1)
        B, ahead = new, new + age / (age + 3) * moved
        if step % _EVERY == 0 and bool(moved.abs().amax() <= _STILL):
            return B
    raise NotConvergedError("largest move of a coefficient", float(moved.abs().max()))


def _shrunk(B: Tensor, by: Tensor, norm: Norm) -> Tensor:
    """The proximal operator of `by` times the norm of every row of two."""
    if norm == "l1":
        return B.sign() * (B.abs() - by).clamp_min(0)
    if norm == "l2":
        return B * (1 - by / B.norm(dim=2, keepdim=True)).clamp_min(0)
    size = B.abs()
    largest, total = size.amax(dim=2, keepdim=True), size.sum(dim=2, keepdim=True)
    bound = torch.maximum(largest - by, (total - by) / 2).clamp_min(0)
    return torch.minimum(torch.maximum(B, -bound), bound)


def recovered(
    X: Float[Tensor, "trial task n row"],
    y: Float[Tensor, "trial task n"],
    others: Callable[[Tensor], Tensor],
    strength: float,
    norm: Norm,
) -> Bool[np.ndarray, " trial"]:
    """Whether the estimates use the inputs in use, all of them and no other.

    The problem is solved over these inputs alone. Its solution is that of the whole problem if and
    only if the errors' covariances with every other input have a dual norm below `strength` (the
    primal-dual witness; with equality there are several solutions).

    Parameters
    ----------
    X : (trial, 2, n, row) tensor
        The inputs in use.
    y : (trial, 2, n) tensor
    others : callable
        From the errors (trial, 2, n) to their products with the other inputs (trial, 2, other).
    strength, norm
        As for `minimiser`.
    """
    B = minimiser(X, y, strength, norm)
    errors = y - (X @ B.transpose(1, 2)[..., None])[..., 0]
    price = torch.linalg.vector_norm(others(errors) / X.shape[2], ord=_DUAL[norm], dim=1)
    return ((B != 0).any(dim=2).all(dim=1) & (price < strength).all(dim=1)).numpy()


def _with_errors(errors: Float[Tensor, "trial task n"], drawn: Tensor, same: bool) -> Tensor:
    """Products of errors with standard Gaussian inputs that are independent of them.

    Given the errors these are Gaussian with their Gram matrix as covariance, or its diagonal where
    the tasks have inputs of their own; so the inputs themselves are not needed.
    """
    gram = errors @ errors.transpose(1, 2)
    if not same:
        gram = torch.diag_embed(gram.diagonal(dim1=1, dim2=2))
    value, vector = torch.linalg.eigh(gram)
    return vector @ (value.clamp_min(0).sqrt()[:, :, None] * drawn)


_DUAL = {"l1": np.inf, "l2": 2, "linf": 1}


@dataclass(frozen=True)
class Support:
    """Pairs of sparse regressions with one number of points.

    Attributes
    ----------
    p : int
        Inputs.
    s : int
        Inputs that a task uses.
    shared : int
        Those of them that both use, at most s.
    n : int
        Points of each task.
    same_inputs : bool
        Whether both tasks have the same X, as in multivariate regression.
    orthogonal : bool
        Whether half of the shared coefficients have opposite signs in the two tasks; else all have
        the same sign.
    sigma : float
        Standard deviation of the noise.
    strength : float
        Factor of the norms.
    n_trials : int
        Independent pairs.
    seed : int
    """

    p: int
    s: int
    shared: int
    n: int
    same_inputs: bool
    orthogonal: bool
    sigma: float
    strength: float
    n_trials: int
    seed: int

    def __post_init__(self) -> None:
        fits = 0 <= self.shared <= self.s
        require(fits, "shared", self.shared, f"an integer from 0 to s = {self.s}")
        rows = 2 * self.s - self.shared
        require(self.p > rows, "p", self.p, f"more than the {rows} inputs in use")

    def coefficients(self) -> Float[np.ndarray, "row task"]:
        """Rows that are not zero: the shared ones, those of the first task, those of the second."""
        own = self.s - self.shared
        B = np.repeat([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]], [self.shared, own, own], axis=0)
        if self.orthogonal:
            B[: self.shared // 2, 1] = -1
        return B


def support(unit: Support) -> dict[str, np.ndarray]:
    """Whether exactly the inputs in use are recovered, pair by pair.

    Returns
    -------
    dict
        `recovered` (norm, trial), 1 or 0, by l1, l2 and linf; `threshold` (norm), see the function
        of that name.
    """
    rng = np.random.default_rng(unit.seed)
    B = unit.coefficients()
    sizes = (unit.n_trials, 1 if unit.same_inputs else 2, unit.n, len(B))
    X = np.broadcast_to(rng.standard_normal(sizes), (unit.n_trials, 2, unit.n, len(B)))
    noise = unit.sigma * rng.standard_normal((unit.n_trials, 2, unit.n))
    y = np.einsum("iknu,uk->ikn", X, B) + noise
    drawn = torch.tensor(rng.standard_normal((unit.n_trials, 2, unit.p - len(B))))
    others = partial(_with_errors, drawn=drawn, same=unit.same_inputs)
    norms, tensors = get_args(Norm), (torch.tensor(X), torch.tensor(y))
    found = [recovered(*tensors, others, unit.strength, norm) for norm in norms]
    limits = [threshold(norm, unit.p, B) for norm in norms]
    return {"recovered": np.array(found, dtype=np.int8), "threshold": np.array(limits)}


def half_recovered(n: Float[np.ndarray, " size"], recovered: Float[np.ndarray, " size"]) -> float:
    """Number of points at which a half is recovered, between the sizes around it.

    NaN if the shares do not begin below and end above a half.
    """
    above = recovered >= 0.5
    if above[0] or not above[-1]:
        return float("nan")
    last = int(np.flatnonzero(~above)[-1])
    below, over = recovered[last], recovered[last + 1]
    return float(n[last] + (0.5 - below) / (over - below) * (n[last + 1] - n[last]))
