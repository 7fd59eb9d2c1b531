"""Two rank-one tasks whose students start aligned with both: spectra, flows, training, bounds.

A *unit* is the work of one process; unit functions return plain arrays.
"""

from mtlpaper.aligned.bounds import FORMS, Bounded, Sample, bounded
from mtlpaper.aligned.flows import Followed, drawn, predicted
from mtlpaper.aligned.pairs import AlignedSetting, Tasks
from mtlpaper.aligned.spectra import Teachers, spectra
from mtlpaper.aligned.trained import TrainedPairs, trained

__all__ = [
    "FORMS",
    "AlignedSetting",
    "Bounded",
    "Followed",
    "Sample",
    "Tasks",
    "Teachers",
    "TrainedPairs",
    "bounded",
    "drawn",
    "predicted",
    "spectra",
    "trained",
]
