"""Training-aligned pairs of tasks from parameters, and their coordinates."""

import dataclasses
from collections.abc import Sequence

import xarray as xr

from mtlpaper.aligned import AlignedSetting
from mtlpaper.benefit import bootstrap_interval
from mtlpaper.chapters.common.aligned_tasks.parameters import AlignedTasks, LabelRule
from mtlpaper.chapters.common.labels import variable
from mtlpaper.companion.contract import Labels
from mtlpaper.dynamics import SGD


def setting_of(params: AlignedTasks, label_rule: LabelRule) -> AlignedSetting:
    """The setting of all pairs of an experiment under one label rule."""
    names = {field.name for field in dataclasses.fields(AlignedSetting)} - {"label_rule"}
    return AlignedSetting(label_rule=label_rule, **{name: getattr(params, name) for name in names})


def descent_of(params: AlignedTasks) -> SGD:
    """The gradient descent of the experiment."""
    return SGD(params.learning_rate, params.device, params.dtype)


def label_rules(params: AlignedTasks) -> Labels:
    """Labels of label rules."""
    return Labels(params.label_rules, "label rule")


def auxiliary(params: AlignedTasks) -> dict[str, xr.Variable]:
    """Coordinates of auxiliary tasks."""
    return {
        "S_B": variable("S_B", list(params.S_B), auxiliary_S_B(params).long_name),
        "r_AB": variable("r_AB", list(params.r_AB), "relatedness"),
    }


def auxiliary_S_B(params: AlignedTasks) -> Labels:
    """Labels of singular values of auxiliary tasks."""
    return Labels(params.S_B, "singular value of the auxiliary task's teacher")


def interval(
    samples: xr.DataArray, over: str, order: Sequence[str], what: str, units: str = "1"
) -> xr.Variable:
    """Mean over the dimension `over` with its interval, over `bound` and `order`."""
    values = samples.transpose(over, *order).values
    return variable(("bound", *order), bootstrap_interval(values), what, units)
