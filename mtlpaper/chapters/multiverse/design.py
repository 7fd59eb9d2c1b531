"""The multiverse's design: scrambled Sobol points over settings that the paper leaves open."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from scipy.stats import qmc

from mtlpaper.benefit import InitialKind, Inputs
from mtlpaper.chapters.multiverse.parameters import Multiverse
from mtlpaper.tasks import LabelRule, NoiseReading

#: Factors that take any value between two ends, and the number of levels that each is cut into.
_SPANS, _N_LEVELS = ("s0", "sigma", "learning_rate"), 4


@dataclass(frozen=True)
class Choice:
    """One setting: a value of every factor, named as the parameters, and a dataset number."""

    N1: int
    N2: int
    s0: float
    initial: InitialKind
    sigma: float
    noise: NoiseReading
    label_rule: LabelRule
    batch_size: int
    learning_rate: float
    inputs: Inputs
    protocol: str
    dataset: int


#: The factors that vary, in the order of the coordinates of the design.
FACTORS = tuple(field.name for field in fields(Choice))


def sobol_points(params: Multiverse) -> Float[np.ndarray, "setting factor"]:
    """Points of the design in the unit cube, one a setting.

    A prefix of the points is a design too, so that a scan can be extended by further settings.
    """
    sampler = qmc.Sobol(len(FACTORS), rng=np.random.default_rng(params.seed))
    return np.asarray(sampler.random(params.n_settings))


def choices(params: Multiverse) -> list[Choice]:
    """Settings of the design: spans are uniform in the logarithm, lists have equal shares."""
    return [_choice(params, point) for point in sobol_points(params)]


def as_stated(choice: Choice) -> bool:
    """Whether a setting has the label rule and the noise that the text states (section 2.1)."""
    return choice.label_rule == "argmax" and choice.noise == "weight"


def levels_of(params: Multiverse) -> Int[np.ndarray, "factor setting"]:
    """Level of every factor in every setting, spans cut into four equal parts."""
    counts = [_N_LEVELS if name in _SPANS else len(_listed(params, name)) for name in FACTORS]
    return (sobol_points(params) * np.array(counts)).astype(int).T


def _choice(params: Multiverse, point: Float[np.ndarray, " factor"]) -> Choice:
    values: dict[str, Any] = {}
    for name, u in zip(FACTORS, point, strict=True):
        if name in _SPANS:
            low, high = np.log(getattr(params, name))
            values[name] = float(np.exp(low + u * (high - low)))
        else:
            listed = _listed(params, name)
            values[name] = listed[int(u * len(listed))]
    widths = {"N3": params.N3, "N1": values["N1"], "2 N1": 2 * values["N1"]}
    return Choice(**(values | {"N2": widths[values["N2"]]}))


def _listed(params: Multiverse, name: str) -> Sequence[Any]:
    """All values of a factor that is no span."""
    return range(params.n_datasets) if name == "dataset" else getattr(params, name)
