"""What a rule is: how two tasks' losses and gradients become the weights of one step."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

#: Added to squared norms that may be 0, before they divide.
FLOOR = 1e-60

Five = tuple[float, float, float, float, float]
Weights = tuple[Float[Tensor, "net 2"], Float[Tensor, "net 2"]]


@dataclass(frozen=True)
class Seen:
    """What a rule sees before a step, in double precision.

    Attributes
    ----------
    losses : (net, 2) tensor
        Training losses of both tasks in nats; NaN unless the rule `reads_losses`.
    gram : (net, 2, 2) tensor
        Inner products of the tasks' gradients on the trunk; NaN unless the rule `reads_gram`.
    """

    losses: Float[Tensor, "net 2"]
    gram: Float[Tensor, "net 2 2"]

    def ones(self) -> Float[Tensor, "net 2"]:
        """Weights of the plain sum of losses."""
        return torch.ones_like(self.losses)

    def norms(self) -> Float[Tensor, "net 2"]:
        """Norms of the gradients."""
        return self.gram.diagonal(dim1=1, dim2=2).clamp_min(0).sqrt()

    def cosine(self) -> Float[Tensor, " net"]:
        """Cosine between the gradients, 0 where one of them is 0."""
        return (self.gram[:, 0, 1] / (self.norms().prod(dim=1) + FLOOR)).clamp(-1, 1)


class Rule(ABC):
    """The weights of two tasks in every step of a batch of networks; task 0 is the main task.

    The step of the trunk is the sum of the tasks' negative gradients times the weights of the
    trunk; a head's step is its own task's negative gradient times the weight of the head. Where a
    paper's weights of the trunk sum to one, ours sum to two, like those of the plain sum of losses;
    see :eq:`eq-M1`.

    All attributes are tensors with one entry a network, in double precision.

    Parameters
    ----------
    parameter : (net,) tensor
        The one tuned parameter of the rule.

    Attributes
    ----------
    tunes : str
        What the parameter is.
    grid : tuple of five floats
        The values among which it is tuned.
    reads_losses, reads_gram : bool
        What the rule looks at; what it does not look at need not be computed.
    for_one_task : bool
        Whether it changes the step of a network that learns one task only.
    """

    tunes: ClassVar[str]
    grid: ClassVar[Five]
    reads_losses: ClassVar[bool] = False
    reads_gram: ClassVar[bool] = False
    for_one_task: ClassVar[bool] = False

    def __init__(self, parameter: Float[Tensor, " net"]) -> None:
        self.parameter = parameter

    @property
    def auxiliary_weight(self) -> Float[Tensor, " net"]:
        """Weight of the auxiliary task's loss, before the rule sees the loss and its gradient."""
        return torch.ones_like(self.parameter)

    @abstractmethod
    def weights(self, seen: Seen) -> Weights:
        """Weights of the next step, of the trunk and of the heads; called once a step."""

    def keep(self, index: Tensor) -> None:
        """Go on with the networks of these numbers only."""
        for name, values in vars(self).items():
            setattr(self, name, values[index])


class AuxiliaryWeighted(Rule):
    """A rule without a parameter of its own: the weight of the auxiliary loss is tuned."""

    tunes = "weight of the auxiliary loss"
    grid = (0.03, 0.1, 0.3, 1.0, 3.0)

    @property
    def auxiliary_weight(self) -> Float[Tensor, " net"]:
        """The parameter."""
        return self.parameter
