"""A control: another learning rate for the trunk."""

from mtlpaper.methods.rule import Rule, Seen, Weights


class TrunkRate(Rule):
    """The plain sum of losses, with a learning rate of the trunk's own.

    Some rules lengthen or shorten the step of the trunk and leave the heads' as it is. This control
    shows what that alone does, for a single task, too: what they gain over it comes from how they
    combine gradients. Its values are those of the auxiliary loss's weight, which shortens the step
    of rules that balance or minimise norms.
    """

    tunes = "learning rate of the trunk over the heads'"
    grid = (0.03, 0.1, 0.3, 1.0, 3.0)
    for_one_task = True

    def weights(self, seen: Seen) -> Weights:
        """The same for both tasks."""
        return self.parameter[:, None] * seen.ones(), seen.ones()


RULE = TrunkRate
