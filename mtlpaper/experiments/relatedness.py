"""What the benefit follows where angles, singular values or ranks differ.

Fixed before the run: the families of auxiliary tasks, the candidates, and the criterion, for which
see `mtlpaper.experiments.ranking`.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from jaxtyping import Float

from mtlpaper.benefit import (
    TheoryUnit,
    Unit,
    bootstrap_interval,
    linear_unit,
    theory_unit,
)
from mtlpaper.experiments.benefits import (
    PLACES,
    in_order,
    places,
    problem_of,
    training_of,
)
from mtlpaper.experiments.families import (
    AuxiliaryTask,
    MainTask,
    auxiliary_tasks,
    main_tasks,
)
from mtlpaper.experiments.labels import bound_coordinate, seed_coordinate, variable
from mtlpaper.experiments.ranking import judged
from mtlpaper.overlaps import PairedTeachers, noisy_overlaps, overlaps
from mtlpaper.settings.relatedness import Relatedness

_CELLS = ("n_train", "main", "auxiliary")


def compute(params: Relatedness) -> xr.Dataset:
    """Measure all benefits, and judge every candidate by what it predicts.

    Returns
    -------
    xarray.Dataset
        `benefit` and `benefit_theory` over (seed, n_train, main, auxiliary), `MT` over (bound,
        ...), `clear`; `predictor` over (candidate, n_train, main, auxiliary); `law_error`,
        `law_sign` and `law_difference` over (bound, candidate), `family_error` over (bound,
        left_out, candidate), `fit_error` over (fit, candidate), `crossing` over (bound, candidate,
        n_train, main, S_B), `null_error` and `flow_error` over (bound), `best` and `best_share`.
    """
    units = units_of(params)
    measured = in_order(linear_unit, units)
    flows = in_order(theory_unit, [TheoryUnit(unit, "finite", params.n_points) for unit in units])
    data = _labelled(params, measured, flows).assign_coords(_coordinates(params))
    return data.merge(laws_of(params, data))


def laws_of(params: Relatedness, data: xr.Dataset) -> xr.Dataset:
    """What follows from the benefits: candidates and how well they predict, see `judged`."""
    known = {
        name: np.broadcast_to(values, data["benefit"].shape[1:])
        for name, values in _candidates(params).items()
    }
    return judged(data, known)


def _tasks(params: Relatedness) -> tuple[list[MainTask], list[list[AuxiliaryTask]]]:
    """Main tasks, and the auxiliary tasks beside each."""
    mains = list(main_tasks(params))
    return mains, [list(auxiliary_tasks(params, main)) for main in mains]


def units_of(params: Relatedness) -> list[Unit]:
    """Units of the experiment: by dataset, then number of points, then main task."""
    mains, tasks = _tasks(params)

    def unit(n: int, main: MainTask, beside: Sequence[AuxiliaryTask], replicate: int) -> Unit:
        pairs = tuple((task.S, task.r) for task in beside)
        none: dict[str, tuple[float, ...]] = {"S_B": (), "r_AB": ()}
        problem = problem_of(params, n, n, main.S, replicate, pairs=pairs, **none)
        return Unit(problem, training_of(params, n), params.N2, params.s0, params.initial)

    return [
        unit(n, main, beside, replicate)
        for replicate in range(params.n_seeds)
        for n in params.n_train
        for main, beside in zip(mains, tasks, strict=True)
    ]


def _candidates(params: Relatedness) -> dict[str, Float[np.ndarray, "main auxiliary"]]:
    """Every overlap of every pair of tasks."""
    mains, tasks = _tasks(params)
    rows = [
        [_overlaps(params, main, task) for task in beside]
        for main, beside in zip(mains, tasks, strict=True)
    ]
    return {name: np.array([[cell[name] for cell in row] for row in rows]) for name in rows[0][0]}


def _overlaps(params: Relatedness, main: MainTask, task: AuxiliaryTask) -> dict[str, float]:
    pair = PairedTeachers(np.array(main.S), np.array(task.S), np.array(task.r))
    return overlaps(pair) | noisy_overlaps(pair, params.N1, params.N3, params.sigma)


def _labelled(
    params: Relatedness,
    measured: Sequence[Mapping[str, np.ndarray]],
    flows: Sequence[Mapping[str, np.ndarray]],
) -> xr.Dataset:
    """Benefits, losses and times of all units, the replicate varying slowest."""

    def grid(results: Sequence[Mapping[str, np.ndarray]], name: str) -> np.ndarray:
        stacked = np.stack([result[name] for result in results])
        return stacked.reshape(params.n_seeds, len(params.n_train), -1, *stacked.shape[1:])

    groups, t = grid(measured, "loss"), grid(measured, "t")
    gain = groups[..., :1, :] - groups[..., 1:, :]
    benefit, error = gain.mean(axis=-1), gain.std(axis=-1, ddof=1) / np.sqrt(gain.shape[-1])
    flow = grid(flows, "loss").mean(axis=-1)
    MT = bootstrap_interval(benefit)
    single = bootstrap_interval(groups[..., 0, :].mean(axis=-1))
    by_seed = ("seed", *_CELLS)
    by_theory = flow[..., :1] - flow[..., 1:]
    what = "generalisation loss of the single-task student at its minimum"
    return xr.Dataset(
        {
            "benefit": variable(by_seed, benefit, "multitask benefit", "nats"),
            "MT": variable(("bound", *_CELLS), MT, "multitask benefit, mean over datasets", "nats"),
            "clear": variable(
                _CELLS, (MT[1] > 0) | (MT[2] < 0), "whether the measured interval excludes zero"
            ),
            "benefit_theory": variable(
                by_seed, by_theory, "multitask benefit by the finite-sample theory", "nats"
            ),
            "test_error": variable(
                by_seed, error, "standard error of the benefit due to the test points", "nats"
            ),
            "L_single": variable(("bound", "n_train", "main"), single, what, "nats"),
            "share": variable("place", places(t, grid(measured, "t_end")), "share of minima"),
            "n_networks": variable((), t.size, "networks trained"),
        }
    )


def _coordinates(params: Relatedness) -> dict[str, xr.Variable]:
    mains, tasks = _tasks(params)
    first = tasks[0]
    ranks = [[len(task.S) for task in beside] for beside in tasks]
    labels = [f"{task.name}, S_B = {task.scale:g}" for task in first]
    return {
        "n_train": variable("n_train", list(params.n_train), "training points of each task"),
        "main": variable("main", [main.name for main in mains], "main task"),
        "auxiliary": variable("auxiliary", labels, "auxiliary task"),
        "task": variable("auxiliary", [task.name for task in first], "construction"),
        "family": variable("auxiliary", [task.family for task in first], "family"),
        "scale": variable("auxiliary", [task.scale for task in first], "S_B, root mean square"),
        "rank_A": variable("main", [len(main.S) for main in mains], "rank of the main task"),
        "rank_B": variable(("main", "auxiliary"), ranks, "rank of the auxiliary task"),
        "S_B": variable("S_B", list(params.S_B), "singular value of the auxiliary task's teacher"),
        "place": variable("place", list(PLACES), "where in the training the minimum is"),
        **seed_coordinate(params.n_seeds),
        **bound_coordinate(),
    }
