"""Parameters shared by the experiments that measure the benefit of an auxiliary task.

Groups, so that an experiment that scans one of them takes only the others.

The values marked `inferred` are those of the setting whose figures come closest to the published
axes, among the settings that were tried before the authors' script was found.
"""

from typing import Any, Self

from pydantic import model_validator

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.single_task.parameters import MatrixTheory
from mtlpaper.companion.parameters import Increasing, Parameters, parameter

_BY_RULE = (
    "closest to the published axes among the settings tried before the authors' script was found"
)
#: Shared by the presets `quick`: how much is trained and tested.
QUICK_TRAINING = {"n_seeds": 3, "n_test": 512, "dtype": "float64"}
#: The same with a small grid of cells that the authors published.
QUICK_PROTOCOL = {
    "S_A": [0.01, 10.0],
    "S_B": [0.01, 10.0],
    "r_AB": [0.0, 0.5, 1.0],
    **QUICK_TRAINING,
}


class TwoTasks(Parameters):
    """Two low-rank teachers, their datasets, and how students are followed to their minima."""

    rank: g.rank = parameter(10, "stated", "section 4.5")
    S_A: Increasing[g.S_A] = parameter((0.01, 0.1, 1.0, 10.0), "stated", "Figure 2, axis")
    S_B: Increasing[g.S_B] = parameter(
        (0.01, 0.1, 1.0, 10.0), "inferred", "Figure 2's axis gives the range"
    )
    r_AB: Increasing[g.r_AB] = parameter(
        (0.0, 0.25, 0.5, 0.75, 1.0),
        "inferred",
        "five levels from 0 to 1 (Figure 2, caption), taken evenly",
    )
    noise: g.noise = parameter("weight", "stated", "section 2.1")
    label_rule: g.label_rule = parameter("argmax", "stated", "section 2.1")
    n_seeds: g.n_seeds = parameter(5, "stated", "section 4.5", meaning="datasets a cell")
    seed: g.seed = g.SEED
    learning_rate: g.learning_rate = parameter(
        0.5,
        "ours",
        "near the gradient-flow limit",
        meaning="learning rate 1/tau at 800 training points; it grows with their number, up to "
        "2 / sqrt(1 + S_A)",
    )
    t_max: g.t_max = parameter(
        20_000.0,
        "ours",
        "long enough to reach the minimum of the loss; the runs that do not are counted",
    )
    n_test: g.n_test = parameter(
        1024, "ours", "their error is then well below the effects; pages report it"
    )
    device: g.device = g.DEVICE
    dtype: g.dtype = parameter(
        "float32",
        "ours",
        "its rounding is far below the scatter of datasets, see the tests",
    )


class OneNumberOfClasses(TwoTasks):
    """One number of classes."""

    N3: g.N3 = parameter(10, "stated", "section 4.5")

    @model_validator(mode="after")
    def _rank_fits(self) -> Self:
        if self.rank > self.N3:
            raise ValueError(f"`rank` must be at most N3 = {self.N3}, got {self.rank}")
        return self


def directions_fit(params: Any) -> Any:
    """Refuse teachers with more directions than there are inputs."""
    if 2 * params.rank > params.N1 and min(params.r_AB) < 1:
        raise ValueError(
            f"`rank` must be at most N1 / 2 = {params.N1 / 2:g} unless r_AB is 1, got {params.rank}"
        )
    if params.rank > params.N1:
        raise ValueError(f"`rank` must be at most N1 = {params.N1}, got {params.rank}")
    return params


class OneSetting(TwoTasks):
    """One choice of what the paper leaves unsaid about sizes, noise and inputs."""

    N1: g.N1 = parameter(30, "inferred", _BY_RULE)
    N2: g.N2 = parameter(30, "inferred", _BY_RULE)
    sigma: g.sigma = parameter(0.5, "inferred", _BY_RULE)
    inputs: g.inputs = parameter("shared", "inferred", _BY_RULE)

    _directions_fit = model_validator(mode="after")(directions_fit)


_SCRIPT = "default of the authors' script"
_ROWS = "the authors' rows have these values"
_SHUFFLE = "the script mixes a noisy and a clean half"


