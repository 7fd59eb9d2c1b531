"""Networks of one stack, Definition 1, trained with weight decay to optimality, a batch at once."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, fields, replace
from typing import Any, Self, TypeVar

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.functional import pad
from torch.nn.utils.rnn import pad_sequence

from mtlpaper.errors import NotConvergedError, require
from mtlpaper.wide.descent import Objective, PerNetwork, Point, descend
from mtlpaper.wide.problem import Regression

T = TypeVar("T", bound="Fitted")
H = TypeVar("H", bound="Hidden")

#: Half-widths over which the kink of a neuron is rounded off, stage by stage, over the inputs' own.
_COARSE, _FINE = (0.1, 0.03, 0.01), (1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
#: Iterations of every stage.
_ITERATIONS = 500
#: How often neurons are moved, at most; how many of a network at once; places that are tried.
_ROUNDS, _MOVED, _PLACES = 4, 8, 1024
#: Neurons whose unit vectors have a product of more than one less this do the same.
_SAME = 1e-7
#: Share of a network's penalty below which a neuron is of no use, and that it has after its move.
_USELESS, _SPARK = 1e-8, 1e-4
#: Excess of a place's price, over what a neuron there would cost, that is worth a move.
_WORTH = 1e-5
#: Sum of the squares of a stack's first weights at the start.
_START = 4.0


class Hidden(PerNetwork, ABC):
    """All of a batch of networks but their last layer, as a function of a vector of parameters."""

    @abstractmethod
    def __call__(
        self,
        theta: Float[Tensor, "net parameter"],
        x: Float[Tensor, "net point dim"],
        smoothing: Float[Tensor, " net"],
    ) -> Float[Tensor, "net neuron point"]:
        """Return the units that the last layer reads."""

    @abstractmethod
    def penalty(self, theta: Float[Tensor, "net parameter"]) -> Float[Tensor, " net"]:
        """Return the squares that weight decay adds up, those of the last layer left out."""

    def condensed(self, theta: Float[Tensor, "net parameter"]) -> tuple[Self, Tensor]:
        """Return networks of fewer neurons, where neurons do the same; here as many."""
        return self, theta

    def moved(
        self, theta: Float[Tensor, "net parameter"], readout: "Readout"
    ) -> tuple[Float[Tensor, "net parameter"], Bool[Tensor, " net"]]:
        """Move neurons of no use to where they would help, if any; say which networks changed."""
        return theta, torch.zeros_like(readout.reach, dtype=torch.bool)


class Readout(PerNetwork):
    """The last layer of a batch of networks, a ridge regression on what is below it.

    For given hidden units the best output weights w and biases c are known in closed form, so that
    only what is below them is searched for. With the kernel K = sum_k psi_k psi_kᵀ between points
    of one task and A = K + lambda, w = sum_i psi(x_i) alpha_i for A alpha = y - c.

    Parameters
    ----------
    problems : sequence of Regression
        Of as many inputs and tasks each. Points may differ in number.
    decay : (problem,) array
        Weight decay lambda, > 0.
    starts : int
        Networks of every problem.
    biases : bool
        Whether c is regularised.
    """

    def __init__(
        self,
        problems: Sequence[Regression],
        decay: Float[np.ndarray, " problem"],
        starts: int,
        *,
        biases: bool,
    ) -> None:
        def batch(arrays: Sequence[np.ndarray]) -> Tensor:
            rows = pad_sequence([torch.tensor(one) for one in arrays], batch_first=True)
            return rows.repeat_interleave(starts, dim=0)

        eye = np.eye(problems[0].n_tasks)
        self.x = batch([one.x for one in problems])
        #: Which task a point is of; none, where a problem of fewer points is padded.
        self.output = batch([eye[one.task] for one in problems])
        self.decay = batch([np.full(1, one) for one in decay])[:, 0]
        #: The middle of the box of the inputs, its half-widths, and the largest of these.
        self.middle = batch([(one.x.max(axis=0) + one.x.min(axis=0)) / 2 for one in problems])
        self.halves = batch([np.ptp(one.x, axis=0) / 2 for one in problems])
        self.reach = self.halves.amax(dim=1)
        self._y = batch([one.y[:, None] for one in problems])
        self._same = self.output @ self.output.transpose(1, 2)
        self._biases = biases

    def fit(
        self, psi: Float[Tensor, "net neuron point"]
    ) -> tuple[Float[Tensor, "net point task"], Float[Tensor, "net task"], Float[Tensor, " net"]]:
        """Return alpha of every task, c, and the least loss with the last layer's penalty.

        Where hidden units are not finite, neither are these.
        """
        y, output = self._y, self.output
        A = (psi.transpose(1, 2) @ psi + self._biases) * self._same
        A = A + self.decay[:, None, None] * torch.eye(y.shape[1], dtype=A.dtype)
        factor, failed = torch.linalg.cholesky_ex(A)
        if self._biases:
            alpha = torch.cholesky_solve(y, factor)
            c = (output * alpha).sum(dim=1)
            errors = y
        else:  # residuals of every task add up to zero; a task without points has c = 0
            of = torch.cholesky_solve(torch.cat([y, output], dim=2), factor)
            of_y, of_c = of[..., :1], of[..., 1:]
            unused = output.sum(dim=1) == 0
            c = (output * of_y).sum(dim=1) / ((output * of_c).sum(dim=1) + unused)
            alpha = of_y - of_c @ c[..., None]
            errors = y - output @ c[..., None]
        value = self.decay * (errors * alpha).sum(dim=(1, 2))
        value = torch.where(failed > 0, torch.inf, value)
        return alpha * output, c, value


@dataclass(frozen=True, eq=False)
class _Rest(Objective):
    """Objectives with the best last layer, with kinks rounded off."""

    hidden: Hidden
    readout: Readout
    smoothing: Float[Tensor, " net"]

    def __call__(
        self, x: Float[Tensor, "net parameter"]
    ) -> tuple[Float[Tensor, " net"], Float[Tensor, "net parameter"]]:
        """Return objectives and gradients.

        For the gradient alpha may be held, as the last layer is at its best: the value depends on
        hidden units as -lambda |w|² does.
        """
        theta = x.detach().requires_grad_()
        decay = self.readout.decay
        psi = self.hidden(theta, self.readout.x, self.smoothing)
        penalty = self.hidden.penalty(theta)
        with torch.no_grad():
            alpha, _, value = self.readout.fit(psi)
            towards = -2 * decay[:, None, None] * (psi @ alpha) @ alpha.transpose(1, 2)
        (gradient,) = torch.autograd.grad((psi, penalty), theta, (towards, decay))
        return value + decay * penalty.detach(), gradient


class _Rounded(torch.autograd.Function):
    """The ReLU, rounded off by a parabola within `width` of its kink; of its argument plus width.

    With a = slope, held between 0 and 1, it is a (argument - a width).
    """

    @staticmethod
    def forward(ctx: Any, above: Tensor, width: Tensor) -> Tensor:
        slope = (above * (0.5 / width)).clamp_(0, 1)
        ctx.save_for_backward(slope)
        return torch.addcmul(above, slope, width, value=-1).mul_(slope)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        (slope,) = ctx.saved_tensors
        to_above = gradients[0] * slope
        return to_above, -(to_above * slope).sum(dim=2, keepdim=True)


def stack(
    v: Float[Tensor, "net neuron dim"],
    b: Float[Tensor, "net neuron"],
    x: Float[Tensor, "net point dim"],
    smoothing: Float[Tensor, " net"],
) -> Float[Tensor, "net neuron point"]:
    """Return the hidden units max(0, <v, x> + b) of a stack, rounded off near their kinks."""
    size = (v.square().sum(dim=2) + 1e-30).sqrt()
    width = (size * smoothing[:, None] + 1e-300)[..., None]
    above = torch.baddbmm(b[..., None] + width, v, x.transpose(1, 2))
    return _Rounded.apply(above, width)  # type: ignore[no-untyped-call]  # torch's, untyped


def optimise(hidden: H, readout: Readout, start: Float[Tensor, "net parameter"]) -> tuple[H, Point]:
    """Minimise the objectives of a batch of networks.

    The objective has kinks where a neuron's kink crosses a point, and minima often lie there, so
    the ReLU is rounded off: over a tenth of the inputs' half-width first, over a millionth last.
    Between, neurons that came out the same are merged. Last, neurons of no use are moved to where
    they help (`Hidden.moved`), as long as this makes a network better.

    Returns
    -------
    hidden : Hidden
        With the neurons that are left.
    found : Point
        Their parameters, with the objectives and gradients of the last stage.
    """
    hidden, theta = hidden.condensed(_lowered(hidden, readout, start, _COARSE).x)
    found = _lowered(hidden, readout, theta, _FINE)
    nets = torch.arange(len(start))
    for _ in range(_ROUNDS):
        some = hidden.take(nets), readout.take(nets)
        theta, changed = some[0].moved(found.x[nets], some[1])
        if not bool(changed.any()):
            break
        nets = nets[changed]
        tried = _lowered(some[0].take(changed), some[1].take(changed), theta[changed], _FINE)
        better = tried.value < found.value[nets]
        nets = nets[better]
        found.put(nets, tried.take(better))
    return hidden, found


def residuals(hidden: Hidden, found: Point) -> Float[Tensor, " net"]:
    """Norms of the gradients times those of the weights, over the objectives."""
    size = torch.linalg.vector_norm(found.gradient, dim=1) * hidden.penalty(found.x).sqrt()
    return size / found.value.clamp(min=1e-300)


def _lowered(
    hidden: Hidden,
    readout: Readout,
    start: Float[Tensor, "net parameter"],
    smoothings: Sequence[float],
) -> Point:
    found = None
    for share in smoothings:
        rest = _Rest(hidden, readout, share * readout.reach)
        found = descend(rest, start if found is None else found.x, _ITERATIONS)
    assert found is not None
    return found


class _OneStack(Hidden):
    """First layer of networks of one stack; widths may differ, those beyond are held at 0."""

    def __init__(
        self,
        alive: Float[Tensor, "net neuron"],
        biases: bool,
        places: Float[Tensor, "net place weight"],
        readout: Readout,
    ) -> None:
        self.alive, self._biases = alive[..., None], biases
        self._middle, self._halves = readout.middle[..., None], readout.halves[..., None]
        self._places = places / self._size(places)

    def _size(self, weights: Float[Tensor, "*any weight"]) -> Float[Tensor, "*any 1"]:
        """Norm of what decay holds of a neuron's first weights."""
        held = weights if self._biases else weights[..., :-1]
        return torch.linalg.vector_norm(held, dim=-1, keepdim=True)

    def split(
        self, theta: Float[Tensor, "net parameter"]
    ) -> tuple[Float[Tensor, "net neuron dim"], Float[Tensor, "net neuron"]]:
        """Return v and b."""
        both = self._weights(theta)
        return both[..., :-1], both[..., -1]

    def _weights(self, theta: Float[Tensor, "net parameter"]) -> Float[Tensor, "net neuron weight"]:
        """First weights, with kinks no farther out than where all of the box is active.

        Beyond, a bias that costs nothing only adds to what c can do as well, and would run away.
        """
        weights = theta.unflatten(1, (self.alive.shape[1], -1)) * self.alive
        if self._biases:
            return weights
        v, b = weights[..., :-1], weights[..., -1:]
        return torch.cat(
            [v, torch.minimum(b, 3 * v.abs() @ self._halves - v @ self._middle)], dim=2
        )

    def __call__(
        self,
        theta: Float[Tensor, "net parameter"],
        x: Float[Tensor, "net point dim"],
        smoothing: Float[Tensor, " net"],
    ) -> Float[Tensor, "net neuron point"]:
        return stack(*self.split(theta), x, smoothing)

    def penalty(self, theta: Float[Tensor, "net parameter"]) -> Float[Tensor, " net"]:
        return self._size(self._weights(theta)).square().sum(dim=(1, 2))

    def condensed(self, theta: Float[Tensor, "net parameter"]) -> tuple[Self, Tensor]:
        """Return the merged neurons, the largest first, and room for those that will be moved."""
        weights = self._merged(theta)
        size = self._size(weights)[..., 0]
        live = size.square() > _USELESS * size.square().sum(dim=1, keepdim=True)
        n = min(size.shape[1], int(live.sum(dim=1).max()) + _MOVED)
        largest = size.topk(n, dim=1).indices[..., None]
        few = copy(self)
        few.alive = self.alive[:, :n]
        return few, weights.gather(1, largest.expand(-1, -1, weights.shape[2])).flatten(1)

    def _merged(self, theta: Float[Tensor, "net parameter"]) -> Float[Tensor, "net neuron weight"]:
        """Put neurons that do the same together: the first of them has the squares of all."""
        weights = self._weights(theta)
        size = self._size(weights)
        units = torch.nn.functional.normalize(weights, dim=2)
        leader = (units @ units.transpose(1, 2) > 1 - _SAME).to(torch.uint8).argmax(dim=2)
        squares = torch.zeros_like(size).scatter_add(1, leader[..., None], size.square())
        return weights * (squares / size.square().clamp(min=1e-300)).sqrt()

    def moved(
        self, theta: Float[Tensor, "net parameter"], readout: Readout
    ) -> tuple[Float[Tensor, "net parameter"], Bool[Tensor, " net"]]:
        """Merge neurons that do the same, and put those of no use where they would help.

        A small neuron of first weights u, of norm one, lowers the objective if and only if its
        price |sum_i psi_u(x_i) alpha_i|_2 exceeds one. Of several sets of random places each gives
        the one of highest price to one of the smallest neurons.
        """
        weights, none = self._merged(theta), torch.zeros_like(readout.reach)
        alpha, places = readout.fit(self(theta, readout.x, none))[0], self._places
        outputs = stack(places[..., :-1], places[..., -1], readout.x, none) @ alpha
        sets = torch.linalg.vector_norm(outputs, dim=2).unflatten(1, (_MOVED, -1))
        n = min(_MOVED, weights.shape[1])
        price, which = sets[:, :n].max(dim=2)
        squares = self._size(weights)[..., 0].square()
        total = squares.sum(dim=1, keepdim=True)
        squares = squares.masked_fill(self.alive[..., 0] == 0, torch.inf)
        least, slot = squares.topk(n, dim=1, largest=False)
        move = (least <= _USELESS * total) & (price > 1 + _WORTH)
        net, k = move.nonzero(as_tuple=True)
        there = places[net, which[net, k] + k * sets.shape[2]]
        weights[net, slot[net, k]] = there * (_SPARK * total[net]).sqrt()
        return weights.flatten(1), move.any(dim=1)


