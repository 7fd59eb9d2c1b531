"""The multiverse's design: scrambled Sobol points over the unstated settings."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.stats import qmc

from mtlpaper.benefit import InitialKind, Inputs
from mtlpaper.chapters.multiverse.parameters import Multiverse
from mtlpaper.tasks import LabelRule, NoiseReading

#: The factors that vary, in the order of the coordinates of the design.
FACTORS = (
    "N1",
    "N2",
    "s0",
    "initial",
    "sigma",
    "noise",
    "label_rule",
    "batch_size",
    "learning_rate",
    "inputs",
    "bins",
    "protocol",
    "dataset",
)
_SPANS = ("s0", "sigma", "learning_rate")


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
    bins: str
    protocol: str
    dataset: int


def sobol_points(params: Multiverse) -> Float[np.ndarray, "setting factor"]:
    """Points of the design in the unit cube, one a setting.

    A prefix of the points is a design too, so that a scan can be extended by further settings.
    """
    sampler = qmc.Sobol(len(FACTORS), rng=np.random.default_rng(params.seed))
    return np.asarray(sampler.random(params.n_settings))


def choices(params: Multiverse) -> list[Choice]:
    """Settings of the design: spans are uniform in the logarithm, lists have equal shares."""
    return [_choice(params, point) for point in sobol_points(params)]


def _choice(params: Multiverse, point: Float[np.ndarray, " factor"]) -> Choice:
    fields: dict[str, Any] = {}
    for name, u in zip(FACTORS, point, strict=True):
        if name in _SPANS:
            low, high = np.log(getattr(params, name))
            fields[name] = float(np.exp(low + u * (high - low)))
            continue
        levels = range(params.n_datasets) if name == "dataset" else getattr(params, name)
        fields[name] = levels[int(u * len(levels))]
    widths = {"N3": params.N3, "N1": fields["N1"], "2 N1": 2 * fields["N1"]}
    return Choice(**(fields | {"N2": widths[fields["N2"]]}))


def levels_of(params: Multiverse, n_bins: int) -> np.ndarray:
    """Level of every factor in every setting, spans cut into `n_bins` equal parts.

    Returns
    -------
    (factor, setting) array of int
    """
    counts = [
        n_bins
        if name in _SPANS
        else params.n_datasets
        if name == "dataset"
        else len(getattr(params, name))
        for name in FACTORS
    ]
    return (sobol_points(params) * np.array(counts)).astype(int).T
