"""GradNorm (Chen, Badrinarayanan, Lee & Rabinovich)."""

import torch
from jaxtyping import Float
from torch import Tensor

from mtlpaper.methods.rule import FLOOR, Rule, Seen, Weights

#: Learning rate of the weights, the paper's.
_RATE = 0.025
#: Least weight; a step of the weights might else change the sign of a loss.
_LEAST = 1e-3


class GradNorm(Rule):
    """Weights of the losses are moved until both weighted gradients are as large as they should be.

    A task's target is the mean norm of the weighted gradients times (its loss over its first loss,
    over the mean of these ratios) to the power of the asymmetry: a task that lags behind gets a
    larger gradient. The weights descend the absolute deviations from the targets and are scaled to
    sum to two.

    Notes
    -----
    Source: Chen et al., GradNorm (2018), Eqs. (1) and (2) and Algorithm 1, over the whole trunk.
    :eq:`eq-M10`.
    """

    tunes = "asymmetry"
    grid = (0.0, 0.5, 1.0, 1.5, 3.0)
    reads_losses = True
    reads_gram = True

    def __init__(self, parameter: Float[Tensor, " net"]) -> None:
        super().__init__(parameter)
        self.w = torch.ones(len(parameter), 2).to(parameter)
        self.first = torch.full_like(self.w, torch.nan)

    def weights(self, seen: Seen) -> Weights:
        """The weights before their own step."""
        self.first = torch.where(self.first.isnan(), seen.losses, self.first)
        w, norm = self.w, seen.norms()
        ratio = (seen.losses + FLOOR) / (self.first + FLOOR)
        pace = (ratio / ratio.mean(dim=1, keepdim=True)) ** self.parameter[:, None]
        size = w * norm
        target = size.mean(dim=1, keepdim=True) * pace
        moved = (w - _RATE * norm * torch.sign(size - target)).clamp_min(_LEAST)
        self.w = 2 * moved / moved.sum(dim=1, keepdim=True)
        return w, w


RULE = GradNorm
