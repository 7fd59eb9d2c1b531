"""Quasi-Newton descent of a batch of networks, each at its own pace."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

#: From the parameters of all networks, (net, parameter), to their objectives and gradients.
Objective = Callable[[Tensor], tuple[Tensor, Tensor]]
#: Pairs of steps and changes of the gradient from which the curvature is estimated.
_MEMORY = 10
#: Conditions of Armijo and of Wolfe on the decrease and on the slope after a step.
_DECREASE, _FLATTER = 1e-4, 0.9
#: The descent ends early if within so many iterations no objective falls by more than this share.
_PATIENCE, _STILL = 20, 1e-9
#: Length of the first step, and of the shortest that is tried, over that of the parameters.
_FIRST, _SHORTEST = 1e-2, 1e-15


@dataclass(frozen=True, eq=False)
class Point:
    """Parameters of a batch of networks, with their objectives and gradients."""

    x: Float[Tensor, "net parameter"]
    value: Float[Tensor, " net"]
    gradient: Float[Tensor, "net parameter"]

    def where(self, chosen: Bool[Tensor, " net"], other: "Point") -> "Point":
        """Take the chosen networks from here, the rest from another point."""
        return Point(
            torch.where(chosen[:, None], self.x, other.x),
            torch.where(chosen, self.value, other.value),
            torch.where(chosen[:, None], self.gradient, other.gradient),
        )


def descend(objective: Objective, start: Float[Tensor, "net parameter"], iterations: int) -> Point:
    """Minimise the objectives of a batch by L-BFGS with a weak Wolfe line search.

    Every iteration evaluates the whole batch once. A network whose step is accepted goes on along
    its next direction; one whose step is too long or too short tries another length along the
    same one meanwhile (bisection, as of Lewis and Overton, 2013, which also serves functions
    with kinks). Objectives that are not finite count as too large.

    Parameters
    ----------
    objective : callable
        From parameters to objectives (net,) and gradients (net, parameter).
    start : (net, parameter) tensor
    iterations : int
        At most.

    Returns
    -------
    Point
        The last accepted parameters. No objective is larger than at the start.
    """
    now = Point(start, *objective(start))
    curvature = _Curvature(start)
    direction = -now.gradient * (_FIRST * _norm(start) / _norm(now.gradient))[:, None]
    zero, infinity = torch.zeros_like(now.value), torch.full_like(now.value, torch.inf)
    length, short, long = torch.ones_like(zero), zero, infinity
    before = now.value
    for iteration in range(1, iterations + 1):
        x = now.x + length[:, None] * direction
        tried = Point(x, *objective(x))
        slope = _dot(now.gradient, direction)
        lower = tried.value <= now.value + _DECREASE * length * slope
        flatter = _dot(tried.gradient, direction) >= _FLATTER * slope
        accepted = lower & flatter
        stuck = ~accepted & ((long - short) * _norm(direction) <= _SHORTEST * _norm(now.x))
        curvature.add(tried, now, accepted, stuck)
        now = tried.where(accepted | (stuck & lower), now)
        fresh = accepted | stuck
        direction = torch.where(fresh[:, None], curvature.direction(now.gradient), direction)
        short, long = torch.where(lower, length, short), torch.where(lower, long, length)
        length = torch.where(long.isinf(), 2 * short, (short + long) / 2)
        length = torch.where(fresh, 1.0, length)
        short, long = torch.where(fresh, zero, short), torch.where(fresh, infinity, long)
        if iteration % _PATIENCE == 0:
            if bool((before - now.value <= _STILL * now.value.abs()).all()):
                break
            before = now.value
    return now


class _Curvature:
    """The last steps of every network; a step that was not accepted leaves an empty pair."""

    def __init__(self, start: Float[Tensor, "net parameter"]) -> None:
        nets, size = start.shape
        self._S, self._Y = (start.new_zeros(nets, _MEMORY, size) for _ in range(2))
        self._scale = start.new_ones(nets, 1)
        self._count = 0

    def add(
        self, there: Point, here: Point, accepted: Bool[Tensor, " net"], stuck: Bool[Tensor, " net"]
    ) -> None:
        """Note the steps of the accepted networks, forget all of those that are stuck."""
        zero = torch.zeros((), dtype=here.x.dtype, device=here.x.device)
        s = torch.where(accepted[:, None], there.x - here.x, zero)
        y = torch.where(accepted[:, None], there.gradient - here.gradient, zero)
        slot = self._count % _MEMORY
        self._S[:, slot], self._Y[:, slot] = s, y
        self._count += 1
        scale = _dot(s, y) / _dot(y, y)
        self._scale = torch.where((scale > 0)[:, None], scale[:, None], self._scale)
        if bool(stuck.any()):
            self._S[stuck], self._Y[stuck] = 0.0, 0.0

    def direction(self, g: Float[Tensor, "net parameter"]) -> Float[Tensor, "net parameter"]:
        """Return minus the estimated inverse Hessian times g (Byrd, Nocedal & Schnabel, 1994)."""
        S, Y, scale = self._S, self._Y, self._scale[..., None]
        order = torch.arange(self._count, self._count + _MEMORY, device=g.device) % _MEMORY
        back = order.argsort()
        products = (S @ Y.transpose(1, 2))[:, order][:, :, order]
        D = products.diagonal(dim1=1, dim2=2)[..., None]
        R = products.triu() + torch.diag_embed((D[..., 0] <= 0).to(g.dtype))
        a = torch.linalg.solve_triangular(R, (S @ g[..., None])[:, order], upper=True)
        change = Y.transpose(1, 2) @ a[:, back] - g[..., None]
        b = D * a + scale * (Y @ change)[:, order]
        b = torch.linalg.solve_triangular(R.transpose(1, 2), b, upper=False)[:, back]
        step = (scale * change - S.transpose(1, 2) @ b)[..., 0]
        scale = scale[..., 0]
        descends = _dot(step, g) < 0
        return torch.where(descends[:, None], step, -scale * g)


def _dot(a: Float[Tensor, "net p"], b: Float[Tensor, "net p"]) -> Float[Tensor, " net"]:
    return (a * b).sum(dim=1)


def _norm(a: Float[Tensor, "net p"]) -> Float[Tensor, " net"]:
    return torch.linalg.vector_norm(a, dim=1)
