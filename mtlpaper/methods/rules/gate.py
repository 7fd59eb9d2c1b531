"""The gate of aligned gradients (Du et al.)."""

from mtlpaper.methods.rule import AuxiliaryWeighted, Seen, Weights


class Gate(AuxiliaryWeighted):
    """The trunk follows the auxiliary gradient too unless it opposes the main task's.

    Notes
    -----
    Source: Du et al., Adapting auxiliary losses using gradient similarity (2018), the unweighted
    version; the auxiliary head follows its own gradient. :eq:`eq-M7`.
    """

    reads_gram = True

    def weights(self, seen: Seen) -> Weights:
        """1 for the main task, 1 or 0 for the auxiliary one."""
        trunk = seen.ones()
        trunk[:, 1] = (seen.gram[:, 0, 1] >= 0).to(trunk)
        return trunk, seen.ones()


RULE = Gate
