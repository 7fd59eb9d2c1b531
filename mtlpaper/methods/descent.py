"""Gradient descent of students whose two tasks are combined by a rule, a whole batch at once."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mtlpaper.errors import require
from mtlpaper.methods.rule import Rule, Seen, Weights
from mtlpaper.students import Student
from mtlpaper.training import Activation, DeepStudent, LinearDescent, ReLUDescent, TrainingSet
from mtlpaper.training.networks import Dtype, LinearNetworks
from mtlpaper.training.sets import FullBatch, product, require_alphas, require_sets


class _Guide:
    """A rule at work; networks that ignore a task take the plain step, unless it is for them."""

    def __init__(self, rule: Rule, alphas: np.ndarray, nets: int) -> None:
        require_alphas(alphas, nets, 2)
        require(len(rule.parameter) == nets, "rule", len(rule.parameter), f"for {nets} networks")
        self._rule = rule
        weight = rule.auxiliary_weight.cpu().numpy()
        #: Weights of the tasks' losses, before the rule sees them.
        self.alphas = alphas * np.stack([np.ones(nets), weight], axis=1)
        guided = (self.alphas > 0).all(axis=1) | rule.for_one_task
        self._guided = torch.tensor(guided, device=rule.parameter.device)
        self._unseen = torch.full((nets, 2, 2), torch.nan).to(rule.parameter)
        self.reads_losses, self.reads_gram = rule.reads_losses, rule.reads_gram

    def __call__(self, losses: Sequence[Tensor], gram: Tensor | None) -> Weights:
        """Weights of the trunk and of the heads, from losses (net,) a task and (net, 2, 2)."""
        seen = Seen(
            torch.stack(list(losses), dim=1).double() if losses else self._unseen[:, 0],
            self._unseen if gram is None else gram.double(),
        )
        trunk, heads = self._rule.weights(seen)
        plain = ~self._guided[:, None]
        masked = trunk.masked_fill(plain, 1.0)
        return masked, masked if heads is trunk else heads.masked_fill(plain, 1.0)

    def keep(self, chosen: np.ndarray) -> None:
        index = torch.from_numpy(np.flatnonzero(chosen)).to(self._guided.device)
        self._rule.keep(index)
        self._guided, self._unseen = self._guided[index], self._unseen[index]


def _softmax_(z: Tensor) -> tuple[Tensor, Tensor]:
    """Probabilities of logits (net, N3, N), in their place, and sums of log Z over points (net,).

    The largest probability is at least 1 / N3, so that its logarithm is exact.
    """
    largest = z.amax(dim=1)
    torch.softmax(z, dim=1, out=z)
    return z, (largest - z.amax(dim=1).log()).sum(dim=1)


class _LossAndForce(FullBatch):
    """The gradient of a training loss; `loss` (net,) is the loss where it was last taken."""

    def __call__(self, W: Float[Tensor, "net N3 N1"]) -> Float[Tensor, "net N3 N1"]:
        p, log_Z = _softmax_(product(W, self._X))
        # `_decay` is minus the loss's weight over N, and `_drive` contains the weight.
        of_label = (self._drive * W).sum(dim=(1, 2))
        self.loss = (-self._decay.flatten() * log_Z - of_label).clamp_min(0)
        return torch.addcmul(self._drive, product(p, self._Xt), self._decay)


class _Networks(LinearNetworks):
    """Linear students whose tasks' gradients are weighted before they are added."""

    def gram(self, D: Tensor, of_task: Tensor) -> Tensor:
        """Inner products (net, task, task) of the tasks' gradients on the trunk.

        A layer's gradient is a product of the layers above it, the force D and the layers below it.
        Inner products of such products need square matrices of the classes only; `of_task` (class,
        task) is 1 where a class belongs to a task.
        """
        products, n = torch.zeros((), device=D.device, dtype=D.dtype), self._trained
        for layer, above in enumerate(self._above()):
            used, D = above[:, :, :n], self._through(D, layer)
            products = products + (used @ used.transpose(1, 2)) * (D @ D.transpose(1, 2))
        return of_task.T @ products @ of_task

    def _through(self, D: Tensor, layer: int) -> Tensor:
        """Carry D, as it is above layer `layer` - 1, through that layer."""
        return torch.bmm(D, self.trunk[layer - 1].transpose(1, 2)) if layer else D

    def add_weighted(self, D: Tensor, trunk: Tensor, heads: Tensor, learning_rate: float) -> None:
        """Take one step along D with weights (net, classes, 1) for the trunk and the heads."""
        at_last = heads * D
        for layer in range(len(self.trunk)):
            at_last = self._through(at_last, layer)
        below = self.trunk[-1].transpose(1, 2)
        stepped = torch.baddbmm(self.heads, at_last, below, alpha=learning_rate)
        self.add(trunk * D, learning_rate)
        self.heads = stepped


