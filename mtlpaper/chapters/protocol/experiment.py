"""Networks at changed flags and in repetitions of the authors' protocol, against their numbers.

A *world* is a pair of teachers, a pool of training points, a test set and initial weights: all that
the authors' five training subsets share. Worlds are the same for all flags.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float
from scipy.stats import chi2 as chi_squared
from scipy.stats import t as student_t

from mtlpaper.benefit import Unit, solve
from mtlpaper.chapters.common.labels import BOUNDS, variable
from mtlpaper.chapters.common.precision import of_loss
from mtlpaper.chapters.common.two_tasks.costs import cost
from mtlpaper.chapters.common.two_tasks.experiment import (
    extreme_tasks,
    gain,
    grid,
    linear,
    main_tasks,
    networks,
    pair_labels,
    points,
    seeds,
)
from mtlpaper.chapters.common.two_tasks.sources import published_cells
from mtlpaper.chapters.protocol.joint import (
    BINS,
    RANGES,
    Emulator,
    of_settings,
    posterior,
    scaled,
    trials,
)
from mtlpaper.chapters.protocol.parameters import Flags
from mtlpaper.companion.contract import Grid, Labels, Stage, Variable
from mtlpaper.documents.lee2019 import published

#: A large test set of this many parts of half a test set, for all sizes up to it.
_PARTS = 32
_COUNTS = tuple(2**k for k in range(_PARTS.bit_length()))
#: Training subsets of a published mean.
_SUBSETS = 5
#: How a repetition is compared with the expectation.
MEASURES = ("correlation", "rms difference")
#: Errors of a published mean: its printed bar, that bar in our repetitions, and the whole.
ERRORS = ("printed", "over subsets", "over worlds")
QUANTITIES = ("loss alone", "benefit")
#: Share of the constant correlation in that between worlds, of which there are few.
_SHRINKAGE = 0.5
_BOUND = variable("bound", list(BOUNDS), "mean over worlds and 95 % range of another world")


# ---------------------------------------------------------------------------------------- measured


def in_world(
    params: Flags, n_train: int, S_A: float, world: int, subset: int, **changes: Any
) -> Unit:
    """Students of one training subset of a world."""
    unit = linear(params, n_train, n_train, S_A, subset, **changes)
    # Seeds of worlds begin behind the one of the teachers of our mean.
    return replace(unit, problem=replace(unit.problem, seed=params.seed + 1 + world))


def on_many_points(params: Flags, n_train: int, S_A: float, world: int, subset: int) -> Unit:
    """A student alone and two beside the extreme clean tasks, tested on parts of a large set."""
    tasks = {"S_B": params.S_B[-1:], "r_AB": extreme_tasks(params)["r_AB"]}
    n_tested = params.test_set // 2 * _PARTS
    unit = in_world(params, n_train, S_A, world, subset, test_set=n_tested, **tasks)
    return replace(unit, training=replace(unit.training, n_groups=_PARTS))


def measure(params: Flags, _: xr.Dataset) -> Iterator[Grid]:
    """Students at changed flags, of several subsets, in repetitions, and of many teachers."""
    cells = {"n_train": points(params.n_train), "S_A": main_tasks(params)}
    world = Labels(range(params.n_worlds), "number of the world")
    subset = Labels(range(params.n_subsets), "number of the training subset")
    setting = Labels(list(params.settings), "the flag that is changed")
    pairs = [(params.S_B[-1], r) for r in extreme_tasks(params)["r_AB"]]

    def few(name: str, over: dict[str, Labels], unit: Any) -> Grid:
        what = "least generalisation loss by parts of a large test set"
        gives = {
            name: Variable(("student", "part"), what, "nats", of_loss, of="loss"),
        }
        coords = {
            "student": networks(pair_labels(pairs), "student"),
            "part": variable("part", np.arange(_PARTS), "part of the large test set"),
        }
        return Grid(over | cells, unit, solve, gives, coords, cost)

    yield few(
        "loss_setting",
        {"setting": setting, "world": world},
        lambda setting, world, n_train, S_A: on_many_points(
            params.at(setting), n_train, S_A, world, 0
        ),
    )
    tried = trials(params)
    yield few(
        "loss_trial",
        {"trial": Labels(range(len(tried)), "number of the combination of flags")},
        lambda trial, n_train, S_A: on_many_points(
            tried[trial], n_train, S_A, trial % params.n_worlds, 0
        ),
    )
    yield few(
        "loss_subset",
        {"world": world, "subset": subset},
        lambda world, subset, n_train, S_A: on_many_points(params, n_train, S_A, world, subset),
    )
    yield grid(
        {"world": world, "subset": subset, **cells},
        lambda world, subset, n_train, S_A: in_world(params, n_train, S_A, world, subset),
        params,
        "_repeated",
    )
    yield grid(
        {"seed": seeds(params), **cells},
        lambda seed, n_train, S_A: linear(params, n_train, n_train, S_A, seed, pool=0, test_set=0),
        params,
        "_expected",
    )


# ----------------------------------------------------------------------------------------- derived


def derive(params: Flags, data: xr.Dataset) -> xr.Dataset:
    """Compare flags and repetitions with the published means.

    Returns
    -------
    xarray.Dataset
        `chi2` and the `log_likelihood` less that at the nominal flags, over setting, of `n_values`
        published means, with `chi2_limit`, which it exceeds by chance in one of twenty worlds;
        over `flag`, all of them together: the 95 % interval `fitted` over (bound, flag), its width
        `narrowed` against the range that is tried, whose `ends` are over (end, flag), and `density`
        over (flag, bin) against an even one, with `flag_correlation` over (flag, other), the least
        `chi2_fitted` beside `chi2_unfitted` at the nominal flags, `n_effective` combinations,
        `size_probability` over n_tested, and the `emulator_error` against that of the means;
        `size_likelihood` over n_tested, the log likelihood of test sets of other sizes;
        `scatter` over (bound, n_tested) of losses over subsets, with the range of another world,
        and `published_scatter`; `error` over (quantity, n_train, error_of); `alike` over (world,
        measure), how repetitions compare with our mean over many teachers, the range `next_alike`
        over (bound, measure) of another repetition, and `published_alike` over measure.
    """
    table = published.load("rank-10")
    cells = published_cells(
        table, n_train=params.n_train, S_A=params.S_A, S_B=params.S_B, r_AB=params.r_AB
    )
    return xr.merge(
        [
            _of_flags(data, cells),
            _of_all_flags(params, data, cells),
            _of_scatter(params, data, cells),
            _of_repetitions(params, data, cells),
        ]
    )


def _values(single: xr.DataArray, benefit: xr.DataArray) -> Float[np.ndarray, "*outer value"]:
    """Losses of students alone, then benefits of the last main task, along one axis."""
    outer = [dim for dim in single.dims if dim not in ("n_train", "S_A")]
    losses = single.transpose(*outer, "n_train", "S_A").values
    gains = benefit.isel(S_A=-1).transpose(*outer, "n_train", ...).values
    shape = losses.shape[: len(outer)]
    return np.concatenate([losses.reshape(*shape, -1), gains.reshape(*shape, -1)], axis=-1)


def _of_students(loss: xr.DataArray) -> Float[np.ndarray, "*outer value"]:
    alone = loss.isel(student=0)
    return _values(alone, alone - loss.isel(student=slice(1, None)))


def _apart(
    data: xr.Dataset, cells: xr.Dataset
) -> tuple[Float[np.ndarray, "setting value"], Float[np.ndarray, "size value value"], np.ndarray]:
    """Published means less ours at all settings, with covariances for all sizes of the test set.

    And which of all values are published, and so compared.
    """
    ends = {"S_B": -1, "r_AB": sorted({0, cells.sizes["r_AB"] - 1})}
    theirs = _values(cells["L_single"], cells["MT"].isel(ends))
    n_losses = cells["L_single"].size
    known = np.isfinite(theirs)
    ours = _of_students(data["loss_setting"].mean("part")).mean(axis=1)
    repeated = _of_students(data["loss_subset"]).mean(axis=1)
    C = [covariance(repeated, n_losses, parts)[np.ix_(known, known)] for parts in _COUNTS]
    return (theirs - ours)[:, known], np.array(C), known


def _of_flags(data: xr.Dataset, cells: xr.Dataset) -> xr.Dataset:
    """Chi squared of the published means at every setting."""
    apart, covariances, known = _apart(data, cells)
    C = covariances[_COUNTS.index(2)]
    found = np.einsum("sv,vs->s", apart, np.linalg.solve(C, apart.T))
    by_size = [
        -(apart[0] @ np.linalg.solve(C, apart[0]) + np.linalg.slogdet(C)[1]) / 2
        for C in covariances
    ]
    what = "log likelihood less that at the nominal flags"
    n = int(known.sum())
    return xr.Dataset(
        {
            "chi2": variable("setting", found, "chi squared of the published means"),
            "log_likelihood": variable("setting", (found[0] - found) / 2, what),
            "size_likelihood": variable(
                "n_tested",
                by_size - max(by_size),
                "log likelihood of published means at the nominal flags, less the largest",
            ),
            "n_values": variable((), n, "published means compared"),
            "chi2_limit": variable((), chi_squared.ppf(0.95, max(1, n)), "95th percentile"),
        }
    )


def _of_all_flags(params: Flags, data: xr.Dataset, cells: xr.Dataset) -> xr.Dataset:
    """What the published means leave of all flags together."""
    apart, covariances, known = _apart(data, cells)
    worlds = _of_students(data["loss_setting"].mean("part"))[..., known]
    tried = trials(params)
    world = np.arange(len(tried)) % params.n_worlds
    change = _of_students(data["loss_trial"].mean("part"))[:, known] - worlds[0, world]
    z = [scaled(one) for one in tried]
    # The flags that are changed alone tell as much.
    for name in of_settings(params):
        here = list(data["setting"].values).index(name)
        change = np.concatenate([change, worlds[here] - worlds[0]])
        z += [scaled(params.at(name))] * params.n_worlds
    emulator = Emulator.fitted(scaled(params), np.array(z), change)
    by_scatter = _scatter_likelihood(data, cells)
    found = posterior(emulator, apart[0], covariances, by_scatter, params.seed)
    names = [flag.name for flag in RANGES]
    fitted = [
        [flag.value(at) for flag, at in zip(RANGES, row, strict=True)] for row in found.quantiles
    ]
    # 95 % of an even distribution over [-1, 1] is 1.9 wide.
    width = (found.quantiles[2] - found.quantiles[1]) / 1.9
    sd = np.sqrt(np.diagonal(covariances[_COUNTS.index(2)]))
    middles = (np.arange(BINS) + 0.5) / BINS * 2 - 1
    return xr.Dataset(
        {
            "fitted": variable(
                ("bound", "flag"), fitted, "median and 95 % interval of a flag, the others free"
            ),
            "narrowed": variable("flag", width, "width of the interval against that of the range"),
            "density": variable(("flag", "bin"), found.density, "density against an even one"),
            "tried": variable(
                ("flag", "bin"),
                [[flag.value(at) for at in middles] for flag in RANGES],
                "value of the flag in the middle of a bin",
            ),
            "ends": variable(
                ("end", "flag"),
                [[flag.low for flag in RANGES], [flag.high for flag in RANGES]],
                "end of the range of a flag",
            ),
            "flag_correlation": variable(
                ("flag", "other"), found.correlation, "correlation of two flags"
            ),
            "nominal": variable(
                "flag",
                [flag.value(at) for flag, at in zip(RANGES, scaled(params), strict=True)],
                "flag of the run, or the end of the range that stands for it",
            ),
            "chi2_fitted": variable((), found.chi2, "least chi squared with all flags free"),
            "chi2_unfitted": variable(
                (), found.chi2_origin, "chi squared at the nominal flags, with the emulator's error"
            ),
            "n_effective": variable((), found.n_effective, "combinations that carry the weight"),
            "size_probability": variable("n_tested", found.sizes, "probability of the size"),
            "emulator_error": variable(
                (),
                np.sqrt(np.mean((emulator.error / sd) ** 2)),
                "error of the emulator against that of the published means",
            ),
        },
        {
            "flag": variable("flag", names, "flag"),
            "other": variable("other", names, "another flag"),
            "end": variable("end", ["low", "high"], "which end of a range"),
            "bin": variable("bin", range(BINS), "number of the bin"),
        },
    )


def covariance(
    values: Float[np.ndarray, "world part value"], n_losses: int, parts: int = 2
) -> Float[np.ndarray, "value value"]:
    """Covariance of one repetition and of the mean of our worlds, of which there are few.

    The part within a world is that of a small test set, from the disjoint parts of a large one. The
    part between worlds holds teachers, initial weights and subsets; its correlations are moved
    half of the way to constant ones among losses, among benefits, and none between the two.

    Parameters
    ----------
    values : (world, part, value) array
        Means over the subsets of a world.
    n_losses : int
        The first values that are losses; the others are benefits.
    parts : int
        Parts that make the repetition's test set.
    """
    worlds, n_parts, n = values.shape
    within = values - values.mean(axis=1, keepdims=True)
    of_test = np.einsum("wpi,wpj->ij", within, within) / (worlds * (n_parts - 1) * parts)
    between = np.cov(values.mean(axis=1), rowvar=False)
    sd = np.sqrt(np.diag(between))
    target = np.eye(n)
    for block in (slice(0, n_losses), slice(n_losses, n)):
        part = between[block, block] / np.outer(sd[block], sd[block])
        off = ~np.eye(len(part), dtype=bool)
        if off.any():
            target[block, block][off] = max(0.0, part[off].mean())
    shrunk = (1 - _SHRINKAGE) * between + _SHRINKAGE * target * np.outer(sd, sd)
    return shrunk * (1 + 1 / worlds) + of_test


def _of_scatter(params: Flags, data: xr.Dataset, cells: xr.Dataset) -> xr.Dataset:
    """Scatter over training subsets against the size of the test set."""
    samples = _scatter(data)
    ends = np.exp(another(np.log(samples)))
    theirs = _published_scatter(cells)
    what = "root mean square deviation of losses over training subsets"
    n_tested = [params.test_set // 2 * count for count in _COUNTS]
    return xr.Dataset(
        {
            "scatter": variable(
                ("bound", "n_tested"), ends, f"{what}, and of another world", "nats"
            ),
            "published_scatter": variable((), theirs, what, "nats"),
        },
        {"bound": _BOUND, "n_tested": variable("n_tested", n_tested, "points of the test set")},
    )


def _scatter(data: xr.Dataset) -> Float[np.ndarray, "world size"]:
    """Root mean square deviation of losses over the subsets of every world, by size."""
    alone = data["loss_subset"].isel(student=0).transpose("world", "subset", ..., "part")
    squares = [
        alone.values.reshape(*alone.shape[:-1], -1, count)
        .mean(axis=-1)
        .var(axis=1, ddof=1)
        .mean(axis=(1, 2, 3))
        for count in _COUNTS
    ]
    return np.sqrt(np.stack(squares, axis=1))


def _published_scatter(cells: xr.Dataset) -> float:
    return float(np.sqrt(_SUBSETS * np.nanmean(cells["L_single_se"].values ** 2)))


def _scatter_likelihood(data: xr.Dataset, cells: xr.Dataset) -> Float[np.ndarray, " size"]:
    """Log likelihood of the published scatter over subsets, by size of the test set."""
    samples = np.log(_scatter(data))
    n = len(samples)
    spread = samples.std(axis=0, ddof=1) * np.sqrt(1 + 1 / n)
    off = (np.log(_published_scatter(cells)) - samples.mean(axis=0)) / spread
    return np.asarray(student_t.logpdf(off, n - 1) - np.log(spread))


def _of_repetitions(params: Flags, data: xr.Dataset, cells: xr.Dataset) -> xr.Dataset:
    """Errors of a repetition, and its distance from the expectation beside the published one."""
    loss = data["loss_repeated"].mean("group")
    single, benefit = loss.isel(net=0), gain(params, loss)
    expected = gain(params, data["loss_expected"].mean("group")).mean("seed").values
    errors = [
        _errors(of, cells[f"{name}_se"]) for name, of in (("L_single", single), ("MT", benefit))
    ]
    dims = ("n_train", "S_A", "S_B", "r_AB")
    repeated = benefit.mean("subset").transpose("world", *dims).values
    theirs = cells["MT"].transpose(*dims).values
    known = np.isfinite(theirs)
    alike = np.array([_alike(one[known], expected[known]) for one in repeated])
    what = "closeness of a repetition's benefits to our mean over many teachers"
    return xr.Dataset(
        {
            "error": variable(
                ("quantity", "n_train", "error_of"), errors, "standard error of a mean", "nats"
            ),
            "alike": variable(("world", "measure"), alike, what),
            "next_alike": variable(
                ("bound", "measure"), _another_alike(alike), f"{what}: another one"
            ),
            "published_alike": variable(
                "measure", _alike(theirs[known], expected[known]), f"{what}: the authors' rows"
            ),
            "n_cells": variable((), int(known.sum()), "published benefits compared"),
        },
        {
            "quantity": variable("quantity", list(QUANTITIES), "what the error is of"),
            "error_of": variable("error_of", list(ERRORS), "over what a mean scatters"),
            "measure": variable("measure", list(MEASURES), "measure of closeness"),
        },
    )


def _errors(of: xr.DataArray, printed: xr.DataArray) -> np.ndarray:
    """Root mean square standard errors over (n_train, error)."""
    over_subsets = of.var("subset", ddof=1).mean("world") / of.sizes["subset"]
    over_worlds = of.mean("subset").var("world", ddof=1)
    squares = [
        one.mean([dim for dim in one.dims if dim != "n_train"]).values
        for one in (printed**2, over_subsets, over_worlds)
    ]
    return np.sqrt(np.stack(squares, axis=-1))


def _alike(one: np.ndarray, expected: np.ndarray) -> list[float]:
    if one.size < 2:
        return [np.nan] * len(MEASURES)
    rms = np.sqrt(np.mean((one - expected) ** 2))
    return [float(np.corrcoef(one, expected)[0, 1]), float(rms)]


def another(samples: Float[np.ndarray, "world value"]) -> Float[np.ndarray, "bound value"]:
    """Mean of Gaussian samples, one a world, and 95 % prediction interval of one more."""
    n = len(samples)
    mean = samples.mean(axis=0)
    reach = student_t.ppf(0.975, n - 1) * samples.std(axis=0, ddof=1) * np.sqrt(1 + 1 / n)
    return np.stack([mean, mean - reach, mean + reach])


def _another_alike(alike: Float[np.ndarray, "world 2"]) -> Float[np.ndarray, "bound 2"]:
    """Range of another repetition; Fisher's z and the logarithm make both measures Gaussian."""
    ends = another(np.stack([np.arctanh(alike[:, 0]), np.log(alike[:, 1])], axis=1))
    return np.stack([np.tanh(ends[:, 0]), np.exp(ends[:, 1])], axis=1)


STAGES = (Stage(measure, derive),)
