"""Conflict-averse gradient descent (Liu et al.)."""

import torch

from mtlpaper.methods.rule import FLOOR, Rule, Seen, Weights


class CAGrad(Rule):
    """The step near the mean gradient g_0 that lowers the worse-off loss fastest.

    Within a ball of c |g_0| around g_0 it is g_0 + c |g_0| g_w / |g_w|, where g_w is the convex
    combination of the gradients that minimises the convex function g_w g_0 + c |g_0| |g_w|. With
    c = 0 it is the plain mean.

    Notes
    -----
    Source: Liu et al., Conflict-averse gradient descent for multi-task learning (2021), Algorithm
    1; its heads follow their own gradients. :eq:`eq-M5`; for two tasks the main task's share in g_w
    solves the quadratic equation :eq:`eq-M6`.
    """

    tunes = "radius c of the ball"
    grid = (0.1, 0.3, 0.5, 0.7, 0.9)
    reads_gram = True

    def weights(self, seen: Seen) -> Weights:
        """Twice the weights of the paper's step."""
        AA, AB, BB = seen.gram[:, 0, 0], seen.gram[:, 0, 1], seen.gram[:, 1, 1]
        radius = self.parameter * ((AA + BB + 2 * AB) / 4).clamp_min(0).sqrt()
        A, B = (AA + BB - 2 * AB).clamp_min(0), 2 * (AB - BB)
        slope = (AA - BB) / 2
        bend = A * radius**2 - slope**2
        root = (4 * A * BB - B**2).clamp_min(0) / bend.clamp_min(FLOOR)
        inside = ((-slope * root.sqrt() - B) / (2 * A + FLOOR)).clamp(0, 1)
        share = torch.where(bend > 0, inside, (1 - slope.sign()) / 2)
        square = A * share**2 + B * share + BB
        # No step lowers both losses where g_w is 0; there the rounding of g_w would be followed.
        some = square > 1e-12 * torch.maximum(AA, BB)
        length = torch.where(some, radius / (square.clamp_min(0) + FLOOR).sqrt(), 0)
        return 1 + 2 * length[:, None] * torch.stack([share, 1 - share], dim=1), seen.ones()


RULE = CAGrad
