"""The memory that an experiment takes at the least, so that one that cannot fit is refused.

Counted are the arrays that grow with the parameters and that are held at the same time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from mtlpaper.experiments.costs import grid_size
from mtlpaper.settings import Parameters
from mtlpaper.settings.aligned import Aligned
from mtlpaper.settings.aligned_tasks import AlignedTasks
from mtlpaper.settings.bound import BoundOnBenefit
from mtlpaper.settings.finite_data import FiniteData
from mtlpaper.settings.label_rules import LabelRules
from mtlpaper.settings.learning_rate import LearningRate
from mtlpaper.settings.rem import REM
from mtlpaper.settings.single_task import OneInputSize, SingleTask
from mtlpaper.settings.spectrum import Spectrum

_NUMBER = 8  # bytes; single precision is taken by the training only
#: What is kept of a network of a grid: some losses and times, and the place of its unit.
_KEPT = 20
#: Times at which flows of aligned tasks are looked at.
_LOOKS = 200


@dataclass(frozen=True)
class Memory:
    """Memory of an experiment, in bytes.

    Attributes
    ----------
    main : int
        Of the process that runs it.
    worker : int
        Of each further process.
    n_workers : int
        How many of these have something to do.
    """

    main: int
    worker: int
    n_workers: int

    def total(self, jobs: int) -> int:
        """Return the memory of all of them, for a number of processes."""
        return self.main + self.worker * min(jobs, self.n_workers)


def memory(params: Parameters) -> Memory:
    """Return the memory that an experiment takes at the least."""
    size = grid_size(params)
    if size is not None:
        return Memory(_NUMBER * _KEPT * size.n_units * size.each, size.bytes_each, size.n_units)
    return Memory(_NUMBER * _numbers(params), 0, 0)


def _numbers(params: Parameters) -> int:
    """Numbers that an experiment without a grid of networks holds."""
    if isinstance(params, SingleTask):
        return _single_task(params)
    if isinstance(params, BoundOnBenefit):
        pairs = len(params.S_B) * len(params.r_AB)
        averages = 2 * pairs * params.N3 * params.n_points
        return averages + _batch(params, pairs, max(params.n_train), params.n_looks)
    if isinstance(params, Aligned):
        angles = 2 * len(params.rho) * len(params.r_AB)
        maps = len(params.label_rules) * len(params.S_A) * len(params.S_B) * angles
        teachers = params.n_teachers * params.N1 * params.N3
        return maps + 2 * _LOOKS * angles + teachers + _batch(params, 4, params.n_large, _LOOKS)
    if isinstance(params, REM):
        return 8 * params.n_s * len(params.N3)
    return 0


def _batch(params: AlignedTasks, pairs: int, n_train: int, n_looks: int) -> int:
    """Shared inputs, targets and logits of all pairs of a dataset, and their weights in time."""
    points = n_train * (3 * params.N1 + 2 * pairs * params.N3)
    return points + n_looks * pairs * params.N3 * params.N1


def _single_task(params: SingleTask) -> int:
    """All cells' datasets, and copies of those of one cell, whose students are trained together."""
    cells = list(_cells(params))
    datasets = [n * (N1 + N3) + N1 * N3 + params.N2 * (N1 + N3) for N1, n, N3 in cells]
    training = [n * (3 * N1 + 2 * N3) + params.n_records * N1 * N3 for N1, n, N3 in cells]
    held = max(datasets) if isinstance(params, LearningRate) else sum(datasets)
    return params.n_seeds * (held + max(training))


def _cells(params: SingleTask) -> Iterator[tuple[int, int, int]]:
    """Inputs, training points and classes of every cell."""
    if isinstance(params, FiniteData):
        yield from ((N1, params.n_train, N3) for N1, N3 in product(params.N1, params.N3))
        return
    assert isinstance(params, OneInputSize)
    N1 = params.N1
    repeats = 1
    if isinstance(params, Spectrum):
        repeats = len(params.sigma) * len(params.imbalance)
    elif isinstance(params, LabelRules):
        repeats = len(params.label_rules)
        for _, N3 in product(params.sigmas_large, params.N3):
            yield N1, params.n_train_large, N3
    for _, N3 in product(range(repeats), params.N3):
        yield N1, params.n_train, N3