class RuledLinear(LinearDescent):
    """Full-batch descent of linear students whose two tasks are combined by a rule.

    Parameters
    ----------
    students, sets, alphas, learning_rate, device, dtype
        As for `LinearDescent.on_sets`; two tasks. Networks in which a task has loss weight 0 take
        the plain step unless the rule is for one task, too.
    rule : Rule
        With one parameter a network, on the same device. It changes as training goes on: make one
        for every descent.

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """

    _networks: _Networks

    def __init__(
        self,
        students: Sequence[Student],
        sets: Sequence[TrainingSet],
        rule: Rule,
        alphas: Float[np.ndarray, "net task"],
        learning_rate: float,
        *,
        device: str = "cpu",
        dtype: Dtype = "float64",
    ) -> None:
        require(len(students) >= 1, "students", len(students), "at least one network")
        self._guide = _Guide(rule, alphas, len(students))
        N1 = students[0].W21.shape[1]
        require_sets(sets, [(N1, W32.shape[0]) for W32 in students[0].W32], len(students))
        force = _LossAndForce if rule.reads_losses else FullBatch
        weights = self._guide.alphas.T
        forces = [force(*part, device, dtype) for part in zip(sets, weights, strict=True)]
        super().__init__(students, forces, learning_rate, device=device, dtype=dtype)
        self._networks = _Networks(students, device, dtype)
        sizes = [W32.shape[0] for W32 in students[0].W32]
        self._task_of = torch.tensor(np.repeat([0, 1], sizes), device=device)
        self._of_task = torch.nn.functional.one_hot(self._task_of).to(self._W)

    def _add(self, D: Float[Tensor, "net classes N1"]) -> None:
        guide, networks = self._guide, self._networks
        losses = [force.loss for force in self._forces if isinstance(force, _LossAndForce)]
        gram = networks.gram(D, self._of_task) if guide.reads_gram else None
        trunk, heads = guide(losses, gram)
        if heads is trunk:
            networks.add(self._rows(trunk) * D, self.learning_rate)
        else:
            networks.add_weighted(D, self._rows(trunk), self._rows(heads), self.learning_rate)
        self._W = networks.W()

    def _rows(self, weights: Tensor) -> Tensor:
        """Weights of the tasks as (net, classes, 1), in the precision of the networks."""
        return weights.to(self._W.dtype)[:, self._task_of, None]

    def keep(self, chosen: Bool[np.ndarray, " net"]) -> None:
        """Go on with some of the networks only."""
        super().keep(chosen)
        self._guide.keep(chosen)


class RuledReLU(ReLUDescent):
    """Full-batch descent of deep ReLU students whose two tasks are combined by a rule.

    Parameters
    ----------
    students, sets, alphas, learning_rate, activation, device, dtype
        As for `ReLUDescent`; two tasks.
    rule : Rule
        As for `RuledLinear`.

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """

    def __init__(
        self,
        students: Sequence[DeepStudent],
        sets: Sequence[TrainingSet],
        rule: Rule,
        alphas: Float[np.ndarray, "net task"],
        learning_rate: float,
        *,
        activation: Activation = "every",
        device: str = "cpu",
        dtype: Dtype = "float64",
    ) -> None:
        self._guide = _Guide(rule, alphas, len(students))
        super().__init__(
            students,
            sets,
            self._guide.alphas,
            learning_rate,
            activation=activation,
            device=device,
            dtype=dtype,
        )

    def step(self) -> None:
        """Take one step of every network."""
        hidden = self._hidden(self._X)
        error, of_heads, losses = self._at_heads(hidden[-1])
        of_trunk = self._at_layers(hidden, error)
        gram = None
        if self._guide.reads_gram:
            gram = torch.stack([G @ G.transpose(1, 2) for G in of_trunk]).sum(dim=0)
        trunk, heads = (w.to(error) for w in self._guide(losses, gram))
        for W, G in zip(self._trunk, of_trunk, strict=True):
            trained = W[:, : self._trained(W)]
            step = (trunk[:, None] @ G).view(trained.shape)
            trained.add_(step, alpha=self.learning_rate)
        for head, step, weight in zip(self._heads, of_heads, heads.T, strict=True):
            head.addcmul_(weight[:, None, None], step, value=self.learning_rate)

    def _trained(self, W: Tensor) -> int:
        return W.shape[1] - self._biased  # a unit held at 1 keeps its weights

    def _at_heads(self, last: Tensor) -> tuple[Tensor, list[Tensor], list[Tensor]]:
        """Negative gradients on the last hidden layer and on the heads; losses, if read."""
        error, of_heads, losses = torch.empty_like(last), [], []
        parts = zip(self._columns, self._heads, self._Y, self._weights, strict=True)
        for columns, head, Y, weight in parts:
            h = last[:, :, columns]
            z = head @ h
            if self._guide.reads_losses:
                of_label = (Y * z).sum(dim=(1, 2))
                p, log_Z = _softmax_(z)
                losses.append((weight.flatten() * (log_Z - of_label)).clamp_min(0))
            else:
                p = torch.softmax(z, dim=1)
            residual = (Y - p) * weight
            error[:, :, columns] = head.transpose(1, 2) @ residual
            of_heads.append(residual @ h.transpose(1, 2))
        return error, of_heads, losses

    def _at_layers(self, hidden: list[Tensor], error: Tensor) -> list[Tensor]:
        """Both tasks' negative gradients on every layer of the trunk, (net, 2, weight) each."""
        found: list[Tensor] = []
        for layer in reversed(range(len(self._trunk))):
            if self._rectified[layer]:
                error *= hidden[layer] > 0
            W = self._trunk[layer]
            trained = error[:, : self._trained(W)]
            below = hidden[layer - 1].transpose(1, 2) if layer else self._Xt
            parts = [
                product(trained[:, :, columns], below[:, columns]).flatten(1)
                for columns in self._columns
            ]
            found.insert(0, torch.stack(parts, dim=1))
            if layer:
                error = W.transpose(1, 2) @ error
        return found

    def keep(self, chosen: Bool[np.ndarray, " net"]) -> None:
        """Go on with some of the networks only."""
        super().keep(chosen)
        self._guide.keep(chosen)
