"""Digits as a main task: benefits by relatedness, quality of labels and auxiliary points."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float

from mtlpaper.benefit import Training, agreement, resampled_interval
from mtlpaper.chapters.common.labels import BOUND, variable
from mtlpaper.chapters.common.two_tasks.experiment import (
    N_GROUPS,
    against_alone,
    networks,
    over_datasets,
)
from mtlpaper.chapters.common.two_tasks.segments import differences
from mtlpaper.chapters.digits.parameters import Digits
from mtlpaper.companion.contract import DOUBLE, Cost, Grid, Labels, Stage, Tolerance, Variable
from mtlpaper.methods.real import (
    N1,
    N3,
    Auxiliary,
    RealUnit,
    Task,
    explained,
    inputs,
    labels,
    linear_map,
    real_unit,
    relatedness,
)
from mtlpaper.methods.real_theory import RealTheory, real_theory
from mtlpaper.randomness import Streams
from mtlpaper.tasks import gaussian_inputs

#: Principal components of variance one, or of the variances that they have.
INPUTS = ("whitened", "as they are")
#: Classes of the images that are not those of the digits, on the same inputs.
TASKS: tuple[Task, ...] = ("parity", "half", "loops", "ink")
STUDENTS = ("linear", "theory", "deep")
CLOSENESS = ("correlation", "slope", "rms", "cells")
#: As `differences` of Figure 2, with the quality of labels in the place of S_B.
EFFECTS = (
    "related minus unrelated, clean labels",
    "clean minus random labels, related",
    "clean minus random labels, unrelated",
    "unrelated, random labels",
    "unrelated, clean labels",
    "related, clean labels",
)
_RESAMPLES = 2000
_N_GAUSSIAN = 20_000
_POINTS = Tolerance(0.0, 0.01, "rounding may turn a few of the test images")


# ---------------------------------------------------------------------------------------- measured


@dataclass(frozen=True)
class Overlaps:
    """The tasks whose overlap with the digits is measured, and the seed of Gaussian inputs."""

    tasks: tuple[Task, ...]
    seed: int


def overlaps(unit: Overlaps) -> dict[str, np.ndarray]:
    """Overlaps and rank of the tasks' maps, and how well a linear map explains the digits.

    Beside the digits stands the teacher with their map, without noise, on Gaussian inputs.
    """
    X = inputs(whiten=True)
    maps = [linear_map(X, *labels(task)) for task in ("digit", *unit.tasks)]
    Z = gaussian_inputs(N1, _N_GAUSSIAN, Streams(unit.seed).rng("inputs A"))
    taught = np.argmax(maps[0] @ Z, axis=0)
    return {
        "r_task": np.array([relatedness(maps[0], W) for W in maps[1:]]),
        "r_back": np.array([relatedness(W, maps[0]) for W in maps[1:]]),
        "rank": np.array([np.linalg.matrix_rank(W) for W in maps[1:]]),
        "explained": np.array([explained(X, *labels("digit")), explained(Z, taught, N3)]),
    }


def trained(unit: RealUnit) -> dict[str, np.ndarray]:
    """Losses at the minima of trained students, and which minima lie at an end of training."""
    return _kept(real_unit(unit))


def predicted(unit: RealTheory) -> dict[str, np.ndarray]:
    """The same of students that follow the finite-sample theory."""
    return _kept(real_theory(unit))


def _kept(found: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    ends = np.stack([found["t"] == 0, found["t"] == found["t_end"]], axis=1).astype(float)
    chosen = found["chosen_loss"].mean(axis=2)
    kept = {name: found[name] for name in ("loss", "accuracy")}
    return kept | {"chosen_loss": chosen, "ends": ends}


def measure(params: Digits, _: xr.Dataset) -> Iterator[Grid]:
    """Every division of the images, by training and by theory; deep students; other classes."""
    rotated, beside = _rotated(params, params.flip_B)
    most = params.n_aux[-1]

    def unit(inputs: str, flip_A: float, n_aux: int, seed: int) -> RealUnit | None:
        if flip_A > 0 and n_aux < most:
            return None
        every = (*rotated, *map(Auxiliary, TASKS))
        whiten = inputs == INPUTS[0]
        return _unit(params, every, n_aux, params.s0, flip=flip_A, whiten=whiten, replicate=seed)

    def theory(**cell: Any) -> RealTheory | None:
        base = unit(**cell)
        return None if base is None else RealTheory(base, params.n_points)

    def deep(inputs: str, dataset: int) -> RealUnit:
        options = {"whiten": inputs == INPUTS[0], "replicate": dataset}
        return _unit(params, extreme, most, params.scale, depth=params.depth, **options)

    over = {
        "inputs": Labels(INPUTS, "principal components of the images"),
        "flip_A": Labels(params.flip_A, "share of the main task's training labels turned"),
        "n_aux": Labels(params.n_aux, "training images of the auxiliary task"),
        "seed": Labels(range(params.n_seeds), "number of the division of the images"),
    }
    yield Grid(
        {},
        lambda: Overlaps(TASKS, params.seed),
        overlaps,
        {
            "r_task": Variable(("task",), "overlap: what the task has of the digits' map"),
            "r_back": Variable(("task",), "overlap: what the digits have of the task's map"),
            "rank": Variable(("task",), "directions of the task's linear map"),
            "explained": Variable(("world",), "share of the classes that is linear in the inputs"),
        },
        {
            "task": variable("task", list(TASKS), "other classes of the images"),
            "world": variable("world", ["digits", "teacher"], "what gives inputs and classes"),
        },
    )
    yield _grid(over, unit, trained, [*beside, *TASKS], "", "linear students")
    yield _grid(over, theory, predicted, [*beside, *TASKS], "theory_", "the finite-sample theory")
    extreme, beside = _rotated(params, _extreme(params))
    which = {
        "inputs": over["inputs"],
        "dataset": Labels(range(params.n_trained), "number of the division, deep students"),
    }
    yield _grid(which, deep, trained, beside, "deep_", "deep students")


def _extreme(params: Digits) -> tuple[float, float]:
    """Clean and random labels of the auxiliary task, beside which deep students learn."""
    return params.flip_B[0], params.flip_B[-1]


def _rotated(params: Digits, flips: Sequence[float]) -> tuple[tuple[Auxiliary, ...], list[str]]:
    pairs = list(product(flips, params.r_AB))
    labels = [f"r_AB = {r:g}, {flip:g} turned" for flip, r in pairs]
    return tuple(Auxiliary(r=r, flip=flip) for flip, r in pairs), labels


def _unit(
    params: Digits, auxiliary: tuple[Auxiliary, ...], n_aux: int, scale: float, **options: Any
) -> RealUnit:
    training = Training(
        learning_rate=params.learning_rate,
        t_max=params.t_max,
        look_every=1.0,
        look_growth=0.05,
        n_test=params.n_test,
        n_groups=N_GROUPS,
        n_validation=params.n_validation,
        device=params.device,
        dtype="float64",
    )
    options = {"N2": params.N2, "scale": scale, "seed": params.seed} | options
    return RealUnit(auxiliary, params.n_train, n_aux, training, **options)


def _grid(
    over: Mapping[str, Labels],
    unit: Callable[..., RealUnit | RealTheory | None],
    run: Callable[[Any], dict[str, np.ndarray]],
    beside: list[str],
    prefix: str,
    who: str,
) -> Grid:
    net = f"{prefix}net"
    told = {
        "loss": ((net, "group"), "least loss on the test images", "nats"),
        "chosen_loss": (
            (net, "chosen"),
            "test loss at the least loss on validation images",
            "nats",
        ),
        "accuracy": ((net,), "share of test images classified right, at the least loss", "1"),
        "ends": ((net, "end"), "1 where the minimum lies at an end of the training", "1"),
    }
    given = {
        f"{prefix}{name}": Variable(
            dims,
            f"{what}, {who}",
            units,
            _POINTS if name == "accuracy" else DOUBLE,
            of=name,
        )
        for name, (dims, what, units) in told.items()
    }
    coords = {
        net: networks(beside, net),
        "group": variable("group", np.arange(N_GROUPS), "group of test images"),
        "chosen": variable("chosen", ["clean", "as in training"], "labels of validation images"),
        "end": variable("end", ["first look", "last look"], "end of the training"),
    }
    return Grid(over, unit, run, given, coords, _cost)


def _cost(unit: RealUnit | RealTheory) -> Cost:
    base = unit.unit if isinstance(unit, RealTheory) else unit
    n, points = 1 + len(base.auxiliary), base.n_train + base.n_aux
    if isinstance(unit, RealTheory):
        return Cost(0.007 * n, networks=n)
    each = 4e-6 * base.depth * base.N2 if base.depth else 1e-5
    return Cost(n * points * each, networks=n)


# ----------------------------------------------------------------------------------------- derived


def derive(params: Digits, data: xr.Dataset) -> xr.Dataset:
    """Average benefits over the divisions of the images, and compare them as Figures 2 and 3 do.

    Returns
    -------
    xarray.Dataset
        `MT` over (bound, student, inputs, flip_A, n_aux, flip_B, r_AB), and `MT_task` over (bound,
        student, inputs, task) of other classes with the most auxiliary images. Of the same, the
        `difference` over (bound, student, inputs, effect), and `growth`, how much larger
        they are than with the fewest auxiliary images. Of linear students, `off_curve` over (bound,
        inputs, task), the benefit of another task less that of rotated digits of the same overlap;
        `least_r` over (bound, inputs), from where on digits help; `agreement` of the theory with
        them over (inputs, closeness); and `moved`, the largest change of a mean benefit where
        validation images choose the time, labelled as in training. `L_single` over (bound, student,
        inputs, flip_A), the loss alone; `share` over (student, end), the networks with a minimum at
        an end of training. What was not trained is not a number.
    """
    linear, deep = _losses(params, data)
    rotated, tasks = _benefits(params, linear)
    deep_rotated, _ = _benefits(params, deep, _extreme(params))
    first, last = ({"flip_A": 0, "n_aux": i} for i in (0, -1))
    of_deep = over_datasets(_effects(deep_rotated.isel(last, drop=True)))
    growth = _effects(rotated.isel(last, drop=True)) - _effects(rotated.isel(first, drop=True))
    MT = _joined(over_datasets(rotated), over_datasets(deep_rotated))
    mine = rotated.isel({"student": 0, "flip_B": 0} | last, drop=True).transpose(
        "seed", "inputs", "r_AB"
    )
    others = tasks.isel({"student": 0} | last, drop=True)
    found = {
        "MT": (MT, "multitask benefit", "nats"),
        "MT_task": (
            _joined(over_datasets(tasks.isel(last, drop=True))),
            "benefit of other classes",
            "nats",
        ),
        "difference": (
            _joined(over_datasets(_effects(rotated.isel(last, drop=True))), of_deep),
            "effect on the multitask benefit",
            "nats",
        ),
        "growth": (
            _joined(over_datasets(growth)),
            "effect with the most auxiliary images less that with the fewest",
            "nats",
        ),
        "off_curve": (
            over_datasets(others - _at(mine, data["r_task"])),
            "benefit of other classes less that of rotated digits of the same overlap",
            "nats",
        ),
        "least_r": (_least_r(mine), "relatedness from which on digits help", "1"),
        "agreement": (_agreement(MT), "agreement of the theory with linear students", "1"),
        "moved": (
            _moved(params, data, rotated, tasks),
            "largest change of a mean benefit where validation images choose the time",
            "nats",
        ),
        "L_single": (
            _joined(
                *(over_datasets(one.isel(net=0, n_aux=-1, drop=True)) for one in (linear, deep))
            ),
            "loss of the single-task student",
            "nats",
        ),
        "share": (_shares(data), "share of networks with a minimum at this end", "1"),
    }
    return xr.Dataset(
        {
            name: variable(tuple(map(str, values.dims)), values.values, *told)
            for name, (values, *told) in found.items()
        },
        {
            "bound": BOUND,
            "student": variable("student", list(STUDENTS), "who learns"),
            "flip_B": variable("flip_B", list(params.flip_B), "share of auxiliary labels turned"),
            "r_AB": variable("r_AB", list(params.r_AB), "relatedness"),
            "effect": variable("effect", list(EFFECTS), "difference between benefits"),
            "closeness": variable("closeness", list(CLOSENESS), "measure of agreement"),
        },
    )


def _losses(params: Digits, data: xr.Dataset) -> tuple[xr.DataArray, xr.DataArray]:
    """Of linear students and of the theory over `student`, and of deep students."""
    theory = data["theory_loss"].rename(theory_net="net")
    linear = xr.concat([data["loss"], theory], "student", coords="minimal", compat="override")
    deep = data["deep_loss"].rename(deep_net="net", dataset="seed")
    places = {"student": ["deep"], "flip_A": [params.flip_A[0]], "n_aux": [params.n_aux[-1]]}
    return (
        linear.mean("group").assign_coords(student=list(STUDENTS[:2])),
        deep.mean("group").expand_dims(places),
    )


def _benefits(
    params: Digits, loss: xr.DataArray, flips: Sequence[float] = ()
) -> tuple[xr.DataArray, xr.DataArray]:
    """Benefits of rotated digits over (flip_B, r_AB), and of other classes over `task`."""
    gained = against_alone(loss)
    coords = {"flip_B": list(flips or params.flip_B), "r_AB": list(params.r_AB)}
    sizes = [len(one) for one in coords.values()]
    outer, n = gained.dims[:-1], sizes[0] * sizes[1]
    return (
        xr.DataArray(
            gained.values[..., :n].reshape(*gained.shape[:-1], *sizes),
            {**gained.coords, **coords},
            (*outer, *coords),
        ),
        gained[..., n:].rename(auxiliary="task"),
    )


def _joined(*parts: xr.DataArray) -> xr.DataArray:
    """Means of several students; not a number where a student has none."""
    whole = xr.concat(parts, "student", join="outer") if len(parts) > 1 else parts[0]
    return whole.reindex(student=list(STUDENTS)).transpose("bound", "student", "inputs", ...)


def _effects(benefit: xr.DataArray) -> xr.DataArray:
    """Differences between random and clean labels, and between the ends of relatedness."""
    segment = benefit.isel(flip_B=[-1, 0]).transpose(..., "flip_B", "r_AB")
    outer = segment.dims[:-2]
    coords = {name: one for name, one in segment.coords.items() if name in outer}
    return xr.DataArray(differences(segment.values), coords, (*outer, "effect"))


def _at(curve: xr.DataArray, r: xr.DataArray) -> xr.DataArray:
    """Benefits between those that were measured, on straight lines."""
    levels = curve["r_AB"].values
    values = [[np.interp(r, levels, row) for row in rows] for rows in curve.values]
    return xr.DataArray(np.array(values), {"inputs": curve["inputs"]}, ("seed", "inputs", "task"))


def _least_r(curve: xr.DataArray) -> xr.DataArray:
    """Where the mean benefit crosses zero for the last time, with its interval."""
    samples, levels = curve.values, curve["r_AB"].values
    found = resampled_interval(
        lambda drawn: np.array([_crossing(levels, row) for row in samples[drawn].mean(axis=0)]),
        len(samples),
        _RESAMPLES,
    )
    return xr.DataArray(found, dims=("bound", "inputs"))


def _crossing(r: Float[np.ndarray, " r"], benefit: Float[np.ndarray, " r"]) -> float:
    """Where the line through the benefits becomes positive for good, or an end of r."""
    below = np.flatnonzero(benefit <= 0)
    if not below.size:
        return float(r[0])
    i = int(below[-1])
    return float(r[-1] if i == r.size - 1 else np.interp(0, benefit[i : i + 2], r[i : i + 2]))


def _agreement(MT: xr.DataArray) -> xr.DataArray:
    rows = []
    for name in INPUTS:
        cells = MT.sel(inputs=name).stack(cell=["flip_A", "n_aux", "flip_B", "r_AB"])
        cells = cells.isel(cell=np.isfinite(cells.sel(student="linear")[0].values))
        mean, low, high = cells.sel(student="linear").values
        close = agreement(mean, cells.sel(student="theory")[0].values, (low > 0) | (high < 0))
        rows.append([close.correlation, close.slope, close.rmse, close.n_cells])
    return xr.DataArray(np.array(rows), dims=("inputs", "closeness"))


def _moved(
    params: Digits, data: xr.Dataset, rotated: xr.DataArray, tasks: xr.DataArray
) -> xr.DataArray:
    others = _benefits(params, data["chosen_loss"].sel(chosen="as in training", drop=True))
    changes = [
        abs((other - one.sel(student="linear")).mean("seed")).max()
        for other, one in zip(others, (rotated, tasks), strict=True)
    ]
    return xr.DataArray(max(map(float, changes)))


def _shares(data: xr.Dataset) -> xr.DataArray:
    arms = (data[f"{prefix}ends"] for prefix in ("", "theory_", "deep_"))
    means = [arm.mean([dim for dim in arm.dims if dim != "end"]) for arm in arms]
    return xr.DataArray(np.array(means), dims=("student", "end"))


STAGES = (Stage(measure, derive),)
