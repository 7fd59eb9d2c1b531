"""Table 1: every row as an effect, measured and by the finite-sample theory."""

from collections.abc import Iterator

import numpy as np
import xarray as xr
from jaxtyping import Float

from mtlpaper.benefit import Unit, bootstrap_interval
from mtlpaper.chapters.common.labels import variable
from mtlpaper.chapters.common.two_tasks.experiment import (
    benefits,
    by_theory,
    grid,
    interval,
    linear,
    main_tasks,
    points,
    seeds,
    theory_gain,
)
from mtlpaper.chapters.table1.parameters import Table1
from mtlpaper.companion.contract import Grid, Stage

#: Source of an effect: trained students, or the flow (T 7b).
SOURCES = ("measured", "theory")
_TASKS = ("n_train", "S_A", "S_B", "r_AB")
Benefit = Float[np.ndarray, "source seed n_train S_A S_B r_AB"]


def measure(params: Table1, _: xr.Dataset) -> Iterator[Grid]:
    """Every network, trained and by the finite-sample theory."""

    def trained(seed: int, n_train: int, S_A: float) -> Unit:
        return linear(params, n_train, n_train, S_A, seed)

    over = {"seed": seeds(params), "n_train": points(params.n_train), "S_A": main_tasks(params)}
    yield grid(over, trained, params)
    yield grid(over, by_theory(trained, params.n_points), params, "_theory")


def derive(params: Table1, data: xr.Dataset) -> xr.Dataset:
    """Compute the effects in the rows of the table.

    Returns
    -------
    xarray.Dataset
        What `benefits` gives; `benefit_theory` over (seed, n_train, S_A, S_B, r_AB) and its mean
        `MT_theory` over (bound, ...); and the `row_effects` of both.
    """
    what = "multitask benefit by the finite-sample flow (T 7b)"
    found = benefits(params, data).assign(benefit_theory=theory_gain(params, data, "_theory", what))
    seen, flow = found["benefit"].sel(rule="test").values, found["benefit_theory"].values
    MT = interval(("seed", *_TASKS), flow, f"{what}, mean over datasets")
    rows = row_effects(params, np.stack([seen, flow]))
    return found.assign({"MT_theory": MT} | rows).assign_coords(coordinates(params))


def row_effects(params: Table1, benefit: Benefit) -> dict[str, xr.Variable]:
    """Effects in the rows of Table 1, with paired intervals.

    Returns
    -------
    dict
        `row_a`, the benefit from unrelated tasks; `row_b`, the benefit at the largest S_B minus
        that at the smallest, for every related task; `row_c_grows`, the benefit at the largest weak
        relatedness minus that from unrelated tasks, for limited data; `row_c_harms`, the same
        difference as `row_b` for weakly related tasks and limited data; `row_d`, the benefit with
        abundant data.
    """
    limited, weak = len(limited_points(params)), len(weak_levels(params))
    rise = benefit[..., -1, 1:] - benefit[..., 0, 1:]
    named = {
        "row_a": (benefit[..., 0], ("n_train", "S_A", "S_B"), "benefit from unrelated tasks"),
        "row_b": (rise, ("n_train", "S_A", "r_related"), "benefit at high minus low S_B"),
        "row_c_grows": (
            benefit[:, :, :limited, :, :, weak] - benefit[:, :, :limited, :, :, 0],
            ("n_limited", "S_A", "S_B"),
            "benefit at weak relatedness minus that from unrelated tasks",
        ),
        "row_c_harms": (
            rise[:, :, :limited, :, :weak],
            ("n_limited", "S_A", "r_weak"),
            "benefit at high minus low S_B, weakly related",
        ),
        "row_d": (benefit[:, :, -1], _TASKS[1:], "benefit with abundant data"),
    }
    return {name: _interval(*row) for name, row in named.items()}


def _interval(values: np.ndarray, dims: tuple[str, ...], what: str) -> xr.Variable:
    """Interval over datasets, which are resampled together for measurement and theory."""
    bounds = bootstrap_interval(np.moveaxis(values, 1, 0))
    return variable(("bound", "source", *dims), bounds, what, "nats")


def limited_points(params: Table1) -> list[int]:
    """Numbers of points that count as limited."""
    return [n for n in params.n_train if n <= params.limited]


def weak_levels(params: Table1) -> list[float]:
    """Levels that count as weakly related."""
    return [r for r in params.r_AB[1:] if r <= params.weak]


def coordinates(params: Table1) -> dict[str, xr.Variable]:
    """Coordinates of the rows' effects."""
    return {
        "source": variable("source", list(SOURCES), "where the effect comes from"),
        "n_limited": variable("n_limited", limited_points(params), "training points, limited"),
        "r_related": variable("r_related", list(params.r_AB[1:]), "relatedness, not the first"),
        "r_weak": variable("r_weak", weak_levels(params), "relatedness, weak"),
    }


STAGES = (Stage(measure, derive),)
