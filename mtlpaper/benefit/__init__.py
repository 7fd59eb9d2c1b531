"""The multitask benefit MT_{A<-B}: units of networks that share inputs, and their statistics.

A *unit* is the work of one process: for one dataset, one main task and one pair of training set
sizes, the single-task network and a multitask network for every auxiliary task. Unit functions
return plain arrays.
"""

from mtlpaper.benefit.descent import deep_unit, linear_unit
from mtlpaper.benefit.flow import theory_unit
from mtlpaper.benefit.solving import solve
from mtlpaper.benefit.statistics import (
    Agreement,
    agreement,
    bootstrap_interval,
    resampled_interval,
    resampling_weights,
    stretched_interval,
)
from mtlpaper.benefit.units import (
    AnyUnit,
    DeepUnit,
    InitialKind,
    Inputs,
    Problem,
    TheoryUnit,
    Training,
    Unit,
    Values,
)

__all__ = [
    "Agreement",
    "AnyUnit",
    "DeepUnit",
    "InitialKind",
    "Inputs",
    "Problem",
    "TheoryUnit",
    "Training",
    "Unit",
    "Values",
    "agreement",
    "bootstrap_interval",
    "deep_unit",
    "linear_unit",
    "resampled_interval",
    "resampling_weights",
    "solve",
    "stretched_interval",
    "theory_unit",
]
