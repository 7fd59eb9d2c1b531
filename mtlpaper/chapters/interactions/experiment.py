"""Figure A1: the complete interactions, and theories of the benefit over the same grid."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import xarray as xr
from jaxtyping import Bool, Float

from mtlpaper.benefit import Agreement, TheoryUnit, Unit, agreement, resampled_interval
from mtlpaper.chapters.common.labels import variable
from mtlpaper.chapters.common.two_tasks.experiment import (
    against_alone,
    benefits,
    by_theory,
    extreme_tasks,
    grid,
    linear,
    main_tasks,
    networks,
    pair_labels,
    points,
    seeds,
    theory_gain,
)
from mtlpaper.chapters.common.two_tasks.sources import published_cells, published_half_width
from mtlpaper.chapters.interactions.parameters import CLEAN, LEAST_CLEAN, Interactions
from mtlpaper.companion.contract import Grid, Labels, Stage
from mtlpaper.documents.lee2019 import published
from mtlpaper.documents.lee2019.printed import NEGLIGIBLE

#: The finite-sample theory (T 7b) and the flow with infinite data (T 6).
THEORIES = ("finite", "infinite")
#: What stands against the published benefits.
MODELS = ("networks", *THEORIES)
STATISTICS = tuple(Agreement.__dataclass_fields__)
_WHAT = tuple(
    f"multitask benefit by the {text}"
    for text in ("finite-sample theory (T 7b)", "infinite-data flow (T 6)")
)
_TASKS = ("n_train", "S_A", "S_B", "r_AB")
_RESAMPLES = 500


def measure(params: Interactions, _: xr.Dataset) -> Iterator[Grid]:
    """Every network, trained and by both theories; with infinite data there is no `n_train`."""

    def trained(seed: int, n_train: int, S_A: float) -> Unit:
        return linear(params, n_train, n_train, S_A, seed)

    def infinite(seed: int, S_A: float) -> TheoryUnit:
        unit = trained(seed, params.n_train[-1], S_A)
        endless = replace(unit, training=replace(unit.training, t_max=params.t_infinite))
        return TheoryUnit(endless, "infinite", params.n_points)

    seed, S_A = seeds(params), main_tasks(params)
    over = {"seed": seed, "n_train": points(params.n_train), "S_A": S_A}
    yield grid(over, trained, params)
    yield grid(over, by_theory(trained, params.n_points), params, "_theory")
    yield grid({"seed": seed, "S_A": S_A}, infinite, params, "_infinite")
    clean = [value for value in params.S_A if value >= LEAST_CLEAN] or params.S_A[-1:]
    extremes = extreme_tasks(params)

    def cavity(cavity_seed: int, n_train: int, S_clean: float) -> TheoryUnit:
        few = linear(params, n_train, n_train, S_clean, cavity_seed, **extremes)
        return TheoryUnit(few, "cavity", params.n_fresh)

    yield grid(
        {
            "cavity_seed": Labels(range(params.n_cavity), "number of the dataset"),
            "n_train": points(params.n_train),
            "S_clean": Labels(clean, "singular value of a clean main task, or of the cleanest"),
        },
        cavity,
        params,
        "_cavity",
        networks(pair_labels(product(extremes["S_B"], extremes["r_AB"])), "extreme"),
    )


def derive(params: Interactions, data: xr.Dataset) -> xr.Dataset:
    """Compare the benefits by the theories with the measured ones.

    Returns
    -------
    xarray.Dataset
        What `benefits` gives; `benefit_theory` over (seed, n_train, S_A, S_B, r_AB) and
        `benefit_infinite`, without n_train; `MT_theory` and `MT_infinite`, their means over
        datasets, over (n_train, S_A, S_B, r_AB); `MT_published`, its standard error and
        `L_published`; `clear`, whether a measured interval excludes zero; `agreement` of theory and
        measurement over (bound, theory, subset, statistic), over all cells, those of clean tasks
        and those of each number of points; `agreement_published` of our networks and of theories
        with the published cells, over (bound, model, subset, statistic).
    """
    found = benefits(params, data).assign(
        benefit_theory=theory_gain(params, data, "_theory", _WHAT[0]),
        benefit_infinite=theory_gain(params, data, "_infinite", _WHAT[1]),
    )
    cells = published_cells(
        published.load("rank-10"),
        **{name: list(found[name].values) for name in _TASKS},
    )
    benefit = found["benefit"].sel(rule="test").values
    finite, infinite = found["benefit_theory"].values, found["benefit_infinite"].values[:, None]
    flows = [finite, np.broadcast_to(infinite, finite.shape)]
    MT, theirs = found["MT"], cells["MT"].values
    clear = ((MT.sel(bound="low") > 0) | (MT.sel(bound="high") < 0)).values
    clear_published = abs(theirs) > published_half_width(cells["MT_se"].values)
    subsets = _subsets(params)
    return (
        found.assign(
            MT_theory=variable(_TASKS, flows[0].mean(axis=0), _WHAT[0], "nats"),
            MT_infinite=variable(_TASKS, flows[1].mean(axis=0), _WHAT[1], "nats"),
            MT_published=variable(_TASKS, theirs, "published mean benefit", "nats"),
            MT_published_se=variable(
                _TASKS, cells["MT_se"].values, "its standard error over five subsets", "nats"
            ),
            L_published=variable(
                _TASKS[:2],
                cells["L_single"].values,
                "published mean loss of the single task",
                "nats",
            ),
            clear=variable(_TASKS, clear, "whether the measured interval excludes zero"),
            agreement=variable(
                ("bound", "theory", "subset", "statistic"),
                _agreements(flows, benefit, clear, list(subsets.values())),
                "agreement of theory and measurement",
            ),
            agreement_published=variable(
                ("bound", "model", "subset", "statistic"),
                _agreements(
                    [benefit, *flows], theirs[None], clear_published, list(subsets.values())
                ),
                "agreement of our networks and of theories with the published benefits",
            ),
        )
        .assign_coords(
            theory=variable("theory", list(THEORIES), "theory"),
            model=variable("model", list(MODELS), "what stands against the published benefits"),
            subset=variable("subset", list(subsets), "cells compared"),
            statistic=variable("statistic", list(STATISTICS), "measure of agreement"),
        )
        .merge(_cavity(data))
    )


def _cavity(data: xr.Dataset) -> xr.Dataset:
    """Both finite-sample theories against the networks trained on the very same datasets.

    Returns
    -------
    xarray.Dataset
        For clean main tasks `loss_gap` over (finite_theory, n_train, S_clean), the single-task loss
        by theory minus that of training, and `agreement_same` of the benefits beside the extreme
        auxiliary tasks over (finite_theory, statistic); means over the datasets that the cavity
        theory followed.
    """
    by_cavity = data["loss_cavity"].mean("group")
    names = {"cavity_seed": "seed", "S_clean": "S_A", "extreme": "net"}
    same = {name: by_cavity[own].values for own, name in names.items()}
    trained, finite = (data[name].mean("group").sel(same) for name in ("loss", "loss_theory"))
    losses = [finite, by_cavity.rename(names).transpose(*finite.dims)]
    truth, *benefit = (against_alone(loss).mean("seed").values for loss in (trained, *losses))
    everything = np.ones(truth.shape, dtype=bool)
    rows = [_row(truth, one, abs(truth) > NEGLIGIBLE, everything) for one in benefit]
    gaps = [
        (loss - trained).isel(net=0).mean("seed").transpose("n_train", "S_A") for loss in losses
    ]
    return xr.Dataset(
        {
            "loss_gap": variable(
                ("finite_theory", "n_train", "S_clean"),
                np.stack([gap.values for gap in gaps]),
                "single-task loss by theory minus that of training",
                "nats",
            ),
            "agreement_same": variable(
                ("finite_theory", "statistic"), rows, "agreement on the same datasets"
            ),
        },
        {
            "finite_theory": variable(
                "finite_theory", ["finite", "cavity"], "theory of finite samples"
            ),
            "n_train": data["n_train"].variable,
            "S_clean": by_cavity["S_clean"].variable,
            "statistic": variable("statistic", list(STATISTICS), "measure of agreement"),
        },
    )


def _subsets(params: Interactions) -> dict[str, np.ndarray]:
    """Masks of cells: all, those of clean tasks, those of each number of points."""
    sizes = tuple(len(getattr(params, name)) for name in _TASKS)
    n, A, B, _ = np.ogrid[tuple(slice(size) for size in sizes)]
    S_A, S_B = np.array(params.S_A)[A], np.array(params.S_B)[B]
    masks = {"all": n >= 0, CLEAN: (S_A >= LEAST_CLEAN) & (S_B >= LEAST_CLEAN)}
    masks |= {str(N): n == i for i, N in enumerate(params.n_train)}
    return {name: np.broadcast_to(mask, sizes) for name, mask in masks.items()}


def _agreements(
    models: Sequence[Float[np.ndarray, "seed n_train S_A S_B r_AB"]],
    truth: Float[np.ndarray, "seed_or_1 n_train S_A S_B r_AB"],
    clear: Bool[np.ndarray, "n_train S_A S_B r_AB"],
    subsets: Sequence[Bool[np.ndarray, "n_train S_A S_B r_AB"]],
) -> Float[np.ndarray, "bound model subset statistic"]:
    """Agreement of models with a truth over subsets of cells, with bootstrap intervals.

    Datasets are resampled together for all models and, where it has several, for the truth;
    `clear` is not resampled. Cells without a truth are left out.
    """
    known = np.isfinite(truth[0])

    def agreements(chosen: np.ndarray) -> np.ndarray:
        seen = truth[chosen % len(truth)].mean(0)
        means = [values[chosen].mean(0) for values in models]
        return np.array(
            [[_row(seen, mean, clear, part & known) for part in subsets] for mean in means]
        )

    return resampled_interval(agreements, models[0].shape[0], _RESAMPLES)


def _row(truth: np.ndarray, model: np.ndarray, clear: np.ndarray, cells: np.ndarray) -> list[float]:
    if cells.sum() < 2:
        return [np.nan] * len(STATISTICS)
    seen = agreement(truth[cells], model[cells], clear[cells])
    return [float(getattr(seen, name)) for name in STATISTICS]


STAGES = (Stage(measure, derive),)
