"""Parameters of the test of Eq. (5)."""

from mtlpaper.chapters.common.aligned_tasks.parameters import AlignedTasks
from mtlpaper.chapters.common.single_task.parameters import MatrixTheory
from mtlpaper.chapters.common.two_tasks.parameters import Points
from mtlpaper.companion.parameters.base import parameter


class BoundOnBenefit(MatrixTheory, AlignedTasks):
    """Measured and computed benefits against both sides of the bound."""

    name = "bound"
    title = "Eq. (5): a bound on the benefit"
    presets = {
        "paper": {},
        "quick": {
            "n_train": [100],
            "S_B": [0.1, 10.0],
            "r_AB": [0.0, 0.1, 0.5, 1.0],
            "n_seeds": 4,
            "t_end": 60.0,
            "n_points": 512,
            "dtype": "float64",
        },
    }

    S_A: float = parameter(
        2.0,
        "singular value of the main task's teacher",
        status="ours",
        source="clear of the threshold, and with noise enough to gain from",
        gt=0,
        le=1000,
    )
    n_train: tuple[Points, ...] = parameter(
        (100, 400), "training points of each task", status="ours", source="few", min_length=1
    )
    n_seeds: int = parameter(
        8, "datasets", status="ours", source="for intervals of fair width", ge=2, le=10_000
    )
    n_points: int = parameter(
        1024,
        "Sobol points of each of eight scramblings of the averages, a power of two",
        status="ours",
        source="for an error below most benefits; it is reported",
        ge=64,
        le=2**20,
    )
    n_looks: int = parameter(
        40,
        "times at which trained students are looked at",
        status="ours",
        source="any two students obey the bound, so that the best time need not be exact",
        ge=3,
        le=1000,
    )
    least_benefit: float = parameter(
        1e-3,
        "benefit from which on the tightness of the bound is told",
        unit="nats",
        status="ours",
        source="well above the averages' error",
        gt=0,
    )
