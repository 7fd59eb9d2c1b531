"""Gradient descent of students in torch, a whole batch of networks at once.

`train` records weights at given steps; `descend_to_minima` follows the generalisation loss of
many networks until it has clearly risen again.
"""

from mtlpaper.training.descent import Trajectory, train
from mtlpaper.training.evaluation import GaussianTest, LabelledPoints, Score
from mtlpaper.training.linear import LinearDescent
from mtlpaper.training.minima import DivergenceError, Measure, Minima, Schedule, descend_to_minima
from mtlpaper.training.networks import Dtype
from mtlpaper.training.relu import Activation, DeepStudent, ReLUDescent, deep_student
from mtlpaper.training.sets import TrainingSet, shared_orders

__all__ = [
    "Activation",
    "DeepStudent",
    "DivergenceError",
    "Dtype",
    "GaussianTest",
    "LabelledPoints",
    "LinearDescent",
    "Measure",
    "Minima",
    "ReLUDescent",
    "Schedule",
    "Score",
    "TrainingSet",
    "Trajectory",
    "deep_student",
    "descend_to_minima",
    "shared_orders",
    "train",
]