@dataclass(frozen=True, eq=False)
class Fitted:
    """Several networks of every problem.

    Attributes
    ----------
    objective : (problem, start) array
        Squared error plus penalty.
    residual : (problem, start) array
        How far from a local minimum: norm of the gradient times that of the weights, over the
        objective, with kinks rounded off over a millionth of the inputs' half-width.
    """

    objective: Float[np.ndarray, "problem start"]
    residual: Float[np.ndarray, "problem start"]

    def best(self: T) -> T:
        """Return the network of least objective of every problem, as its only start."""
        first = self.objective.argmin(axis=1)[:, None]
        rows = np.arange(len(first))[:, None]
        return replace(
            self, **{of.name: getattr(self, of.name)[rows, first] for of in fields(self)}
        )

    def converged(self: T, tolerance: float) -> T:
        """Return these networks if the best ones are close enough to a minimum.

        Raises
        ------
        NotConvergedError
            If the residual of a problem's best network is above `tolerance`; it carries the
            largest.
        """
        worst = float(self.best().residual.max())
        if not worst <= tolerance:
            raise NotConvergedError(f"residual of networks, above {tolerance:g}", worst)
        return self


@dataclass(frozen=True, eq=False)
class Trained(Fitted):
    """Networks f(x) = sum_k w_k max(0, <v_k, x> + b_k) + c of one stack.

    Attributes
    ----------
    v : (problem, start, neuron, dim) array
    b : (problem, start, neuron) array
    w : (problem, start, task, neuron) array
    c : (problem, start, task) array
    """

    v: Float[np.ndarray, "problem start neuron dim"]
    b: Float[np.ndarray, "problem start neuron"]
    w: Float[np.ndarray, "problem start task neuron"]
    c: Float[np.ndarray, "problem start task"]

    def __call__(
        self, x: Float[np.ndarray, "point dim"]
    ) -> Float[np.ndarray, "problem start point task"]:
        """Return the outputs of all tasks at inputs."""
        hidden = np.maximum(x @ self.v.swapaxes(-1, -2) + self.b[..., None, :], 0)
        return hidden @ self.w.swapaxes(-1, -2) + self.c[..., None, :]


