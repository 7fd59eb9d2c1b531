"""Parameters at which every experiment takes seconds, and its data at them."""

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

import jaxtyping
import numpy as np
import pytest
import runtime_types
import xarray as xr
from filelock import FileLock

from mtlpaper.chapters.auxiliary_kinds import experiment as auxiliary_kinds
from mtlpaper.chapters.label_rules import experiment as label_rules
from mtlpaper.companion import experiments
from mtlpaper.companion.parameters import Parameters
from mtlpaper.companion.registry import settings
from mtlpaper.methods.nets import Backprop

_TRAINED = {"n_seeds": 2, "n_records": 5}
_SCHEDULE = {"n_steps": 20, "learning_rate": 0.1}
_AVERAGES = {"n_points": 64}
_TASKS: dict[str, object] = {
    "N1": 12,
    "N2": 12,
    "N3": 4,
    "rank": 3,
    "S_A": [1.0, 10.0],
    "S_B": [0.1, 10.0],
    "r_AB": [0.0, 1.0],
    "n_seeds": 2,
    "n_test": 64,
    "t_max": 40.0,
    "learning_rate": 10.0,  # a fortieth of it at 20 points
}
#: Of cells that the authors published.
_PUBLISHED = _TASKS | {"S_A": [2.512, 10.0], "S_B": [0.01, 10.0]}
_ALIGNED: dict[str, object] = {
    "N1": 12,
    "N2": 4,
    "N3": 4,
    "S_B": [0.1, 10.0],
    "r_AB": [0.0, 0.1, 1.0],
    "n_seeds": 2,
    "learning_rate": 0.5,
    "t_end": 20.0,
}
TINY: dict[str, dict[str, object]] = {
    "aligned": _ALIGNED | {"S_A": [1.0, 3.0], "n_teachers": 5, "n_trained": 2, "n_large": 50},
    "bound": _ALIGNED | {"n_train": [50], "n_points": 64, "n_looks": 8},
    "figure1": _TRAINED | _SCHEDULE,
    "label_rules": _TRAINED
    | _SCHEDULE
    | _AVERAGES
    | {
        "n_train_large": 150,
        "N3": [2, 3],
        "label_rules": ["soft", "argmax", "sample"],
        "sigmas_large": [0.5],
    },
    "finite_data": _TRAINED | _SCHEDULE | _AVERAGES | {"N1": [5, 40], "shown_N1": 40, "N3": [2, 3]},
    "spectrum": _TRAINED | _SCHEDULE | _AVERAGES | {"n_train": 100, "N3": [2, 5], "sigma": [0.5]},
    "learning_rate": _TRAINED | {"n_records": 3, "learning_rate": [0.5, 0.25], "N3": [2, 3]},
    "rem": {"N3": [2, 10], "n_s": 8, "s_max": 8.0},
    "figure2": _PUBLISHED | {"n_train": [100, 400], "n_train_left": 400},
    "auxiliary_data": _PUBLISHED | {"n_train": 100, "n_aux": [100, 200]},
    "depth": _TASKS
    | {"S_B": [0.01, 10.0], "n_train": [200], "n_train_right": 200, "depth": [1, 3]},
    "interactions": _PUBLISHED
    | {
        "n_seeds": 4,  # fewer tell no benefit from zero
        "n_train": [20, 100],
        "n_points": 64,
        "n_fresh": 128,
        "n_cavity": 1,
        "t_infinite": 40.0,
    },
    "confounds": _TASKS
    | {
        "S_A": [10.0],
        "S_B": [0.01, 10.0],
        "n_seeds": 3,
        "script_rate": 0.002,
        "n_train": [20, 100],  # with one number of points that the authors published
        "n_main": 20,
        "n_aux": [40],
        "batch_points": [20],
    },
    # Its cells are published ones, so that there is something to compare with.
    "protocol": {
        "N1": 20,
        "N2": 12,
        "n_train": [100, 200],
        "S_A": [0.1585, 10.0],
        "S_B": [0.01, 10.0],
        "r_AB": [0.0, 1.0],
        "n_seeds": 2,
        "n_test": 64,
        "epochs": 500,
        "pool": 800,
        "test_set": 40,
        "n_worlds": 2,
        "n_subsets": 2,
        "n_trials": 24,
        "learning_rate": 2.0,
    },
    "table1": _TASKS
    | {"r_AB": [0.0, 0.1, 1.0], "n_train": [20, 40], "limited": 20, "n_points": 64},
    "multiverse": {
        "n_settings": 4,
        "N1": [12],
        "N3": 4,
        "rank": 3,
        "n_train": [100, 200],
        "n_aux": 200,
        "n_test": 64,
        "n_validation": 20,
        "s0": [0.3, 1.0],
        "batch_size": [0],
    },
    "rank_three": _PUBLISHED | {"N3": 3, "n_train": [100, 400]},
    "weight_decay": _TASKS
    | {
        "S_A": [10.0],
        "S_B": [10.0],
        "n_train": 40,
        "n_validation": 100,
        "n_trained": 2,
        "decays": [0.02, 0.05],
        "widths": [2, 8],
        "n_coupled": [20, 40],
        "n_soft": 50,
        "small_decays": [0.002],
    },
    "methods": _TASKS
    | {
        "S_A": [10.0],
        "S_B": [10.0],
        "n_train": 20,
        "n_aux": [40],
        "n_validation": 50,
        "rules": ["gate", "uncertainty"],
        "structures": ["mean_regularised"],
        "n_deep": 20,
        "deep_learning_rate": 0.2,
    },
    "weights": _TASKS
    | {"S_A": [10.0], "n_train": 20, "n_validation": 20, "weights": [0.1, 1.0], "n_points": 64},
    "sparsity": {
        "n_inputs": [32],
        "n_used": 3,
        "n_shared": [0, 2, 3],
        "sample_ratio": [0.2, 2.0, 20.0],
        "n_pairs": 10,
    },
    "digits": {
        "n_train": 30,
        "n_aux": [20, 40],
        "r_AB": [0.0, 1.0],
        "flip_A": [0.0, 0.8],
        "flip_B": [0.0, 0.9],
        "N2": 10,
        "t_max": 20.0,
        "n_test": 64,
        "n_validation": 50,
        "n_points": 64,
        "n_seeds": 2,
        "n_trained": 2,
    },
    "wide_sharing": {
        "width": [30, 60],
        "n_steps": 100,
        "n_starts": 2,
        "n_draws": 1000,
        "n_seeds": 2,
    },
    "relatedness": _TASKS | {"n_train": [20], "n_points": 64},
    "wide_limit": {"n_kinks": 1, "n_train": 4, "width": [1, 8], "n_starts": 2, "n_seeds": 2},
    "wide_benefit": {
        "n_kinks": 1,
        "n_train": [3, 6],
        "n_aux": 8,
        "decay": [0.01, 0.1],
        "width": [4, 16],
        "n_steps": 50,
        "n_seeds": 3,
    },
    "auxiliary_kinds": {
        "r": [0.0, 1.0],
        "overlap": [0.0, 1.0],
        "reversal": [1.0],
        "n_levels": [2, 4],
        "label_noise": [0.3, 3.0],
        "n_datasets": 10,
    },
    "wide_stacks": {"n_train": 2, "width": [2, 4], "n_starts": 2, "n_seeds": 2},
}


