"""Gradient descent of linear students in torch, a whole batch of networks at once."""

from mtlpaper.training.descent import Dtype, TrainingSet, Trajectory, train

__all__ = ["Dtype", "TrainingSet", "Trajectory", "train"]
