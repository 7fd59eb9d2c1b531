"""What the claims of the paper become on either side."""

from __future__ import annotations

from dataclasses import dataclass

from mtlpaper.companion import registry
from mtlpaper.companion.claims import Claim, Finding
from mtlpaper.companion.comparison.sides import Side


@dataclass(frozen=True)
class Judged:
    """A claim and what either dataset says of it.

    Attributes
    ----------
    claim : Claim
    a, b : Finding
    """

    claim: Claim
    a: Finding
    b: Finding

    @property
    def turned(self) -> bool:
        """Whether the verdicts differ."""
        return self.a.verdict != self.b.verdict


def judge(a: Side, b: Side) -> tuple[Judged, ...]:
    """Judge every claim that rests on the sides' experiment, in the order of the paper."""
    claims = (claim for claim in registry.claims() if claim.experiment == a.experiment)
    return tuple(Judged(claim, claim.judge(a.data), claim.judge(b.data)) for claim in claims)
