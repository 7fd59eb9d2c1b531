"""Figure 1 under each label rule, and the infinite-data theory of argmax labels at large N."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.labels import BOUND, variable
from mtlpaper.chapters.common.single_task.experiment import (
    classes,
    cost,
    curves_of,
    gaps,
    recorded,
    setting_of,
)
from mtlpaper.chapters.figure1.parameters import Figure1
from mtlpaper.chapters.label_rules.parameters import LabelRules
from mtlpaper.companion.contract import FLOW, Grid, Labels, Stage, Variable
from mtlpaper.documents.lee2019.printed import FIGURE1_SINGULAR_VALUE
from mtlpaper.dynamics import Curve, Curves, curves
from mtlpaper.tasks import LabelRule

#: Trajectories of the same datasets: SGD, the rank-one form of Eq. (3), the matrix flow.
CURVES = ("sgd", "rank_one", "matrix")
THEORIES = CURVES[1:]
_CURVES: tuple[Curve, ...] = ("sgd", "eq3", "T6")
#: Datasets of the scan over teachers, as many as Figure 1 has.
SCAN_DATASETS = Figure1.preset("paper").n_seeds
#: Teacher singular values compared with the published axis: multiples of 0.1.
S_BAR_SCAN = np.arange(10, 41) / 10
SCAN_RULES: tuple[LabelRule, ...] = ("soft", "argmax")


def scan_unit(params: LabelRules, scan_rule: LabelRule, N3: int, s_bar: float) -> Curves:
    """Eq. (3) at the end of Figure 1's training, for another teacher."""
    setting = setting_of(params, N3=N3, label_rule=scan_rule, s_bar=s_bar)
    t = (0.0, params.n_steps * params.learning_rate)
    return Curves(setting, params.seed, SCAN_DATASETS, ("eq3",), t)


def measure(params: LabelRules, _: xr.Dataset) -> Iterator[Grid]:
    """Train and integrate under every label rule, and with argmax labels of many points.

    `s` over (label_rule, N3, curve, seed, time) at Figure 1's number of points; `s_large` over
    (sigma, N3, curve, seed, time) at `n_train_large`; `s_scan` over (scan_rule, N3, s_bar,
    dataset), where Eq. (3) ends for other teachers.
    """
    N3 = classes(params)
    coords = {
        "curve": variable("curve", list(CURVES), "SGD, Eq. (3)'s form, matrix flow"),
        **recorded(params),
    }
    what = "largest singular value of the student"
    dims = ("curve", "seed", "time")

    def unit(N3: int, **fields: Any) -> Curves:
        return curves_of(params, setting_of(params, N3=N3, **fields), _CURVES)

    yield Grid(
        {"label_rule": Labels(params.label_rules, "label rule"), "N3": N3},
        unit,
        curves,
        {"s": Variable(dims, what, tolerance=FLOW)},
        coords,
        cost,
    )
    many = f"{what}, argmax labels, many points"
    yield Grid(
        {"sigma": Labels(params.sigmas_large, "noise level"), "N3": N3},
        lambda **at: unit(label_rule="argmax", n_train=params.n_train_large, **at),
        curves,
        {"s_large": Variable(dims, many, tolerance=FLOW, of="s")},
        coords,
        cost,
    )
    end = "singular value at the end by Eq. (3), each dataset"
    yield Grid(
        {
            "scan_rule": Labels(SCAN_RULES, "label rule of the scan"),
            "N3": N3,
            "s_bar": Labels(S_BAR_SCAN.tolist(), "noise-free teacher's singular value"),
        },
        lambda **at: scan_unit(params, **at),
        curves,
        {"s_scan": Variable(("dataset",), end, tolerance=FLOW, of="s_eq3_end")},
        {"dataset": variable("dataset", np.arange(SCAN_DATASETS), "number of the scan's dataset")},
        cost,
    )


def closest_to_axis(ends: xr.DataArray) -> float:
    """Teacher singular value whose highest curve ends closest to the top of Figure 1's axis.

    Parameters
    ----------
    ends : xarray.DataArray
        Over (N3, s_bar).
    """
    distance = abs(ends.max("N3") - FIGURE1_SINGULAR_VALUE[1])
    return float(distance.idxmin("s_bar"))


def derive(_: LabelRules, data: xr.Dataset) -> xr.Dataset:
    """Compute gaps to SGD, and match the teacher to the published axis.

    Returns
    -------
    xarray.Dataset
        Gaps to SGD: `gap` over (label_rule, N3, theory, bound), `gap_large` over (sigma, N3,
        theory, bound); `s_end` over (scan_rule, N3, s_bar), the mean over datasets of where Eq. (3)
        ends; `s_bar_inferred`.
    """

    def gap(s: xr.DataArray) -> xr.Variable:
        theories = s.sel(curve=list(THEORIES)).rename(curve="theory")
        return gaps(s.sel(curve="sgd"), theories, "largest relative gap to SGD")

    dims = ("scan_rule", "N3", "s_bar")
    ends = data["s_scan"].mean("dataset").transpose(*dims)
    inferred = closest_to_axis(ends.sel(scan_rule="soft"))
    return xr.Dataset(
        {
            "gap": gap(data["s"]),
            "gap_large": gap(data["s_large"]),
            "s_end": variable(dims, ends.values, "singular value at the end by Eq. (3)"),
            "s_bar_inferred": variable((), inferred, "teacher singular value matched to the axis"),
        },
        {
            "theory": variable("theory", list(THEORIES), "Eq. (3)'s form, matrix flow"),
            "bound": BOUND,
        },
    )


STAGES = (Stage(measure, derive),)
