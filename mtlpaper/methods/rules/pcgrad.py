"""Projecting conflicting gradients (Yu et al.)."""

from mtlpaper.methods.rule import FLOOR, AuxiliaryWeighted, Seen, Weights


class PCGrad(AuxiliaryWeighted):
    """Gradients that oppose each other lose what they have along each other, and are summed.

    Notes
    -----
    Source: Yu et al., Gradient surgery for multi-task learning (2020), Algorithm 1. For two tasks
    the order of the projections does not matter. :eq:`eq-M3`.
    """

    reads_gram = True

    def weights(self, seen: Seen) -> Weights:
        """1, and more for either where they oppose each other."""
        conflict = seen.gram[:, 0, 1].clamp_max(0)[:, None]
        squares = seen.gram.diagonal(dim1=1, dim2=2).clamp_min(0)
        return 1 - conflict / (squares + FLOOR), seen.ones()


RULE = PCGrad
