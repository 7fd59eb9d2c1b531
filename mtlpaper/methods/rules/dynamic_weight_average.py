"""Dynamic weight average (Liu, Johns & Davison)."""

import torch
from jaxtyping import Float
from torch import Tensor

from mtlpaper.methods.rule import FLOOR, Rule, Seen, Weights


class DynamicWeightAverage(Rule):
    """The loss that fell more slowly in the last step weighs more.

    With the ratio r_k of a task's loss to the one before, the weights are twice the softmax of
    r / T; they are 1 in the first two steps. A step on all points is an epoch, in which a loss
    changes by about the learning rate: only small temperatures T tell the tasks apart.

    Notes
    -----
    Source: Liu, Johns & Davison, End-to-end multi-task learning with attention (2019), Eq. (7); T
    is 2 there. :eq:`eq-M9`.
    """

    tunes = "temperature"
    grid = (0.001, 0.01, 0.1, 1.0, 2.0)
    reads_losses = True

    def __init__(self, parameter: Float[Tensor, " net"]) -> None:
        super().__init__(parameter)
        self.last = torch.full((len(parameter), 2), torch.nan).to(parameter)
        self.last_but_one = self.last

    def weights(self, seen: Seen) -> Weights:
        """From the two losses before this step's."""
        ratio = torch.nan_to_num(self.last / (self.last_but_one + FLOOR), nan=1.0)
        self.last_but_one, self.last = self.last, seen.losses
        weights = 2 * torch.softmax(ratio / self.parameter[:, None], dim=1)
        return weights, weights


RULE = DynamicWeightAverage
