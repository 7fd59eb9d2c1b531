"""How the data of the page on label rules are checked."""

from typing import Any

import xarray as xr

from mtlpaper.cells.checks import At, Checks, Piece
from mtlpaper.cells.tolerances import FLOW
from mtlpaper.experiments import label_rules
from mtlpaper.experiments.labels import time_coordinates
from mtlpaper.experiments.replicates import Setting, record_steps
from mtlpaper.settings.label_rules import LabelRules


def _curves(params: LabelRules, setting: Setting) -> tuple[Any, Any]:
    steps = record_steps(params.n_steps, params.n_records)
    (curves,) = label_rules.trajectories(params, [setting], steps)
    return curves, label_rules.gaps(curves)


def _small(params: LabelRules, at: At) -> dict[str, Any]:
    curves, gaps = _curves(params, label_rules.setting_of(params, at["label_rule"], at["N3"]))
    return {"s": curves, "gap": gaps}


def _large(params: LabelRules, at: At) -> dict[str, Any]:
    curves, gaps = _curves(params, label_rules.large_setting(params, at["sigma"], at["N3"]))
    return {"s_large": curves, "gap_large": gaps}


def _end(params: LabelRules, at: At) -> dict[str, Any]:
    rule, s_bar = at["scan_rule"], at["s_bar"]
    return {"s_end": label_rules.final_singular_value(params, at["N3"], rule, s_bar)}


def _labels(params: LabelRules, _: xr.Dataset) -> dict[str, xr.Variable]:
    steps = record_steps(params.n_steps, params.n_records)
    return dict(time_coordinates(steps, params.learning_rate))


def _inferred(_: LabelRules, data: xr.Dataset) -> dict[str, xr.Variable]:
    inferred = label_rules.closest_to_axis(data["s_end"].sel(scan_rule="soft").values)
    return {"s_bar_inferred": xr.Variable((), inferred)}


CHECKS = Checks(
    pieces=(
        Piece(("label_rule", "N3"), _small, {"s": FLOW, "gap": FLOW}, lambda *_: 1.0),
        Piece(("sigma", "N3"), _large, {"s_large": FLOW, "gap_large": FLOW}, lambda *_: 1.0),
        Piece(("scan_rule", "N3", "s_bar"), _end, {"s_end": FLOW}, lambda *_: 0.05),
    ),
    derived=(_inferred, _labels),
)
