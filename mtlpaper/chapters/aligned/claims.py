"""Claims of section 4.4 on training-aligned students and noisy teachers."""

import xarray as xr

from mtlpaper.companion.claims import (
    POSITIVE,
    Claim,
    Parts,
    Range,
    parts_of,
    replaced,
    shifted,
    take,
)
from mtlpaper.documents.lee2019 import ONE_TASK, TABLE1

#: Share of singular values that "lie in the bulk" if hardly any stands out.
_MOST = 0.95


def spike_excess(data: xr.Dataset) -> Parts:
    """Noisy minus noise-free singular value of teachers of high SNR."""
    return parts_of(take(data, "s_hat_excess"))


def bulk_share(data: xr.Dataset) -> Parts:
    """Share of the singular values of noisy teachers of low SNR inside the bulk's edges."""
    return parts_of(100 * take(data, "in_bulk"))


_NAMES = {
    "n_train": "N",
    "n_limited": "N",
    "r_related": "r_AB",
    "r_weak": "r_AB",
    "label_rule": "",
}

#: Largest difference of singular values that counts as none: the accuracy of the integration.
_EQUAL = 1e-6


def unrelated_difference(data: xr.Dataset) -> Parts:
    """Multitask minus single-task singular value, for unrelated tasks with aligned heads."""
    cell = {"rho": 0.0, "r_AB": 0.0}
    return parts_of(take(data, "s_difference", **cell).drop_vars(list(cell)), _NAMES)


CLAIMS = (
    Claim(
        name="high-snr-teacher",
        section=ONE_TASK,
        where="section 4.4",
        says="At high SNR the noisy teacher's singular values exceed the noise-free ones.",
        expected="> 0",
        settings="stated",
        experiment="aligned",
        figure="fig-aligned",
        statistic=spike_excess,
        range=POSITIVE,
        reason="the direction alone is claimed",
        control=shifted("s_hat_excess", -100.0),
    ),
    Claim(
        name="low-snr-bulk",
        section=ONE_TASK,
        where="section 4.4, after reference [25]",
        says="At low SNR the noisy teacher's singular values lie in the Marchenko–Pastur sea.",
        expected=f"at least {100 * _MOST:g} % inside the bulk's edges",
        settings="stated",
        experiment="aligned",
        figure="fig-aligned",
        statistic=bulk_share,
        range=Range(low=100 * _MOST),
        reason="edges fluctuate at finite size, so that a few values may lie outside",
        unit="%",
        control=replaced("in_bulk", 0.0),
    ),
    Claim(
        name="row-a-aligned",
        section=TABLE1,
        where="Table 1 (a), explanation; section 4.4",
        says="For training-aligned students of unrelated tasks, s_A equals its single-task value.",
        expected="0",
        settings="stated",
        experiment="aligned",
        figure="fig-aligned-difference",
        statistic=unrelated_difference,
        range=Range(-_EQUAL, _EQUAL),
        reason="the accuracy of the integration",
        control=shifted("s_difference", 1.0),
    ),
)
