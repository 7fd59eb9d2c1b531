"""Table 1: every row as an effect, measured and by the finite-sample theory."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from jaxtyping import Float

from mtlpaper.benefit import bootstrap_interval
from mtlpaper.experiments.benefits import measured, theory
from mtlpaper.experiments.labels import variable
from mtlpaper.settings.table1 import Table1

#: Where a row's effect comes from: trained students, or the flow (T 7b).
SOURCES = ("measured", "theory")
_CELLS = ("n_train", "S_A", "S_B", "r_AB")
Benefit = Float[np.ndarray, "source seed n_train S_A S_B r_AB"]


def compute(params: Table1) -> xr.Dataset:
    """Train and integrate every network of the grid, and take the effects that the rows speak of.

    Returns
    -------
    xarray.Dataset
        What `measured` gives; `benefit_theory` over (seed, n_train, S_A, S_B, r_AB); and what
        `judged` makes of both.
    """
    points = [(n, n) for n in params.n_train]
    data = measured(params, points, "n_train")
    flow = theory(params, points, data="finite", n_points=params.n_points)
    what = "multitask benefit by the finite-sample flow (T 7b)"
    data = data.assign(benefit_theory=variable(("seed", *_CELLS), flow, what, "nats"))
    return data.assign(judged(params, data)).assign_coords(_coordinates(params))


def judged(params: Table1, data: xr.Dataset) -> dict[str, xr.Variable]:
    """What follows from the benefits: `MT_theory` over (bound, ...) and the rows' effects."""
    seen, flow = (
        part.transpose("seed", *_CELLS).values
        for part in (data["benefit"].sel(rule="test"), data["benefit_theory"])
    )
    what = "multitask benefit by the finite-sample flow (T 7b), mean over datasets"
    MT = variable(("bound", *_CELLS), bootstrap_interval(flow), what, "nats")
    return {"MT_theory": MT, **row_effects(params, np.stack([seen, flow]))}


def row_effects(params: Table1, benefit: Benefit) -> Mapping[str, xr.Variable]:
    """Effects that the rows of Table 1 speak of, with paired intervals.

    Returns
    -------
    mapping
        `row_a`, the benefit from unrelated tasks; `row_b`, the benefit at the largest S_B minus
        that at the smallest, for every related task; `row_c_grows`, the benefit at the largest weak
        relatedness minus that from unrelated tasks, for limited data; `row_c_harms`, what `row_b`
        is for weakly related tasks and limited data; `row_d`, the benefit with abundant data.
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
        "row_d": (benefit[:, :, -1], _CELLS[1:], "benefit with abundant data"),
    }
    return {name: _interval(*row) for name, row in named.items()}


def _interval(values: np.ndarray, dims: tuple[str, ...], what: str) -> xr.Variable:
    """Interval over datasets, which are resampled together for measurement and theory."""
    interval = bootstrap_interval(np.moveaxis(values, 1, 0))
    return variable(("bound", "source", *dims), interval, what, "nats")


def limited_points(params: Table1) -> list[int]:
    """Numbers of points that count as limited."""
    return [n for n in params.n_train if n <= params.limited]


def weak_levels(params: Table1) -> list[float]:
    """Levels that count as weakly related."""
    return [r for r in params.r_AB[1:] if r <= params.weak]


def _coordinates(params: Table1) -> dict[str, xr.Variable]:
    return {
        "source": variable("source", list(SOURCES), "where the effect comes from"),
        "n_limited": variable("n_limited", limited_points(params), "training points, limited"),
        "r_related": variable("r_related", list(params.r_AB[1:]), "relatedness, not the first"),
        "r_weak": variable("r_weak", weak_levels(params), "relatedness, weak"),
    }
