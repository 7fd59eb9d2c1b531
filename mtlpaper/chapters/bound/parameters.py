"""Parameters of the test of Eq. (5)."""

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.aligned_tasks.parameters import CLEAR_OF_NOISE, AlignedTasks
from mtlpaper.chapters.common.single_task.parameters import MatrixTheory
from mtlpaper.companion.parameters import Distinct, parameter


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

    S_A: g.S_A = parameter(2.0, "ours", CLEAR_OF_NOISE)
    n_train: Distinct[g.n_train] = parameter(
        (100, 400), "ours", "few points, as benefits shrink with their number"
    )
    n_seeds: g.n_seeds = parameter(
        8, "ours", "a compromise between narrow intervals and computing time"
    )
    n_points: g.n_points = parameter(
        1024,
        "ours",
        "their error is then below most benefits; the page reports it",
        meaning="Sobol points of each of eight scramblings of the averages, a power of two",
    )
    n_looks: g.n_looks = parameter(
        40,
        "ours",
        "any two students obey the bound, so that the best time need not be exact",
    )
    least_benefit: g.least_benefit = parameter(1e-3, "ours", "well above the averages' error")
