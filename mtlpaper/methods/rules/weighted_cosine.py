"""The auxiliary gradient weighted by its cosine with the main task's (Du et al.)."""

from mtlpaper.methods.rule import AuxiliaryWeighted, Seen, Weights


class WeightedCosine(AuxiliaryWeighted):
    """The trunk follows the auxiliary gradient as far as its cosine with the main task's says.

    Notes
    -----
    Source: Du et al., Adapting auxiliary losses using gradient similarity (2018), the weighted
    version; the auxiliary head follows its own gradient. :eq:`eq-M7`.
    """

    reads_gram = True

    def weights(self, seen: Seen) -> Weights:
        """1 for the main task, the cosine for the auxiliary one, or 0 if it is negative."""
        trunk = seen.ones()
        trunk[:, 1] = seen.cosine().clamp_min(0)
        return trunk, seen.ones()


RULE = WeightedCosine
