"""Uncertainty weighting (Kendall, Gal & Cipolla)."""

import torch
from jaxtyping import Float
from torch import Tensor

from mtlpaper.methods.rule import Rule, Seen, Weights


class Uncertainty(Rule):
    """Each loss is divided by a learned variance, whose logarithm is paid for.

    Minimises sum_k exp(-s_k) L_k + s_k / 2 over the weights of the network and, by gradient descent
    of a rate of its own from s = 0, over the logarithms s_k of the variances. At rest
    exp(-s_k) = 1 / (2 L_k).

    Notes
    -----
    Source: Kendall, Gal & Cipolla, Multi-task learning using uncertainty to weigh losses (2018),
    section 3.2, the form for classification, with s = log sigma^2. :eq:`eq-M8`.
    """

    tunes = "step of the variances' logarithms"
    grid = (0.01, 0.03, 0.1, 0.3, 1.0)
    reads_losses = True

    def __init__(self, parameter: Float[Tensor, " net"]) -> None:
        super().__init__(parameter)
        self.s = torch.zeros(len(parameter), 2).to(parameter)

    def weights(self, seen: Seen) -> Weights:
        """The inverse variances before their own step."""
        inverse = torch.exp(-self.s)
        self.s = self.s - self.parameter[:, None] * (0.5 - inverse * seen.losses)
        return inverse, inverse


RULE = Uncertainty
