"""Laws of the benefit for tasks of unequal angles, singular values or ranks.

The families of auxiliary tasks, the candidates and the criterion were fixed before the run, see
`mtlpaper.chapters.relatedness.ranking`.
"""

from collections.abc import Iterator

import numpy as np
import xarray as xr
from jaxtyping import Float

from mtlpaper.benefit import Unit
from mtlpaper.chapters.common.labels import BOUND, variable
from mtlpaper.chapters.common.two_tasks.experiment import (
    N_GROUPS,
    PLACES,
    against_alone,
    by_theory,
    counts,
    grid,
    interval,
    linear,
    networks,
    seeds,
)
from mtlpaper.chapters.relatedness.families import (
    AuxiliaryTask,
    MainTask,
    auxiliary_tasks,
    main_tasks,
)
from mtlpaper.chapters.relatedness.parameters import Relatedness
from mtlpaper.chapters.relatedness.ranking import rank_candidates
from mtlpaper.companion.contract import Grid, Labels, Stage
from mtlpaper.overlaps import PairedTeachers, noisy_overlaps, overlaps

_GRID = ("n_train", "main", "auxiliary")


def measure(params: Relatedness, _: xr.Dataset) -> Iterator[Grid]:
    """Every network, trained and by the finite-sample theory."""
    mains = {main.name: main for main in main_tasks(params)}

    def trained(seed: int, n_train: int, main: str) -> Unit:
        return unit_of(params, n_train, mains[main], seed)

    over = {
        "seed": seeds(params),
        "n_train": Labels(params.n_train, "training points of each task"),
        "main": Labels(tuple(mains), "main task"),
    }
    net = networks(_labels(auxiliary_tasks(params, main_tasks(params)[0])))
    yield grid(over, trained, params, net=net)
    yield grid(over, by_theory(trained, params.n_points), params, "_theory", net)


def unit_of(params: Relatedness, n_train: int, main: MainTask, seed: int) -> Unit:
    """One dataset and main task with all its auxiliary tasks."""
    pairs = tuple((task.S, task.r) for task in auxiliary_tasks(params, main))
    return linear(params, n_train, n_train, main.S, seed, pairs=pairs, S_B=(), r_AB=())


def derive(params: Relatedness, data: xr.Dataset) -> xr.Dataset:
    """Compute all benefits, and rank the candidates by their predictions.

    Returns
    -------
    xarray.Dataset
        `benefit` and `benefit_theory` over (seed, n_train, main, auxiliary); the mean `MT` over
        (bound, ...) and whether it is `clear`; the `test_error`; `L_single`, `share`, `n_networks`;
        and what `rank_candidates` gives.
    """
    found = _benefits(data).assign_coords(_coordinates(params))
    shape = found["benefit"].shape[1:]
    known = {name: np.broadcast_to(of, shape) for name, of in _candidates(params).items()}
    return found.merge(rank_candidates(found, known), compat="equals", join="exact")


def _benefits(data: xr.Dataset) -> xr.Dataset:
    loss, dims = data["loss"], ("seed", *_GRID)
    groups = against_alone(loss).transpose(*dims, "group").values
    benefit = groups.mean(axis=-1)
    error = groups.std(axis=-1, ddof=1) / np.sqrt(N_GROUPS)
    flow = against_alone(data["loss_theory"].mean("group")).transpose(*dims).values
    MT = interval(dims, benefit, "multitask benefit, mean over datasets")
    single = loss.isel(net=0).mean("group").values
    what = "generalisation loss of the single-task student at its minimum"
    error_of = "standard error of the benefit due to the test points"
    return xr.Dataset(
        {
            "benefit": variable(dims, benefit, "multitask benefit", "nats"),
            "MT": MT,
            "clear": variable(
                _GRID, (MT[1] > 0) | (MT[2] < 0), "whether the measured interval excludes zero"
            ),
            "benefit_theory": variable(
                dims, flow, "multitask benefit by the finite-sample theory", "nats"
            ),
            "test_error": variable(dims, error, error_of, "nats"),
            "L_single": interval(dims[:-1], single, what),
            **counts(data),
        },
        {dim: data[dim].variable for dim in ("seed", "n_train", "main")},
    )


def _candidates(params: Relatedness) -> dict[str, Float[np.ndarray, "main auxiliary"]]:
    """Every overlap of every pair of tasks."""
    rows = [
        [_overlaps(params, main, task) for task in auxiliary_tasks(params, main)]
        for main in main_tasks(params)
    ]
    return {name: np.array([[of[name] for of in row] for row in rows]) for name in rows[0][0]}


def _overlaps(params: Relatedness, main: MainTask, task: AuxiliaryTask) -> dict[str, float]:
    pair = PairedTeachers(np.array(main.S), np.array(task.S), np.array(task.r))
    return overlaps(pair) | noisy_overlaps(pair, params.N1, params.N3, params.sigma)


def _labels(tasks: list[AuxiliaryTask]) -> list[str]:
    return [f"{task.name}, S_B = {task.scale:g}" for task in tasks]


def _coordinates(params: Relatedness) -> dict[str, xr.Variable]:
    mains = main_tasks(params)
    tasks = [auxiliary_tasks(params, main) for main in mains]
    first = tasks[0]
    ranks = [[len(task.S) for task in beside] for beside in tasks]
    return {
        "auxiliary": variable("auxiliary", _labels(first), "auxiliary task"),
        "task": variable("auxiliary", [task.name for task in first], "construction"),
        "family": variable("auxiliary", [task.family for task in first], "family"),
        "scale": variable("auxiliary", [task.scale for task in first], "S_B, root mean square"),
        "rank_A": variable("main", [len(main.S) for main in mains], "rank of the main task"),
        "rank_B": variable(("main", "auxiliary"), ranks, "rank of the auxiliary task"),
        "S_B": variable("S_B", list(params.S_B), "singular value of the auxiliary task's teacher"),
        "place": variable("place", list(PLACES), "where in the training the minimum is"),
        "bound": BOUND,
    }


STAGES = (Stage(measure, derive),)
