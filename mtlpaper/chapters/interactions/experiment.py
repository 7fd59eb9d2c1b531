"""Figure A1: the complete interactions, and theories of the benefit over the same grid."""

from collections.abc import Iterator, Sequence

import numpy as np
import xarray as xr
from jaxtyping import Bool, Float

from mtlpaper.benefit import Agreement, TheoryUnit, Unit, agreement, resampled_interval
from mtlpaper.chapters.common.labels import variable
from mtlpaper.chapters.common.two_tasks.experiment import (
    benefits,
    by_theory,
    grid,
    linear,
    main_tasks,
    points,
    seeds,
    theory_gain,
)
from mtlpaper.chapters.interactions.parameters import Interactions
from mtlpaper.companion.contract import Grid, Stage

#: The finite-sample theory (T 7b) and the flow with infinite data (T 6).
THEORIES = ("finite", "infinite")
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
        return TheoryUnit(trained(seed, params.n_train[-1], S_A), "infinite", params.n_points)

    seed, S_A = seeds(params), main_tasks(params)
    over = {"seed": seed, "n_train": points(params.n_train), "S_A": S_A}
    yield grid(over, trained, params)
    yield grid(over, by_theory(trained, params.n_points), params, "_theory")
    yield grid({"seed": seed, "S_A": S_A}, infinite, params, "_infinite")


def derive(params: Interactions, data: xr.Dataset) -> xr.Dataset:
    """Compare the benefits by the theories with the measured ones.

    Returns
    -------
    xarray.Dataset
        What `benefits` gives; `benefit_theory` over (seed, n_train, S_A, S_B, r_AB) and
        `benefit_infinite`, without n_train; `MT_theory` and `MT_infinite`, their means over
        datasets, over (n_train, S_A, S_B, r_AB); `clear`, whether a measured interval excludes
        zero; `agreement` over (bound, theory, subset, statistic), over the whole grid and for each
        number of points.
    """
    found = benefits(params, data).assign(
        benefit_theory=theory_gain(params, data, "_theory", _WHAT[0]),
        benefit_infinite=theory_gain(params, data, "_infinite", _WHAT[1]),
    )
    MT = found["MT"]
    clear = ((MT.sel(bound="low") > 0) | (MT.sel(bound="high") < 0)).values
    benefit = found["benefit"].sel(rule="test").values
    finite, infinite = found["benefit_theory"].values, found["benefit_infinite"].values[:, None]
    flows = [finite, np.broadcast_to(infinite, finite.shape)]
    dims = ("bound", "theory", "subset", "statistic")
    return found.assign(
        MT_theory=variable(_TASKS, flows[0].mean(axis=0), _WHAT[0], "nats"),
        MT_infinite=variable(_TASKS, flows[1].mean(axis=0), _WHAT[1], "nats"),
        clear=variable(_TASKS, clear, "whether the measured interval excludes zero"),
        agreement=variable(
            dims, _agreements(benefit, flows, clear), "agreement of theory and measurement"
        ),
    ).assign_coords(
        theory=variable("theory", list(THEORIES), "theory"),
        subset=variable("subset", ["all", *map(str, params.n_train)], "training points"),
        statistic=variable("statistic", list(STATISTICS), "measure of agreement"),
    )


def _agreements(
    measured: Float[np.ndarray, "seed n_train S_A S_B r_AB"],
    flows: Sequence[Float[np.ndarray, "seed n_train S_A S_B r_AB"]],
    clear: Bool[np.ndarray, "n_train S_A S_B r_AB"],
) -> Float[np.ndarray, "bound theory subset statistic"]:
    """Agreement over the whole grid and at each number of points, with bootstrap intervals.

    Datasets are resampled together for the whole grid and for theories and measurement; `clear` is
    not resampled.
    """
    subsets = [slice(None), *(slice(i, i + 1) for i in range(clear.shape[0]))]

    def agreements(chosen: np.ndarray) -> np.ndarray:
        seen, *means = (values[chosen].mean(0) for values in (measured, *flows))
        return np.array(
            [[_row(seen[part], mean[part], clear[part]) for part in subsets] for mean in means]
        )

    return resampled_interval(agreements, measured.shape[0], _RESAMPLES)


def _row(measured: np.ndarray, theory: np.ndarray, clear: np.ndarray) -> list[float]:
    seen = agreement(measured.ravel(), theory.ravel(), clear.ravel())
    return [float(getattr(seen, name)) for name in STATISTICS]


STAGES = (Stage(measure, derive),)
