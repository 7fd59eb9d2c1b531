"""Errors on a main task alone, with an auxiliary task of every kind, and with controls."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.benefit import bootstrap_interval, resampling_weights, stretched_interval
from mtlpaper.chapters.auxiliary_kinds.parameters import BLOCK, AuxiliaryKinds
from mtlpaper.chapters.common.labels import BOUND, variable
from mtlpaper.companion.contract import Cost, Grid, Labels, Stage, Variable
from mtlpaper.documents.ruder2017.printed import TABLE_6
from mtlpaper.methods.experiment import Experiment
from mtlpaper.methods.kinds import KINDS
from mtlpaper.methods.kinds.adversarial import Adversarial
from mtlpaper.methods.kinds.quantisation import Quantised, information_kept
from mtlpaper.methods.kinds.related import Related
from mtlpaper.methods.mechanisms import MECHANISMS
from mtlpaper.methods.mechanisms.bias import Bias

EXPERIMENTS = KINDS | MECHANISMS
#: Kinds whose experiment is that of a mechanism.
_AS_KINDS = {"hints": "eavesdropping", "focusing attention": "attention focusing"}
_CODES = ("binary", "Gray")
_ARMS = ("alone", "as input", "as output")
#: Trunks that serve a novel task.
_TRUNKS = ("together", "shuffled", "best")
#: Experiments that are measured over something, by what, and their treatments.
_SEVERAL: dict[str, tuple[str, tuple[str, ...]]] = {
    "r": ("r", ("alone", "together", "as one task")),
    "levels": ("n_levels", ("alone", "together")),
    "noise": ("label_noise", ("alone", *_TRUNKS)),
    "adversary": ("overlap", ("alone", "erasure")),
}
_RESAMPLES = 2000


# ---------------------------------------------------------------------------------------- measured


@dataclass(frozen=True)
class Block:
    """A block of data sets of every experiment, and where four of them are measured besides."""

    seed: int
    block: int
    r: tuple[float, ...]
    n_levels: tuple[int, ...]
    label_noise: tuple[float, ...]
    overlap: tuple[float, ...]
    reversal: tuple[float, ...]


def measured(unit: Block) -> dict[str, np.ndarray]:
    """Errors of every data set by experiment and treatment."""
    of: dict[str, Any] = {"n_datasets": BLOCK, "seed": unit.seed, "block": unit.block}
    found = {
        _stored(name, treatment): errors
        for name, problem in EXPERIMENTS.items()
        for treatment, errors in replace(problem, **of).errors().items()
    }
    adversaries = [Adversarial(**of, overlap=overlap) for overlap in unit.overlap]
    several: dict[str, Sequence[Experiment]] = {
        "r": [Related(**of, r=r) for r in unit.r],
        "levels": [Quantised(**of, n_levels=n_levels) for n_levels in unit.n_levels],
        "noise": [Bias(**of, sigma=sigma) for sigma in unit.label_noise],
        "adversary": adversaries,
    }
    for name, problems in several.items():
        errors = [problem.errors() for problem in problems]
        for treatment in _SEVERAL[name][1]:
            values = np.stack([one[treatment] for one in errors], axis=1)
            found[_stored(name, treatment)] = values
    found["adversary_reversed"] = np.stack([one.over(unit.reversal) for one in adversaries], axis=1)
    return found


def measure(params: AuxiliaryKinds, _: xr.Dataset) -> Iterator[Grid]:
    """Every experiment at its own sizes, and four of them over what decides, block by block."""
    what = "error on the main task"
    gives = {
        _stored(name, treatment): Variable(("dataset",), f"{what}, {treatment}")
        for name, problem in EXPERIMENTS.items()
        for treatment in problem.treatments
    }
    gives |= {
        _stored(name, treatment): Variable(("dataset", dim), f"{what}, {treatment}")
        for name, (dim, treatments) in _SEVERAL.items()
        for treatment in treatments
    }
    gives["adversary_reversed"] = Variable(
        ("dataset", "overlap", "reversal"), f"{what}, with the reversed gradient"
    )
    over = (params.r, params.n_levels, params.label_noise, params.overlap, params.reversal)
    yield Grid(
        {"block": Labels(range(params.n_datasets // BLOCK), "block of data sets")},
        lambda block: Block(params.seed, block, *over),
        measured,
        gives,
        {
            "dataset": variable("dataset", np.arange(BLOCK), "data set of the block"),
            "r": variable("r", list(params.r), "correlation of the two tasks' weights"),
            "n_levels": variable("n_levels", list(params.n_levels), "levels of a label"),
            "label_noise": variable("label_noise", list(params.label_noise), "noise on the labels"),
            "overlap": variable(
                "overlap", list(params.overlap), "cosine of the directions of domain and class"
            ),
            "reversal": variable(
                "reversal", list(params.reversal), "weight of the reversed gradient"
            ),
        },
        lambda unit: Cost(2.8 + 0.1 * len(unit.overlap), networks=12 * BLOCK),
    )


def _stored(experiment: str, treatment: str) -> str:
    """Name of the variable."""
    return re.sub(r"\W+", "_", f"{experiment} {treatment}".lower())


# ----------------------------------------------------------------------------------------- derived


def derive(params: AuxiliaryKinds, data: xr.Dataset) -> xr.Dataset:
    """Compare mean errors over data sets, with paired intervals.

    Returns
    -------
    xarray.Dataset
        `kind_change` over (bound, kind, treatment) and `mechanism_change` over (bound, mechanism,
        treatment), the mean error over that of `alone`, less one; `kind_left` and `mechanism_left`,
        of controls only, their benefit less half of that with the auxiliary task, over the error
        alone. `r_change` over (bound, use, r). `adversary_change` over (bound, removal, overlap),
        of the erasure and of every weight of the reversed gradient. `noise_change` over (bound,
        trunk, label_noise), of representation bias. `information` over (bound, n_levels), the share
        that levels keep, with `information_exact` and the difference, `information_off`. `rmse`
        over (bound, code, arm) of Caruana's Table 6, `rmse_off`, of his code, from what he prints,
        and `rmse_gain` over (bound, code, beside), by how much an output's error is less.
    """
    resample = _Resampled(params.n_datasets)
    kinds = {name: name for name in KINDS} | _AS_KINDS
    return xr.Dataset(
        {
            **_compared("kind", kinds, data, resample),
            **_compared("mechanism", {name: name for name in MECHANISMS}, data, resample),
            **_details(data, resample),
            **_table_6(data),
        },
        {
            "bound": BOUND,
            "kind": variable("kind", list(kinds), "kind of auxiliary task"),
            "mechanism": variable("mechanism", list(MECHANISMS), "why it should work"),
            "treatment": variable("treatment", _treatments(), "treatment of the data sets"),
            "use": variable("use", ["together", "as one task"], "use of the auxiliary task"),
            "removal": variable("removal", _removals(params), "how the domain is removed"),
            "code": variable("code", list(_CODES), "code of the inputs"),
            "trunk": variable("trunk", list(_TRUNKS), "trunk that serves a novel task"),
            "arm": variable("arm", list(_ARMS), "use of the feature"),
            "beside": variable("beside", list(_ARMS[:2]), "what a further output is set beside"),
        },
    )


def _treatments() -> list[str]:
    """All treatments but `alone`, each once."""
    every = [one for problem in EXPERIMENTS.values() for one in problem.treatments[1:]]
    return list(dict.fromkeys(every))


def _removals(params: AuxiliaryKinds) -> list[str]:
    return ["erasure", *(f"reversal {one:g}" for one in params.reversal)]


@dataclass(frozen=True)
class _Resampled:
    """Statistics of mean errors, with the same resamples of data sets for all."""

    n: int

    def __call__(self, statistic: Callable[..., np.ndarray], *errors: xr.DataArray) -> np.ndarray:
        """Return a function of mean errors over (dataset, ...) with its interval."""
        share = np.vstack([np.full(self.n, 1 / self.n), resampling_weights(self.n, _RESAMPLES)])
        means = (np.tensordot(share, _pooled(one), axes=1) for one in errors)
        return stretched_interval(statistic(*means), self.n)


def _pooled(errors: xr.DataArray) -> np.ndarray:
    """Errors with all data sets of all blocks along the first axis."""
    return np.concatenate(errors.transpose("block", "dataset", ...).values)


def _change(error: np.ndarray, alone: np.ndarray) -> np.ndarray:
    return error / alone - 1


def _left(control: np.ndarray, together: np.ndarray, alone: np.ndarray) -> np.ndarray:
    return ((alone - control) - (alone - together) / 2) / alone


def _compared(
    group: str, names: Mapping[str, str], data: xr.Dataset, resample: _Resampled
) -> dict[str, xr.Variable]:
    treatments = _treatments()
    change, left = np.full((2, len(BOUND), len(names), len(treatments)), np.nan)
    for i, name in enumerate(names.values()):
        error = {one: data[_stored(name, one)] for one in EXPERIMENTS[name].treatments}
        alone, together = error.pop("alone"), error["together"]
        for treatment, values in error.items():
            at = (slice(None), i, treatments.index(treatment))
            change[at] = resample(_change, values, alone)
            if treatment in EXPERIMENTS[name].controls:
                left[at] = resample(_left, values, together, alone)
    dims = ("bound", group, "treatment")
    return {
        f"{group}_change": variable(dims, change, "mean error over that alone, less one"),
        f"{group}_left": variable(
            dims, left, "benefit of a control less half that of the task, over the error alone"
        ),
    }


def _details(data: xr.Dataset, resample: _Resampled) -> dict[str, xr.Variable]:
    what = "mean error over that alone, less one"
    r = [resample(_change, data[name], data["r_alone"]) for name in ("r_together", "r_as_one_task")]
    alone = data["adversary_alone"]
    erased = resample(_change, data["adversary_erasure"], alone)
    by_strength = data["adversary_reversed"]
    strengths = [
        resample(_change, by_strength.isel(reversal=i), alone)
        for i in range(by_strength.sizes["reversal"])
    ]
    trunks = [resample(_change, data[f"noise_{one}"], data["noise_alone"]) for one in _TRUNKS]
    kept = resample(np.divide, data["levels_together"], data["levels_alone"])
    exact = np.array([information_kept(int(q)) for q in data["n_levels"]])
    by_levels = ("bound", "n_levels")
    return {
        "r_change": variable(("bound", "use", "r"), np.stack(r, axis=1), what),
        "adversary_change": variable(
            ("bound", "removal", "overlap"), np.stack([erased, *strengths], axis=1), what
        ),
        "noise_change": variable(("bound", "trunk", "label_noise"), np.stack(trunks, axis=1), what),
        "information": variable(by_levels, kept, "share of the information that levels keep"),
        "information_exact": variable("n_levels", exact, "the same for a weak signal, exactly"),
        "information_off": variable(by_levels, kept - exact, "difference of the two"),
    }


def _table_6(data: xr.Dataset) -> dict[str, xr.Variable]:
    errors = np.array(
        [
            [
                _pooled(data[_stored(f"predicting inputs, {code} code", one)])
                for one in ("alone", "as input", "together")
            ]
            for code in _CODES
        ]
    )
    mean = bootstrap_interval(np.moveaxis(errors, 2, 0))
    gain = bootstrap_interval(np.moveaxis(errors[:, :2] - errors[:, 2:], 2, 0))
    printed = np.array([TABLE_6[arm] for arm in _ARMS])
    what = "root mean square error"
    return {
        "rmse": variable(("bound", "code", "arm"), mean, what),
        "rmse_off": variable(("bound", "arm"), mean[:, 0] - printed, f"{what} less the printed"),
        "rmse_gain": variable(
            ("bound", "code", "beside"), gain, "by how much an output's error is less"
        ),
    }


STAGES = (Stage(measure, derive),)
