"""The claim that all other singular values are suppressed."""

import xarray as xr

from mtlpaper.companion.claims import Claim, Parts, Range, both, parts_of, replaced, take
from mtlpaper.documents.lee2019 import ONE_TASK


def lasting_decay(data: xr.Dataset) -> Parts:
    """Decay rate of the second singular value, last over first; 0 where it does not decay."""
    first = take(data, "rate", window="first fifth").drop_vars("window")
    last = take(data, "rate", window="last fifth").drop_vars("window")
    grows = (take(data, "kind") == "not suppressed") | (first <= 0)
    ratio = (last / first).where(~grows, 0.0)
    return parts_of(ratio.rename("rate"), {"N3": "classes"})


CLAIMS = (
    Claim(
        name="others-suppressed",
        section=ONE_TASK,
        where="section 3, above Eq. (3)",
        says="All other singular values are exponentially suppressed in time.",
        expected="rate at the end over rate at the start ≥ 0.5",
        settings="unknown",
        experiment="spectrum",
        figure="fig-spectrum",
        statistic=lasting_decay,
        range=Range(low=0.5),
        reason="an exponential keeps its rate; the balanced power law 1/t loses most of it",
        control=both(replaced("rate", 1.0), replaced("kind", "not suppressed")),
        explained={
            "partly": "It needs layers out of balance and a teacher without noise: balanced layers "
            "decay as 1/t, and a noisy teacher has other singular values that the student learns.",
        },
    ),
)
