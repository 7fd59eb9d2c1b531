"""Quasi-Newton descent of a batch of networks, each at its own pace."""

from abc import ABC, abstractmethod
from copy import copy
from dataclasses import dataclass
from typing import Self

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

#: Pairs of steps and changes of the gradient from which the curvature is estimated.
_MEMORY = 10
#: Conditions of Armijo and of Wolfe on the decrease and on the slope after a step.
_DECREASE, _FLATTER = 1e-4, 0.9
#: A network has ended if its objective falls by less than this share in so many iterations.
_PATIENCE, _STILL = 20, 1e-10
#: Networks that have ended are taken out of the batch if they are at least this share of it.
_ENDED = 0.25
#: Length of the first step, and of the shortest that is tried, over that of the parameters.
_FIRST, _SHORTEST = 1e-2, 1e-15


class PerNetwork:
    """Tensors with an entry for every network of a batch, and whatever else they share."""

    def take(self, nets: Int[Tensor, " some"] | Bool[Tensor, " net"]) -> Self:
        """Return the part of some networks."""
        part = copy(self)
        for name, values in vars(self).items():
            if isinstance(values, Tensor | PerNetwork):
                taken = values[nets] if isinstance(values, Tensor) else values.take(nets)
                object.__setattr__(part, name, taken)
        return part


class Objective(PerNetwork, ABC):
    """Objectives of a batch of networks."""

    @abstractmethod
    def __call__(
        self, x: Float[Tensor, "net parameter"]
    ) -> tuple[Float[Tensor, " net"], Float[Tensor, "net parameter"]]:
        """Return the objectives and their gradients."""


@dataclass(frozen=True, eq=False)
class Point(PerNetwork):
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

    def put(self, nets: Int[Tensor, " some"], part: "Point") -> None:
        """Overwrite some networks."""
        for name, values in vars(self).items():
            values[nets] = getattr(part, name)


def descend(objective: Objective, start: Float[Tensor, "net parameter"], iterations: int) -> Point:
    """Minimise the objectives of a batch by L-BFGS with a weak Wolfe line search.

    Every iteration evaluates the whole batch once. A network whose step is accepted goes on along
    its next direction; one whose step is too long or too short tries another length along the
    same one meanwhile (bisection, as of Lewis and Overton, 2013, which also serves functions
    with kinks). Objectives that are not finite count as too large. Networks that no longer get
    better leave the batch.

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
    search = _Search(objective, Point(start, *objective(start)))
    found = Point(*(values.clone() for values in vars(search.now).values()))
    nets = torch.arange(len(start))
    before = search.now.value
    for iteration in range(1, iterations + 1):
        search.step()
        if iteration % _PATIENCE == 0:
            now = search.now.value
            going = before - now > _STILL * now.abs()
            before = now
            if int(going.sum()) <= (1 - _ENDED) * len(going):
                found.put(nets, search.now)
                (kept,) = going.nonzero(as_tuple=True)
                if not len(kept):
                    return found
                nets, before, search = nets[kept], before[kept], search.take(kept)
    found.put(nets, search.now)
    return found


class _Search(PerNetwork):
    """Where every network is, where it is heading, and which lengths of its step are bracketed."""

    def __init__(self, objective: Objective, now: Point) -> None:
        self._objective, self.now, self._curvature = objective, now, _Curvature(now.x)
        first = _FIRST * _norm(now.x) / _norm(now.gradient)
        self._direction = -now.gradient * first[:, None]
        self._length = torch.ones_like(now.value)
        self._short, self._long = torch.zeros_like(now.value), _infinite(now.value)

    def step(self) -> None:
        """Try one step of every network."""
        now, direction, length = self.now, self._direction, self._length
        x = torch.addcmul(now.x, length[:, None], direction)
        tried = Point(x, *self._objective(x))
        slope = _dot(now.gradient, direction)
        lower = tried.value <= now.value + _DECREASE * length * slope
        accepted = lower & (_dot(tried.gradient, direction) >= _FLATTER * slope)
        span = self._long - self._short
        stuck = ~accepted & (span * _norm(direction) <= _SHORTEST * _norm(now.x))
        self._curvature.add(tried, now, accepted, stuck)
        self.now = now = tried.where(accepted | (stuck & lower), now)
        fresh = accepted | stuck
        onward = self._curvature.direction(now.gradient)
        self._direction = torch.where(fresh[:, None], onward, direction)
        short, long = (
            torch.where(lower, length, self._short),
            torch.where(lower, self._long, length),
        )
        length = torch.where(long.isinf(), 2 * short, (short + long) / 2)
        self._length = length.masked_fill(fresh, 1.0)
        self._short, self._long = short.masked_fill(fresh, 0.0), long.masked_fill(fresh, torch.inf)


class _Curvature(PerNetwork):
    """The last steps of every network; a step that was not accepted leaves an empty pair."""

    def __init__(self, start: Float[Tensor, "net parameter"]) -> None:
        nets, size = start.shape
        self._S, self._Y = (start.new_zeros(nets, _MEMORY, size) for _ in range(2))
        #: Scalar products of all steps, rows, with all changes of the gradient.
        self._SY = start.new_zeros(nets, _MEMORY, _MEMORY)
        self._scale = start.new_ones(nets, 1)
        self._count = 0

    def add(
        self, there: Point, here: Point, accepted: Bool[Tensor, " net"], stuck: Bool[Tensor, " net"]
    ) -> None:
        """Note the steps of the accepted networks, forget all of those that are stuck."""
        refused = ~accepted[:, None]
        s = (there.x - here.x).masked_fill_(refused, 0.0)
        y = (there.gradient - here.gradient).masked_fill_(refused, 0.0)
        slot = self._count % _MEMORY
        self._S[:, slot], self._Y[:, slot] = s, y
        self._count += 1
        self._SY[:, slot] = (self._Y @ s[..., None])[..., 0]
        self._SY[:, :, slot] = (self._S @ y[..., None])[..., 0]
        scale = self._SY[:, slot, slot] / _dot(y, y)
        self._scale = torch.where((scale > 0)[:, None], scale[:, None], self._scale)
        if bool(stuck.any()):
            self._S[stuck], self._Y[stuck], self._SY[stuck] = 0.0, 0.0, 0.0

    def direction(self, g: Float[Tensor, "net parameter"]) -> Float[Tensor, "net parameter"]:
        """Return minus the estimated inverse Hessian times g (Byrd, Nocedal & Schnabel, 1994)."""
        S, Y, scale = self._S, self._Y, self._scale[..., None]
        order = torch.arange(self._count, self._count + _MEMORY) % _MEMORY
        back = order.argsort()
        products = self._SY[:, order][:, :, order]
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


def _infinite(of: Tensor) -> Tensor:
    return torch.full_like(of, torch.inf)


def _dot(a: Float[Tensor, "net p"], b: Float[Tensor, "net p"]) -> Float[Tensor, " net"]:
    return torch.linalg.vecdot(a, b)


def _norm(a: Float[Tensor, "net p"]) -> Float[Tensor, " net"]:
    return torch.linalg.vector_norm(a, dim=1)
