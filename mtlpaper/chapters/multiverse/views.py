"""The benefits of one setting, arranged as datasets of other chapters, for their claims."""

from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.two_tasks.segments import EFFECTS, SNR, differences
from mtlpaper.chapters.multiverse.parameters import Multiverse

#: Data count as limited up to this multiple of the least number of training points.
_LIMITED = 10


def views_of(params: Multiverse, benefit: xr.DataArray) -> dict[str, xr.Dataset]:
    """Datasets of other chapters for one setting, as far as their claims read them.

    Parameters
    ----------
    params : Multiverse
    benefit : xarray.DataArray
        Over (panel, S_B, r_AB).

    Returns
    -------
    dict
        Datasets by chapter, without intervals.
    """
    n_train = list(params.n_train)
    limited = [n for n in n_train if n <= _LIMITED * n_train[0]]
    coordinates = {
        "n_train": n_train,
        "n_right": n_train,
        "n_limited": limited,
        "n_aux": [n_train[0], params.n_aux],
        "S_A": [params.S_low, params.S_high],
        "S_B": [params.S_low, params.S_high],
        "snr": list(SNR),
        "r_AB": [0.0, 1.0],
        "r_related": [params.weak, 1.0],
        "r_weak": [params.weak],
        "effect": list(EFFECTS),
        "source": ["measured"],
    }
    full = benefit.sel(panel=[str(n) for n in n_train]).values  # (n_train, S_B, r_AB)
    ends = full[..., [0, -1]]  # (n_train, snr, r_AB)
    noisy, auxiliary = benefit.sel(panel=["noisy main", "auxiliary"]).values[..., [0, -1]]
    scarce = full[: len(limited)]
    rise, growth = scarce[:, 1] - scarce[:, 0], scarce[..., 1] - scarce[..., 0]
    variables: dict[str, dict[str, Any]] = {
        "figure2": {
            "effect_left": (("S_A", "effect"), differences(np.stack([noisy, ends[1]]))),
            "effect_right": (("n_right", "effect"), differences(ends)),
            "MT_right": (("n_right", "snr", "r_AB"), ends),
        },
        "auxiliary_data": {
            "growth_left": (("effect",), differences(auxiliary - ends[0])),
            "MT_left": (("n_aux", "snr", "r_AB"), np.stack([ends[0], auxiliary])),
        },
        "table1": {
            "row_a": (("source", "n_train", "S_B"), full[None, ..., 0]),
            "row_b": (("source", "n_limited", "r_related"), rise[None, :, 1:]),
            "row_c_grows": (
                ("source", "n_limited", "S_B"),
                growth[None],
            ),
            "row_c_harms": (("source", "n_limited", "r_weak"), rise[None, :, 1:2]),
            "row_d": (("source", "S_B", "r_AB"), ends[None, -1]),
        },
    }
    return {chapter: xr.Dataset(of, coordinates) for chapter, of in variables.items()}