def per_problem(
    problems: Sequence[Regression], width: int | Sequence[int], decay: float | Sequence[float]
) -> tuple[Int[np.ndarray, " problem"], Float[np.ndarray, " problem"]]:
    """Return the width and the decay of every problem.

    Raises
    ------
    ValueError
        If the problems differ in inputs or tasks, or a width or a decay is inadmissible.
    """
    shapes = {(one.x.shape[1], one.n_tasks) for one in problems}
    require(len(shapes) == 1, "problems", shapes, "at least one, of as many inputs and tasks each")
    n = len(problems)
    fits = all(np.ndim(of) == 0 or np.shape(of) == (n,) for of in (width, decay))
    require(fits, "width, decay", (width, decay), f"one number, or {n}, one for every problem")
    widths, decays = np.broadcast_to(width, n), np.broadcast_to(np.asarray(decay, float), n)
    require(bool((widths >= 1).all()), "width", width, "at least 1")
    require(bool(((decays > 0) & np.isfinite(decays)).all()), "decay", decay, "a number above 0")
    return widths, decays


def first_weights(
    problems: Sequence[Regression], width: int, starts: int, rng: np.random.Generator
) -> Float[np.ndarray, "problem start neuron weight"]:
    """Draw unit vectors v, with biases b that put kinks evenly into the box of the inputs."""
    dim = problems[0].x.shape[1]
    v = rng.standard_normal((starts, width, dim))
    v /= np.linalg.norm(v, axis=-1, keepdims=True)
    share = rng.uniform(size=v.shape)
    low, high = (
        np.stack([side(one.x, axis=0) for one in problems])[:, None, None]
        for side in (np.min, np.max)
    )
    b = -((low + share * (high - low)) * v).sum(axis=-1, keepdims=True)
    return np.concatenate([np.broadcast_to(v, (*b.shape[:-1], dim)), b], axis=-1)


