"""Impartial multitask learning, its gradient balance (Liu et al.)."""

from mtlpaper.methods.rule import FLOOR, AuxiliaryWeighted, Seen, Weights


class ImpartialGradients(AuxiliaryWeighted):
    """The trunk's step has equal projections on both gradients' directions.

    For two tasks both weighted gradients are then equally long, whatever their angle. The weight of
    the auxiliary loss does not turn the step: it changes its length, and the auxiliary head.

    Notes
    -----
    Source: Liu et al., Towards impartial multi-task learning (2021), section 3.1; its heads follow
    their own gradients. :eq:`eq-M4`.
    """

    reads_gram = True

    def weights(self, seen: Seen) -> Weights:
        """Each gradient weighs as the other's norm."""
        other = seen.norms().flip(1) + FLOOR
        return 2 * other / other.sum(dim=1, keepdim=True), seen.ones()


RULE = ImpartialGradients
