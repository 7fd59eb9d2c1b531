"""The benefits of one setting, arranged as datasets of other chapters, for their claims."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.two_tasks.segments import EFFECTS, SNR, differences
from mtlpaper.chapters.multiverse.design import Choice
from mtlpaper.chapters.multiverse.parameters import Multiverse

#: Numbers of classes of Figure 1.
CLASSES = (2, 20)
#: Data count as limited up to this multiple of the least number of training points.
LIMITED = 10


def views_of(
    params: Multiverse, choice: Choice, benefit: xr.DataArray, gap: np.ndarray
) -> dict[str, xr.Dataset]:
    """Datasets of other chapters for one setting, as far as their claims read them.

    Parameters
    ----------
    params : Multiverse
    choice : Choice
        The setting.
    benefit : xarray.DataArray
        Over (panel, S_B, r_AB), NaN where nothing was trained.
    gap : (classes,) array
        Gap of Eq. (3) to SGD.

    Returns
    -------
    dict
        Datasets by chapter, without intervals.
    """
    halves = choice.bins == "halves"
    panels = {str(name): benefit.sel(panel=name).values for name in benefit["panel"].values}
    segments = {name: _segments(values, halves) for name, values in panels.items()}
    views = {
        "figure1": _view(gap=(("N3",), gap, {"N3": list(CLASSES)})),
        "figure2": _figure2(params, segments),
        "auxiliary_data": _auxiliary(params, segments),
        "table1": _table1(params, panels),
    }
    if np.isfinite(segments["deep"]).all():
        views["depth"] = _depth(params, segments)
    return views


def _segments(benefit: np.ndarray, halves: bool) -> np.ndarray:
    """Benefit (snr, r_AB) of low and high S_B at the first and the last relatedness.

    The upper half of the four S_B of Figure 2 (0.01, 0.1, 1, 10) is 1 and 10; in a panel without
    S_B = 1 the largest S_B stands for both.
    """
    middle = np.where(np.isfinite(benefit[1]), benefit[1], benefit[-1])
    high = (middle + benefit[-1]) / 2 if halves else benefit[-1]
    return np.stack([benefit[0], high])[:, [0, -1]]


def _view(**variables: tuple[tuple[str, ...], Any, Mapping[str, Any]]) -> xr.Dataset:
    return xr.Dataset(
        {
            name: xr.DataArray(np.asarray(values), coords, dims)
            for name, (dims, values, coords) in variables.items()
        }
    )


def _figure2(params: Multiverse, segments: Mapping[str, np.ndarray]) -> xr.Dataset:
    right = np.stack([segments[str(n)] for n in params.n_train])
    left = np.stack([segments["noisy main"], segments[str(params.n_train[1])]])
    effect, ticks = {"effect": list(EFFECTS)}, {"n_right": list(params.n_train)}
    mains = {"S_A": [params.S_low, params.S_high]}
    return _view(
        effect_right=(("n_right", "effect"), differences(right), ticks | effect),
        effect_left=(("S_A", "effect"), differences(left), mains | effect),
        MT_right=(("n_right", "snr", "r_AB"), right, ticks | {"snr": list(SNR), "r_AB": [0, 1]}),
    )


def _auxiliary(params: Multiverse, segments: Mapping[str, np.ndarray]) -> xr.Dataset:
    few, many = segments[str(params.n_train[0])], segments["auxiliary"]
    ticks = {"n_aux": [params.n_train[0], params.n_aux], "snr": list(SNR), "r_AB": [0, 1]}
    return _view(
        growth_left=(("effect",), differences(many - few), {"effect": list(EFFECTS)}),
        MT_left=(("n_aux", "snr", "r_AB"), np.stack([few, many]), ticks),
    )


def _table1(params: Multiverse, benefit: Mapping[str, np.ndarray]) -> xr.Dataset:
    limited = [n for n in params.n_train if n <= LIMITED * params.n_train[0]]
    ends = np.stack([benefit[str(n)][[0, -1]] for n in params.n_train])  # (n, S_B, r_AB)
    scarce = ends[: len(limited)]
    rise = scarce[:, 1, 1:] - scarce[:, 0, 1:]
    few, many = {"n_limited": limited}, {"n_train": list(params.n_train)}
    S_ends = {"S_B": [params.S_low, params.S_high]}
    weak = {"r_weak": [params.weak]}
    return _view(
        row_a=(("n_train", "S_B"), ends[:, :, 0], many | S_ends),
        row_b=(("n_limited", "r_related"), rise, few | {"r_related": [params.weak, 1.0]}),
        row_c_grows=(("n_limited", "S_B"), scarce[:, :, 1] - scarce[:, :, 0], few | S_ends),
        row_c_harms=(("n_limited", "r_weak"), rise[:, :1], few | weak),
        row_d=(("S_B", "r_AB"), ends[-1][:, [0, -1]], S_ends | {"r_AB": [0, 1]}),
    ).expand_dims(source=["measured"])


def _depth(params: Multiverse, segments: Mapping[str, np.ndarray]) -> xr.Dataset:
    deep, shallow = segments["deep"], segments[str(params.n_train[1])]
    student = {"student": [f"{params.depth} ReLU"]}
    effect = {"effect": list(EFFECTS)}
    return _view(
        effect_right=(("student", "effect"), [differences(deep)], student | effect),
        shift=(("student",), [deep.mean() - shallow.mean()], student),
    )
