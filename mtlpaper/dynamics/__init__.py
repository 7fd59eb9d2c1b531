"""Students of one task from training-aligned starts: their singular values in time.

A *unit* holds all datasets of one setting. Their students are trained as one batch of networks and
their trajectories are computed by theories. Unit functions return plain arrays.
"""

from mtlpaper.dynamics.datasets import Replicate, Setting, draw_replicate, draw_replicates
from mtlpaper.dynamics.students import SGD, Curve, Curves, Modes, curves, modes
from mtlpaper.dynamics.theories import Theory, follow_theory

__all__ = [
    "SGD",
    "Curve",
    "Curves",
    "Modes",
    "Replicate",
    "Setting",
    "Theory",
    "curves",
    "draw_replicate",
    "draw_replicates",
    "follow_theory",
    "modes",
]