def params_of(name: str) -> Parameters:
    """Tiny parameters of an experiment, or those of its quick preset."""
    preset = "paper" if name in TINY else "quick"
    return settings(name).preset(preset, **TINY.get(name, {}))


@contextmanager
def reduced() -> Iterator[None]:
    """Scan few teachers and train nets for few steps, which are no parameters and take long."""
    backprop = Backprop(learning_rate=1.0, n_steps=20, look_every=10)
    experiments = {
        name: replace(one, backprop=backprop) if hasattr(one, "backprop") else one
        for name, one in auxiliary_kinds.EXPERIMENTS.items()
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(label_rules, "S_BAR_SCAN", np.array([1.5, 1.8]))
        patch.setattr(label_rules, "SCAN_DATASETS", 2)
        patch.setattr(auxiliary_kinds, "EXPERIMENTS", experiments)
        yield


def computed(params: Parameters) -> xr.Dataset:
    """An experiment's data, annotations not checked.

    Checks take as long as small networks do. `test_contract` computes a unit of every grid, and
    what follows, with them.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jaxtyping.config, "jaxtyping_disable", True)
        patch.setattr(runtime_types, "CHECKS", 0)  # of nested functions when they are made
        return experiments.compute(params)


#: Of this run of the tests, for all of pytest-xdist's workers; `conftest.py` names it.
folder = Path()


@cache
def data_of(name: str) -> xr.Dataset:
    """An experiment's data at tiny parameters; copy before changing them.

    The first worker of pytest-xdist that needs them computes them for all.
    """
    path = folder / f"{name}.pickle"
    with FileLock(f"{path}.lock"):
        if not path.exists():
            with reduced():
                data = computed(params_of(name))
            path.write_bytes(pickle.dumps(data))
    return pickle.loads(path.read_bytes())
