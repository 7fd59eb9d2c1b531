"""Parameters of the study of the authors' flags."""

from typing import Annotated

from pydantic import Field

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.two_tasks.parameters import QUICK_PROTOCOL, Protocol
from mtlpaper.companion.parameters import Increasing, parameter


class Flags(Protocol):
    """The script's flags changed one at a time, and repetitions of its whole protocol."""

    name = "protocol"
    title = "Which flags made the figures?"
    presets = {
        "paper": {},
        "quick": {
            **QUICK_PROTOCOL,
            "n_train": [100, 400],
            "n_worlds": 3,
            "n_subsets": 3,
            "n_trials": 24,
        },
    }

    n_train: Increasing[g.n_train] = parameter(
        (100, 400, 800), "script", "three of those that were published; more take longer"
    )
    S_A: Increasing[g.S_A] = parameter(
        (0.01, 0.1585, 10.0), "script", "three of those that were published"
    )
    pool: Annotated[g.pool, Field(ge=1)] = parameter(
        6400, "ours", "twice the largest training set; the script's size is unrecorded"
    )
    test_set: Annotated[g.test_set, Field(ge=4)] = parameter(
        400, "inferred", "the published means and their scatter, see the page"
    )
    n_seeds: g.n_seeds = parameter(
        8, "ours", "their mean is then far closer than a repetition", meaning="teachers of our mean"
    )
    n_worlds: g.n_worlds = parameter(6, "ours", "enough to say how far repetitions differ")
    n_trials: g.n_trials = parameter(
        64, "ours", "a quadratic function of five flags has 20 coefficients"
    )
    n_subsets: g.n_subsets = parameter(5, "stated", "section 4.5")

    #: One flag at a time is changed from the run's own, by default those that fit best.
    settings = {
        "nominal": {},
        "70 inputs": {"N1": 70},
        "140 inputs": {"N1": 140},
        "32 hidden units": {"N2": 32},
        "128 hidden units": {"N2": 128},
        "no biases": {"biases": False},
        "2 trunk layers": {"layers": 2},
        "1000 epochs": {"epochs": 1000},
        "2000 epochs": {"epochs": 2000},
        "4000 epochs": {"epochs": 4000},
        "35 % noisy labels": {"noisy_train": 0.35, "noisy_test": 0.35},
        "70 % noisy labels": {"noisy_train": 0.7, "noisy_test": 0.7},
        "clean test labels": {"noisy_test": 0.0},
        "noise 0.7 times": {"sigma": 0.7},
        "noise 1.4 times": {"sigma": 1.4},
    }
