"""Networks of one stack, Definition 1, trained with weight decay to optimality, a batch at once."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from mtlpaper.errors import NotConvergedError, require
from mtlpaper.wide.descent import descend
from mtlpaper.wide.problem import Regression

T = TypeVar("T", bound="Fitted")

#: Half-widths over which the kink of a neuron is rounded off, stage by stage, over the inputs' own.
_SMOOTHINGS = np.geomspace(0.1, 1e-6, 11)
#: Iterations of every stage.
_ITERATIONS = 100
#: Sum of the squares of a stack's first weights at the start.
_START = 4.0


@runtime_checkable
class Hidden(Protocol):
    """All of a batch of networks but their last layer, as a function of a vector of parameters."""

    def __call__(
        self,
        theta: Float[Tensor, "net parameter"],
        x: Float[Tensor, "net point dim"],
        smoothing: Float[Tensor, " net"],
    ) -> Float[Tensor, "net neuron point"]:
        """Return the units that the last layer reads."""

    def penalty(self, theta: Float[Tensor, "net parameter"]) -> Float[Tensor, " net"]:
        """Return the squares that weight decay adds up, those of the last layer left out."""


class Readout:
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
    device : str
    """

    def __init__(
        self,
        problems: Sequence[Regression],
        decay: Float[np.ndarray, " problem"],
        starts: int,
        *,
        biases: bool,
        device: str,
    ) -> None:
        def batch(arrays: Sequence[np.ndarray]) -> Tensor:
            rows = pad_sequence([torch.tensor(one) for one in arrays], batch_first=True)
            return rows.repeat_interleave(starts, dim=0).to(device)

        eye = np.eye(problems[0].n_tasks)
        self.x = batch([one.x for one in problems])
        #: Which task a point is of; none, where a problem of fewer points is padded.
        self.output = batch([eye[one.task] for one in problems])
        self.decay = batch([np.full(1, one) for one in decay])[:, 0]
        #: Half-width of the inputs.
        self.reach = batch([np.ptp(one.x, axis=0) / 2 for one in problems]).amax(dim=1)
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
        A = A + self.decay[:, None, None] * torch.eye(y.shape[1], dtype=A.dtype, device=A.device)
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

    def objective(
        self,
        hidden: Hidden,
        theta: Float[Tensor, "net parameter"],
        smoothing: Float[Tensor, " net"],
    ) -> tuple[Float[Tensor, " net"], Float[Tensor, "net parameter"]]:
        """Return the objectives with the best last layer, and their gradients.

        For the gradient alpha may be held, as the last layer is at its best: the value depends on
        hidden units as -lambda |w|² does.
        """
        theta = theta.detach().requires_grad_()
        psi, penalty = hidden(theta, self.x, smoothing), hidden.penalty(theta)
        with torch.no_grad():
            alpha, _, value = self.fit(psi)
        w = psi @ alpha
        held = self.decay * (penalty - w.square().sum(dim=(1, 2)))
        (gradient,) = torch.autograd.grad(held.sum(), theta)
        return value + self.decay * penalty.detach(), gradient


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


def optimise(
    hidden: Hidden, readout: Readout, start: Float[Tensor, "net parameter"]
) -> tuple[Float[Tensor, "net parameter"], Float[Tensor, " net"]]:
    """Minimise the objectives of a batch of networks.

    The objective has kinks where a neuron's kink crosses a point, and minima often lie there, so
    the ReLU is rounded off: over a tenth of the inputs' half-width first, over a millionth last.

    Returns
    -------
    theta : (net, parameter) tensor
    residual : (net,) tensor
        Norm of the last stage's gradient times that of the weights, over the objective.
    """
    theta, residual = start, torch.full_like(readout.reach, torch.inf)
    for share in _SMOOTHINGS:
        objective = partial(readout.objective, hidden, smoothing=share * readout.reach)
        found = descend(objective, theta, _ITERATIONS)
        theta = found.x
        size = torch.linalg.vector_norm(found.gradient, dim=1) * hidden.penalty(theta).sqrt()
        residual = size / found.value.clamp(min=1e-300)
    return theta, residual


class _OneStack:
    """First layer of networks of one stack; widths may differ, those beyond are held at 0."""

    def __init__(self, alive: Float[Tensor, "net neuron"], dim: int, biases: bool) -> None:
        self._alive, self._dim, self._biases = alive[..., None], dim, biases

    def split(
        self, theta: Float[Tensor, "net parameter"]
    ) -> tuple[Float[Tensor, "net neuron dim"], Float[Tensor, "net neuron"]]:
        """Return v and b."""
        both = theta.unflatten(1, (-1, self._dim + 1)) * self._alive
        return both[..., :-1], both[..., -1]

    def __call__(
        self,
        theta: Float[Tensor, "net parameter"],
        x: Float[Tensor, "net point dim"],
        smoothing: Float[Tensor, " net"],
    ) -> Float[Tensor, "net neuron point"]:
        return stack(*self.split(theta), x, smoothing)

    def penalty(self, theta: Float[Tensor, "net parameter"]) -> Float[Tensor, " net"]:
        v, b = self.split(theta)
        return v.square().sum(dim=(1, 2)) + self._biases * b.square().sum(dim=1)


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
    device: str = "cpu",
) -> Trained:
    """Minimise L + decay |theta|² over networks of one stack, all of a batch at once.

    The last layer is the best one for the others at any time (`Readout`); these descend by L-BFGS
    on ReLUs that are rounded off less and less (`optimise`). What is found is a local minimum:
    take the best of several starts.

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
    device : str
        "cpu" or "cuda".

    Returns
    -------
    Trained
        Neurons beyond a problem's width have weights of zero.

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
    readout = Readout(problems, decays, starts, biases=biases, device=device)
    neurons = np.arange(most) < np.repeat(widths, starts)[:, None]
    alive = torch.tensor(neurons, dtype=torch.float64, device=device)
    hidden = _OneStack(alive, problems[0].x.shape[1], biases)
    draws = first_weights(problems, most, starts, rng)
    draws *= np.sqrt(_START / widths)[:, None, None, None]
    start = torch.tensor(draws.reshape(len(alive), -1), device=device)
    theta, residual = optimise(hidden, readout, start)
    psi = hidden(theta, readout.x, torch.zeros_like(residual))
    alpha, c, value = readout.fit(psi)
    v, b = hidden.split(theta)
    objective = value + readout.decay * hidden.penalty(theta)

    def shaped(values: Tensor) -> np.ndarray:
        return values.detach().cpu().numpy().reshape(len(problems), starts, *values.shape[1:])

    w = (psi @ alpha * alive[..., None]).transpose(1, 2)
    found = Trained(*map(shaped, (objective, residual, v, b, w, c)))
    return found.converged(tolerance)
