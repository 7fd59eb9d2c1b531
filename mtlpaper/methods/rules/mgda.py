"""Multiple-gradient descent (Désidéri; Sener & Koltun)."""

import torch

from mtlpaper.methods.rule import FLOOR, AuxiliaryWeighted, Seen, Weights


class MGDA(AuxiliaryWeighted):
    """The trunk follows the shortest convex combination of both gradients.

    The main task's share of two gradients is (|g_B|^2 - g_A g_B) / |g_A - g_B|^2, within 0 and 1.
    The combination is 0 exactly where no step lowers both losses.

    Notes
    -----
    Source: Sener & Koltun, Multi-task learning as multi-objective optimization (2018), Algorithm 1;
    its heads follow their own gradients. :eq:`eq-M3`.
    """

    reads_gram = True

    def weights(self, seen: Seen) -> Weights:
        """Twice the convex weights; both are 1 where the gradients are equal."""
        AA, AB, BB = seen.gram[:, 0, 0], seen.gram[:, 0, 1], seen.gram[:, 1, 1]
        apart = (AA + BB - 2 * AB).clamp_min(0)
        share = ((BB - AB + FLOOR / 2) / (apart + FLOOR)).clamp(0, 1)
        return 2 * torch.stack([share, 1 - share], dim=1), seen.ones()


RULE = MGDA
