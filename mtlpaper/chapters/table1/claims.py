"""Claims of Table 1, row by row."""

from collections.abc import Callable

import xarray as xr

from mtlpaper.chapters.common.two_tasks.claims import (
    NEGLIGIBLE_REASON,
    SIGN_REASON,
)
from mtlpaper.companion.claims import (
    NEGATIVE,
    POSITIVE,
    Claim,
    Parts,
    Range,
    negated,
    parts_of,
    shifted,
    take,
)
from mtlpaper.documents.lee2019 import TABLE1
from mtlpaper.documents.lee2019.printed import NEGLIGIBLE

_NAMES = {
    "n_train": "N",
    "n_limited": "N",
    "r_related": "r_AB",
    "r_weak": "r_AB",
    "label_rule": "",
}

_FIGURE = "fig-table1-rows"


def _measured(row: str) -> Callable[[xr.Dataset], Parts]:
    def statistic(data: xr.Dataset) -> Parts:
        return parts_of(take(data, row, source="measured").drop_vars("source"), _NAMES)

    return statistic


CLAIMS = (
    Claim(
        name="row-a",
        section=TABLE1,
        where="Table 1 (a)",
        says="Unrelated tasks change nothing, whatever their SNR and the number of points.",
        expected=f"within ±{NEGLIGIBLE:g}",
        settings="inferred",
        experiment="table1",
        figure=_FIGURE,
        statistic=_measured("row_a"),
        range=Range(-NEGLIGIBLE, NEGLIGIBLE),
        reason=NEGLIGIBLE_REASON,
        unit="nats",
        control=shifted("row_a", 1.0),
        explained={
            "partly": "With limited data unrelated tasks harm, as the paper's own Figure 2 shows. "
            "The row is true of aligned students with hidden directions of their own, and of "
            "abundant data.",
            "not reproduced": "Unrelated tasks harm, as the paper's own Figure 2 shows. The row is "
            "true of aligned students with hidden directions of their own.",
        },
    ),
    Claim(
        name="row-b",
        section=TABLE1,
        where="Table 1 (b)",
        says="With related tasks the benefit grows with S_B, for any number of points.",
        expected="> 0 (largest minus smallest S_B)",
        settings="inferred",
        experiment="table1",
        figure=_FIGURE,
        statistic=_measured("row_b"),
        range=POSITIVE,
        reason=SIGN_REASON,
        unit="nats",
        control=negated("row_b"),
        explained={
            "partly": "Where tasks are closely related the benefit grows with S_B. At weaker "
            "relatedness it does not, or the datasets cannot tell.",
        },
    ),
    Claim(
        name="row-c-grows",
        section=TABLE1,
        where="Table 1 (c), as printed",
        says="With weakly related tasks and limited data the benefit grows with relatedness.",
        expected="> 0 (weakly related minus unrelated)",
        settings="inferred",
        experiment="table1",
        figure=_FIGURE,
        statistic=_measured("row_c_grows"),
        range=POSITIVE,
        reason=SIGN_REASON,
        unit="nats",
        control=negated("row_c_grows"),
        explained={
            "undecided": "A weak relatedness changes the benefit by less than the datasets scatter "
            "in most cells.",
        },
    ),
    Claim(
        name="row-c-harms",
        section=TABLE1,
        where="Table 1 (c), explanation; section 4.4",
        says="With weakly related tasks and limited data a clean auxiliary task harms.",
        expected="< 0 (largest minus smallest S_B)",
        settings="inferred",
        experiment="table1",
        figure=_FIGURE,
        statistic=_measured("row_c_harms"),
        range=NEGATIVE,
        reason=SIGN_REASON,
        unit="nats",
        control=negated("row_c_harms"),
        explained={
            "undecided": "It does where the main task is noisy and data are scarce; elsewhere the "
            "datasets cannot tell.",
        },
    ),
    Claim(
        name="row-d",
        section=TABLE1,
        where="Table 1 (d)",
        says="With abundant data the benefit is small, whatever the relatedness and SNR.",
        expected=f"within ±{NEGLIGIBLE:g}",
        settings="inferred",
        experiment="table1",
        figure=_FIGURE,
        statistic=_measured("row_d"),
        range=Range(-NEGLIGIBLE, NEGLIGIBLE),
        reason=NEGLIGIBLE_REASON,
        unit="nats",
        control=shifted("row_d", 1.0),
        explained={
            "partly": "It is small where the main task is clean. For noisy main tasks related "
            "tasks still help with 3200 points, and unrelated ones harm; so they do in the "
            "infinite-data flow (T 6), since the noise sits on the weights.",
        },
    ),
)
