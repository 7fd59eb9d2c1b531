"""Fast adaptive multitask optimisation (Liu, Feng, Stone & Liu)."""

import torch
from jaxtyping import Float
from torch import Tensor

from mtlpaper.methods.rule import FLOOR, Rule, Seen, Weights

#: Decay of the logits, the paper's.
_DECAY = 1e-3


class FAMO(Rule):
    """Losses weighted so that their logarithms fall equally fast.

    With z = softmax(xi), a loss weighs z_k / L_k, scaled so that the weights sum to two. After a
    step the logits xi descend the weighted fall of the logarithms of the losses.

    Notes
    -----
    Source: Liu et al., FAMO: fast adaptive multitask optimization (2023), Algorithm 1, by plain
    gradient descent of the logits; a logarithm falls in a step by the order of the learning rate.
    :eq:`eq-M11`.
    """

    tunes = "step of the logits"
    grid = (0.03, 0.3, 1.0, 3.0, 10.0)
    reads_losses = True

    def __init__(self, parameter: Float[Tensor, " net"]) -> None:
        super().__init__(parameter)
        self.xi = torch.zeros(len(parameter), 2).to(parameter)
        self.last = torch.full_like(self.xi, torch.nan)  # logarithms of the losses

    def weights(self, seen: Seen) -> Weights:
        """From logits that take the step that the losses of the step before call for."""
        now = (seen.losses + FLOOR).log()
        fall = torch.nan_to_num(self.last - now)
        z = torch.softmax(self.xi, dim=1)
        slope = z * (fall - (z * fall).sum(dim=1, keepdim=True))
        self.xi = self.xi - self.parameter[:, None] * (slope + _DECAY * self.xi)
        self.last = now
        weights = 2 * torch.softmax(torch.log_softmax(self.xi, dim=1) - now, dim=1)
        return weights, weights


RULE = FAMO
