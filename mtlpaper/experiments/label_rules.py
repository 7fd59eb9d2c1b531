"""Figure 1 under each label rule, and the infinite-data theory of argmax labels at large N."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import xarray as xr
from jaxtyping import Float

from mtlpaper.agreement import largest_relative_gap
from mtlpaper.experiments import theories
from mtlpaper.experiments.labels import (
    bound_coordinate,
    bounds,
    seed_coordinate,
    time_coordinates,
    variable,
)
from mtlpaper.experiments.replicates import Setting, draw_all, record_steps
from mtlpaper.experiments.trained import train_on_schedule
from mtlpaper.published import FIGURE1_SINGULAR_VALUE
from mtlpaper.settings.figure1 import Figure1
from mtlpaper.settings.label_rules import LabelRules

#: Trajectories of one group of datasets: SGD, the rank-one form of Eq. (3), the matrix flow.
CURVES = ("sgd", "rank_one", "matrix")
THEORIES = CURVES[1:]
#: Datasets of the scan over teachers, as many as Figure 1 has.
SCAN_DATASETS = Figure1.preset("paper").n_seeds
#: Teacher singular values held against the published axis: multiples of 0.1.
S_BAR_SCAN = np.arange(10, 41) / 10


def setting_of(params: LabelRules, label_rule: str, N3: int) -> Setting:
    """Figure 1's setting under one label rule."""
    return Setting.of(params, N1=params.N1, N3=N3, sigma=params.sigma, label_rule=label_rule)


def large_setting(params: LabelRules, sigma: float, N3: int) -> Setting:
    """The setting in which argmax labels have many points."""
    fields = {"N1": params.N1, "n_train": params.n_train_large, "label_rule": "argmax"}
    return Setting.of(params, N3=N3, sigma=sigma, **fields)


def trajectories(
    params: LabelRules, settings: Sequence[Setting], steps: np.ndarray
) -> Float[np.ndarray, "cell curve seed time"]:
    """Largest singular value by every curve."""
    cells = [draw_all(setting, params.seed, params.n_seeds) for setting in settings]
    t = steps * params.learning_rate
    matrix = theories.solve_cells(theories.infinite_data, cells, t, params.n_points)
    by_curve = [
        [train_on_schedule(cell, steps, params)[:, :, 0] for cell in cells],
        theories.eq3_cells(cells, t),
        [flow[:, :, 0] for flow in matrix],
    ]
    return np.stack([np.stack(curve) for curve in by_curve], axis=1)


def final_singular_value(params: LabelRules, N3: int, label_rule: str, s_bar: float) -> float:
    """Mean over datasets of Eq. (3)'s singular value at the end of Figure 1's training."""
    fields = {"sigma": params.sigma, "label_rule": label_rule, "s_bar": s_bar}
    setting = Setting.of(params, N1=params.N1, N3=N3, **fields)
    t = np.array([0.0, params.n_steps * params.learning_rate])
    cell = draw_all(setting, params.seed, SCAN_DATASETS)
    return float(theories.eq3_cells([cell], t)[0][:, -1].mean())


def closest_to_axis(ends: Float[np.ndarray, "N3 s_bar"]) -> float:
    """Teacher singular value whose highest curve ends closest to the top of Figure 1's axis."""
    return float(S_BAR_SCAN[np.abs(ends.max(axis=0) - FIGURE1_SINGULAR_VALUE[1]).argmin()])


def gaps(curves: Float[np.ndarray, "curve seed time"]) -> list[list[float]]:
    """Largest relative gaps of both theories to SGD."""
    sgd, *others = curves
    return [bounds(largest_relative_gap(sgd, theory)) for theory in others]


def compute(params: LabelRules) -> xr.Dataset:
    """Train, integrate and compare under every label rule.

    Returns
    -------
    xarray.Dataset
        `s` over (label_rule, N3, curve, seed, time) at Figure 1's number of points; `s_large` over
        (sigma, N3, curve, seed, time) for argmax labels at `n_train_large` points; their gaps to
        SGD; `s_end` over (scan_rule, N3, s_bar), where Eq. (3) ends for other teachers.
    """
    steps = record_steps(params.n_steps, params.n_records)
    settings = [setting_of(params, *cell) for cell in product(params.label_rules, params.N3)]
    settings += [large_setting(params, *cell) for cell in product(params.sigmas_large, params.N3)]
    curves = trajectories(params, settings, steps)
    curves = curves.reshape(-1, len(params.N3), *curves.shape[1:])
    s, s_large = np.split(curves, [len(params.label_rules)])
    scan_rules = ("soft", "argmax")
    ends = [
        [[final_singular_value(params, N3, rule, s) for s in S_BAR_SCAN] for N3 in params.N3]
        for rule in scan_rules
    ]
    gap = [[gaps(cell) for cell in row] for row in s]
    gap_large = [[gaps(cell) for cell in row] for row in s_large]
    what = "largest singular value of the student"
    inferred = closest_to_axis(np.array(ends[0]))
    dims = ("N3", "curve", "seed", "time")
    return xr.Dataset(
        {
            "s": variable(("label_rule", *dims), s, what),
            "s_large": variable(("sigma", *dims), s_large, f"{what}, argmax labels, many points"),
            "gap": variable(
                ("label_rule", "N3", "theory", "bound"), gap, "largest relative gap to SGD"
            ),
            "gap_large": variable(
                ("sigma", "N3", "theory", "bound"), gap_large, "largest relative gap to SGD"
            ),
            "s_end": variable(
                ("scan_rule", "N3", "s_bar"), ends, "singular value at the end by Eq. (3)"
            ),
            "s_bar_inferred": variable((), inferred, "teacher singular value matched to the axis"),
        },
        {
            "label_rule": variable("label_rule", list(params.label_rules), "label rule"),
            "sigma": variable("sigma", list(params.sigmas_large), "noise level"),
            "N3": variable("N3", list(params.N3), "number of classes"),
            "curve": variable("curve", list(CURVES), "SGD, Eq. (3)'s form, matrix flow"),
            "theory": variable("theory", list(THEORIES), "Eq. (3)'s form, matrix flow"),
            "scan_rule": variable("scan_rule", list(scan_rules), "label rule of the scan"),
            "s_bar": variable("s_bar", S_BAR_SCAN, "noise-free teacher's singular value"),
            **seed_coordinate(params.n_seeds),
            **time_coordinates(steps, params.learning_rate),
            **bound_coordinate(),
        },
    )
