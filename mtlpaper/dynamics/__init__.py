"""Students of one task from training-aligned starts: their singular values in time.

A *unit* holds all datasets of one setting: their students are trained as one batch of networks, and
followed by theories. Unit functions return plain arrays.
"""

from mtlpaper.dynamics.datasets import Replicate, Setting, draw, draw_all
from mtlpaper.dynamics.students import Curve, Curves, Descent, Modes, curves, modes
from mtlpaper.dynamics.theories import Theory, follow

__all__ = [
    "Curve",
    "Curves",
    "Descent",
    "Modes",
    "Replicate",
    "Setting",
    "Theory",
    "curves",
    "draw",
    "draw_all",
    "follow",
    "modes",
]
