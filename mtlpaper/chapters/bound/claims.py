"""Claims on the bound of Eq. (5)."""

from collections.abc import Callable

import xarray as xr

from mtlpaper.companion.claims import (
    Claim,
    Parts,
    Range,
    parts_of,
    replaced,
    shifted,
    take,
)
from mtlpaper.documents.lee2019 import TABLE1

_NAMES = {
    "source": "",
    "n_train": "N",
    "n_limited": "N",
    "r_related": "r_AB",
    "r_weak": "r_AB",
    "label_rule": "",
}


def outside(form: str, *label_rules: str) -> Callable[[xr.Dataset], Parts]:
    """Share of pairs of students outside of a form of the bound."""

    def statistic(data: xr.Dataset) -> Parts:
        cell = {"form": form, "label_rule": label_rules.__contains__}
        return parts_of(take(data, "violation", **cell).drop_vars("form"), _NAMES)

    return statistic


#: Why students that are aligned with a noisy teacher leave Eq. (5).
_TURNED = (
    "Eq. (5) is a theorem for students along the noise-free teacher. Those aligned with the noisy "
    "one lie along other directions, and the benefit comes from turning, which no singular value "
    "shows. The general bound allows for both."
)

CLAIMS = (
    Claim(
        name="eq5-general",
        section=TABLE1,
        where="section 4.4, above Eq. (5)",
        says="Convexity bounds the benefit from both sides, for any two linear students.",
        expected="no pair of students outside",
        settings="stated",
        experiment="bound",
        figure="fig-bound",
        statistic=outside("general", "soft", "argmax"),
        range=Range(high=0.0),
        reason="a bound allows no exception; outside means by more than four standard errors",
        control=shifted("violation", 1.0),
    ),
    Claim(
        name="eq5-soft",
        section=TABLE1,
        where="Eq. (5)",
        says="The benefit lies between the two sides of Eq. (5), with soft labels.",
        expected="no pair of students outside",
        settings="stated",
        experiment="bound",
        figure="fig-bound",
        statistic=outside("Eq. (5) as printed", "soft"),
        range=Range(high=0.0),
        reason="a bound allows no exception",
        control=shifted("violation", 1.0),
        explained={"partly": _TURNED, "not reproduced": _TURNED},
    ),
    Claim(
        name="eq5-argmax",
        section=TABLE1,
        where="Eq. (5), with the labels of section 2.1",
        says="The same with argmax labels, as all experiments of the paper have them.",
        expected="no pair of students outside",
        settings="stated",
        experiment="bound",
        figure="fig-bound",
        statistic=outside("Eq. (5) as printed", "argmax"),
        range=Range(high=0.0),
        reason="a bound allows no exception",
        control=shifted("violation", 1.0),
        explained={
            "partly": f"Its constant is that of soft labels. {_TURNED}",
            "not reproduced": f"Its constant is that of soft labels. {_TURNED}",
        },
    ),
    Claim(
        name="eq5-tight",
        section=TABLE1,
        where="section 4.4, above Eq. (5)",
        says="The bound is tight.",
        expected="gap of the two sides at most the benefit itself (median)",
        settings="stated",
        experiment="bound",
        figure="fig-bound-tightness",
        statistic=lambda data: parts_of(take(data, "tightness"), _NAMES),
        range=Range(high=1.0),
        reason="a wider one would not fix the benefit's sign",
        control=replaced("tightness", 100.0),
    ),
)