class Protocol(OneNumberOfClasses):
    """The protocol of the authors' script, as far as their rows determine it."""

    S_A: Increasing[g.S_A] = parameter((0.01, 0.03981, 0.1585, 0.631, 2.512, 10.0), "script", _ROWS)
    S_B: Increasing[g.S_B] = parameter((0.01, 0.03981, 0.1585, 0.631, 2.512, 10.0), "script", _ROWS)
    r_AB: Increasing[g.r_AB] = parameter((0.0, 0.25, 0.5, 0.75, 1.0), "script", _ROWS)
    N1: g.N1 = parameter(100, "inferred", "the authors' rows, by their likelihood")
    N2: g.N2 = parameter(64, "script", _SCRIPT)
    noise: g.noise = parameter("output", "script", "the script's teacher")
    sigma: g.sigma = parameter(1.0, "script", "the script's teacher")
    noisy_train: g.noisy_train = parameter(0.5, "inferred", _SHUFFLE)
    noisy_test: g.noisy_test = parameter(0.5, "inferred", _SHUFFLE)
    inputs: g.inputs = parameter("separate", "script", _SCRIPT)
    pool: g.pool = parameter(
        0, "ours", "the script takes subsets of one pool; intervals then miss the teachers' scatter"
    )
    test_set: g.test_set = parameter(0, "ours", "the script has a test set, of unrecorded size")
    s0: g.s0 = parameter(1.0, "script", "orthogonal layers, singular values 1")
    initial: g.initial = parameter("orthogonal", "script", "orthogonal layers, singular values 1")
    biases: g.biases = parameter(True, "script", _SCRIPT)
    layers: g.layers = parameter(1, "inferred", "the authors' rows; the script's default is 2")
    epochs: g.epochs = parameter(
        0, "inferred", "the rows are closer to it than to the script's default of 2000 epochs"
    )
    script_batch: g.script_batch = parameter(128, "script", _SCRIPT)
    script_rate: g.script_rate = parameter(1e-3, "script", _SCRIPT)
    updates: g.updates = parameter(
        "flow", "ours", "the limit of the script's small steps, see the page on its confounds"
    )
    auxiliary_weight: g.auxiliary_weight = parameter("steps", "script", "n_aux // n_train steps")

    settings = {
        "authors": {},
        "text": {
            "noise": "weight",
            "noisy_train": 1.0,
            "noisy_test": 0.0,
            "biases": False,
            "epochs": 0,
            "updates": "flow",
            "auxiliary_weight": "one",
        },
    }

    _directions_fit = model_validator(mode="after")(directions_fit)

    @model_validator(mode="after")
    def _steps_end(self) -> Self:
        if self.updates != "flow" and not self.epochs:
            raise ValueError(f"`epochs` must be at least 1 where `updates` is {self.updates!r}")
        return self

    @model_validator(mode="after")
    def _noise_fits(self) -> Self:
        if self.noise == "weight" and self.noisy_test > 0 and not self.test_set:
            raise ValueError(
                "`noisy_test` must be 0 where `noise` is 'weight' and there is no `test_set`, "
                f"got {self.noisy_test:g}"
            )
        return self


class LinearStudents(OneSetting):
    """Linear students of one hidden layer."""

    s0: g.s0 = parameter(0.3, "inferred", _BY_RULE)
    initial: g.initial = parameter(
        "orthogonal", "unknown", "not stated; our choice, since it has one scale only"
    )


class MainTasks(TwoTasks):
    """Panels that average over main tasks and bins of auxiliary ones."""

    bins: g.bins = parameter("ends", "inferred", _BY_RULE)
    n_high: g.n_high = parameter(1, "inferred", _BY_RULE)

    @model_validator(mode="after")
    def _so_many_exist(self) -> Self:
        if self.n_high > len(self.S_A):
            raise ValueError(
                f"`n_high` must be at most the number of S_A, {len(self.S_A)}, got {self.n_high}"
            )
        return self


class TheoryOfBenefits(MatrixTheory):
    """Gaussian averages of the theory that stands beside measured benefits."""

    n_points: g.n_points = parameter(
        256, "ours", "their error is then well below that of the theory itself"
    )
