"""What an experiment with an auxiliary task is: errors on a main task under several treatments."""

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True, kw_only=True)
class Experiment(ABC):
    """Errors on a main task under several treatments of the same data sets.

    Treatments are `alone`, `together` with the auxiliary task, `beside` and `controls`.

    Attributes
    ----------
    beside : tuple of str
        Other treatments, to compare with; `best` is the least error that is possible.
    controls : tuple of str
        Treatments with an auxiliary task that lacks what should help.
    n_datasets : int
        Data sets of a block.
    seed, block : int
        Both together give the random numbers.
    """

    beside: ClassVar[tuple[str, ...]] = ()
    controls: ClassVar[tuple[str, ...]]

    n_datasets: int = 100
    seed: int = 0
    block: int = 0

    @property
    def treatments(self) -> tuple[str, ...]:
        """All treatments."""
        return ("alone", "together", *self.beside, *self.controls)

    def rng(self) -> np.random.Generator:
        """Return a fresh generator of the block's random numbers."""
        return np.random.default_rng([self.seed, self.block])

    @abstractmethod
    def errors(self) -> dict[str, Float[np.ndarray, " dataset"]]:
        """Error on the main task by treatment."""


class OneByOne(Experiment):
    """An experiment that measures its data sets one after the other."""

    def errors(self) -> dict[str, Float[np.ndarray, " dataset"]]:
        """Error on the main task by treatment, every data set from a random stream of its own."""
        rows = [self.measured(rng) for rng in self.rng().spawn(self.n_datasets)]
        return {name: np.array([row[name] for row in rows]) for name in self.treatments}

    @abstractmethod
    def measured(self, rng: np.random.Generator) -> Mapping[str, float]:
        """Error of one data set by treatment."""


def found(package: str, path: Iterable[str]) -> dict[str, Experiment]:
    """Return what the modules of a package hold as `EXPERIMENTS`, experiments by their names."""
    every: dict[str, Experiment] = {}
    for module in pkgutil.iter_modules(path):
        every |= importlib.import_module(f"{package}.{module.name}").EXPERIMENTS
    return every