def train(
    problems: Sequence[Regression],
    width: int | Sequence[int],
    decay: float | Sequence[float],
    *,
    biases: bool,
    starts: int,
    rng: np.random.Generator,
    tolerance: float = np.inf,
) -> Trained:
    """Minimise L + decay |theta|² over networks of one stack, all of a batch at once.

    The last layer is the best one for the others at any time (`Readout`); these descend by L-BFGS
    on ReLUs that are rounded off less and less, and neurons of no use are moved to where they help
    (`optimise`). Networks wide enough to have neurons to spare end at the minimum over networks of
    any width, but for a few; narrower ones in local minima: take the best of several starts.

    Parameters
    ----------
    problems : sequence of Regression
        Of as many inputs and tasks each. Points may differ in number.
    width, decay : number, or one for every problem
        Hidden neurons, >= 1, and weight decay lambda, > 0.
    biases : bool
        Whether b and c are penalised like the weights, or not at all.
    starts : int
        Networks of every problem. All problems have the same ones, up to the place and the size of
        their inputs; narrower networks have the first neurons of the wider ones.
    rng : numpy.random.Generator
        Draws the directions of the first weights, and where in the box of the inputs kinks lie.
    tolerance : float
        Largest admissible residual of the best network of a problem.

    Returns
    -------
    Trained
        Neurons that do the same are merged: those left over have weights of zero, as have those
        beyond a problem's width.

    Raises
    ------
    ValueError
        If an argument is inadmissible.
    NotConvergedError
        If the residual of a problem's best network is above `tolerance`; it carries the largest.
    """
    widths, decays = per_problem(problems, width, decay)
    require(starts >= 1, "starts", starts, "at least 1")
    most = int(widths.max())
    readout = Readout(problems, decays, starts, biases=biases)
    neurons = np.arange(most) < np.repeat(widths, starts)[:, None]
    alive = torch.tensor(neurons, dtype=torch.float64)
    draws = first_weights(problems, most, starts, rng)
    places = torch.tensor(first_weights(problems, _PLACES, 1, rng)[:, 0])
    hidden = _OneStack(alive, biases, places.repeat_interleave(starts, dim=0), readout)
    draws *= np.sqrt(_START / widths)[:, None, None, None]
    start = torch.tensor(draws.reshape(len(alive), -1))
    hidden, found = optimise(hidden, readout, start)
    theta, residual = found.x, residuals(hidden, found)
    psi = hidden(theta, readout.x, torch.zeros_like(residual))
    alpha, c, value = readout.fit(psi)
    v, b = hidden.split(theta)
    w = (psi @ alpha * hidden.alive).transpose(1, 2)
    objective = value + readout.decay * hidden.penalty(theta)
    gone = most - b.shape[1]
    v, b, w = pad(v, (0, 0, 0, gone)), pad(b, (0, gone)), pad(w, (0, gone))

    def shaped(values: Tensor) -> np.ndarray:
        return values.detach().numpy().reshape(len(problems), starts, *values.shape[1:])

    fitted = Trained(*map(shaped, (objective, residual, v, b, w, c)))
    return fitted.converged(tolerance)
