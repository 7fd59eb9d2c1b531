"""Nash-MTL (Navon et al.)."""

from mtlpaper.methods.rule import Rule, Seen, Weights

#: Least norm of a gradient and least 1 + cosine that divide; weights stay below 1e9 times the
#: length of the step.
_LEAST_NORM, _LEAST_AGREEMENT = 1e-6, 1e-6


class Nash(Rule):
    """The step on which two tasks agree that bargain for it.

    The weights solve (G alpha)_k = 1 / alpha_k with the Gram matrix G. For two tasks
    alpha_k = 1 / (|g_k| sqrt(1 + cosine)): the direction is that of `imtl_g`, and all steps are
    equally long, sqrt(2), which the largest norm cuts down.

    Notes
    -----
    Source: Navon et al., Multi-task learning as a bargaining game (2022), Claim 3.1; the largest
    norm is 1 in the authors' code, whose heads follow their weighted losses. :eq:`eq-M4`.
    """

    tunes = "largest norm of the trunk's step"
    grid = (0.1, 0.2, 0.4, 0.8, 2.0**0.5)
    reads_gram = True

    def weights(self, seen: Seen) -> Weights:
        """The bargained weights, cut down."""
        agreement = (1 + seen.cosine()).clamp_min(_LEAST_AGREEMENT)
        alpha = 1 / (seen.norms().clamp_min(_LEAST_NORM) * agreement.sqrt()[:, None])
        weights = (self.parameter / 2**0.5).clamp_max(1)[:, None] * alpha
        return weights, weights


RULE = Nash
