"""Claims on Figure 3, right: deep students."""

from dataclasses import replace

import xarray as xr

from mtlpaper.chapters.common.two_tasks.claims import (
    NAMES,
    SIGN_REASON,
    axis_claim,
    figure_claim,
    trends,
)
from mtlpaper.companion.claims import NEGATIVE, POSITIVE, Parts, negated, parts_of, take


def depth_trends(data: xr.Dataset) -> Parts:
    """The trends of Figure 2 for deep students."""
    deep = {"student": lambda name: name != "linear"}
    return trends(lambda effect: take(data, "effect_right", effect=effect, **deep))


def depth_shift(data: xr.Dataset) -> Parts:
    """Mean benefit of deep students minus that of the linear one."""
    return parts_of(take(data, "shift", student=lambda name: name != "linear"), NAMES)


_AXIS = axis_claim("Figure 3, right", "depth", "fig-depth", "MT_right")


def depth_axis(data: xr.Dataset) -> Parts:
    """As for other axes, without the linear student, which the published panel does not show."""
    assert _AXIS.statistic is not None
    deep = take(data, "MT_right", student=lambda name: name != "linear")
    return _AXIS.statistic(deep.to_dataset(name="MT_right"))


CLAIMS = (
    figure_claim(
        name="depth-trends",
        where="section 4.7; Figure 3 right",
        says="Deep nonlinear students show the same trends as shallow linear ones.",
        expected="all three trends of Figure 2, at every depth",
        experiment="depth",
        figure="fig-depth",
        statistic=depth_trends,
        range=POSITIVE,
        reason=SIGN_REASON,
        control=negated("effect_right"),
    ),
    figure_claim(
        name="depth-shift",
        where="section 4.7; Figure 3 right",
        says="Nonlinear students' benefits are shifted downwards.",
        expected="< 0 (mean benefit minus the linear student's)",
        experiment="depth",
        figure="fig-depth",
        statistic=depth_shift,
        range=NEGATIVE,
        reason=SIGN_REASON,
        control=negated("shift"),
        differs="Our intervals contain the scatter of teachers, the published ones do not; by the "
        "text a student of one hidden layer is linear.",
    ),
    replace(
        _AXIS,
        statistic=depth_axis,
        differs="Our students of several hidden layers gain more beside related clean tasks than "
        "the published ones; what these had otherwise is not known.",
    ),
)
