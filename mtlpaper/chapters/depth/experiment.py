"""Figure 3 right and Figure A4: deep ReLU students, and a shallow linear one beside them."""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from mtlpaper.benefit import DeepUnit, Unit
from mtlpaper.chapters.common.two_tasks.experiment import (
    benefits,
    grid,
    interval,
    linear,
    main_tasks,
    points,
    problem_of,
    seeds,
    training_of,
    with_published,
)
from mtlpaper.chapters.common.two_tasks.segments import (
    effects,
    high_main_tasks,
    segments,
    snr_coordinates,
)
from mtlpaper.chapters.common.two_tasks.sources import (
    at,
    beside_published,
    closeness,
    published_cells,
    settings,
)
from mtlpaper.chapters.depth.parameters import Depth
from mtlpaper.companion.contract import Grid, Labels, Stage
from mtlpaper.documents.lee2019 import published

LINEAR = "linear"


def measure(params: Depth, _: xr.Dataset) -> Iterator[Grid]:
    """Deep students of every depth at both settings, and linear ones on the same data."""
    depths = {f"{depth} ReLU": depth for depth in params.depth}

    def unit(setting: str, student: str, seed: int, n_train: int, S_A: float) -> Unit | DeepUnit:
        chosen = at(params, setting)
        if student == LINEAR:
            return linear(chosen, n_train, n_train, S_A, seed)
        return relu(chosen, n_train, S_A, seed, depths[student])

    over = {
        "setting": settings(),
        "student": Labels([LINEAR, *depths], "hidden layers"),
        "seed": seeds(params),
        "n_train": points(sorted({*params.n_train, params.n_train_right})),
        "S_A": main_tasks(params),
    }
    yield grid(over, unit, params)


def relu(params: Depth, n_train: int, S_A: float, seed: int, depth: int) -> DeepUnit:
    """ReLU students of one dataset, number of points and main task, trained past their minima."""
    rate = params.deep_learning_rate
    return DeepUnit(
        problem_of(params, n_train, n_train, S_A, seed),
        training_of(
            params, n_train, S_A, learning_rate=rate, look_every=2 * rate, t_max=params.t_max
        ),
        params.N2,
        depth,
        params.activation,
        params.scale,
        params.initial,
        params.biases,
    )


def derive(params: Depth, data: xr.Dataset) -> xr.Dataset:
    """Average the benefits as the figure does.

    Returns
    -------
    xarray.Dataset
        What `with_published` gives over students, points and main tasks, `share` and `n_networks`
        for each setting and student; at `n_train_right` points and the high-SNR main tasks the line
        segments `MT_right` over (bound, source, student, snr, r_AB), their `effect_right`, and
        `shift`, the benefit averaged over tasks minus that of the linear student, over (bound,
        source, student); `close`, how closely the ReLU students follow the published cells.
    """
    found = benefits(params, data, keep=["setting", "student"])
    cells = _published(params, data)
    found = with_published(found, cells)
    benefit = found["benefit"].sel(rule="test")
    right = {"n_train": params.n_train_right, "S_A": high_main_tasks(params)}
    shown, shown_cells = benefit.sel(right), cells.sel(right)
    deep = {"student": benefit["student"] != LINEAR}
    return found.assign(
        MT_right=segments(params, shown, ["S_A"], shown_cells),
        effect_right=effects(params, shown, ["S_A"], shown_cells),
        shift=_shift(shown, shown_cells),
        close=closeness(benefit.isel(deep), cells.isel(deep)),
    ).assign_coords(snr_coordinates())


def _published(params: Depth, data: xr.Dataset) -> xr.Dataset:
    """The published cells, those of the linear student before those of ReLU students."""
    grid = {"n_train": list(data["n_train"].values), "S_A": params.S_A}
    grid |= {"S_B": params.S_B, "r_AB": params.r_AB}
    shallow = published_cells(published.load("rank-10"), **grid).expand_dims(student=[LINEAR])
    deep = published_cells(published.load("relu"), **grid)
    return xr.concat([shallow, deep], "student").reindex(student=data["student"].values)


def _shift(benefit: xr.DataArray, published: xr.Dataset) -> xr.Variable:
    """Mean benefit minus that of the linear student, over (bound, source, student)."""
    tasks = ["S_A", "S_B", "r_AB"]

    def from_linear(values: xr.DataArray) -> xr.DataArray:
        mean = values.mean(tasks, skipna=False)
        return mean - mean.sel(student=LINEAR)

    ours = from_linear(benefit).transpose("seed", "setting", "student")
    what = "mean benefit minus that of the linear student"
    n_cells = int(np.prod([benefit.sizes[task] for task in tasks]))
    variance = (published["MT_se"] ** 2).mean(tasks, skipna=False) / n_cells
    # The linear student does not differ from itself; the others' cells are independent of its.
    both = (variance + variance.sel(student=LINEAR)).where(variance["student"] != LINEAR, 0.0)
    return beside_published(
        interval(("seed", "setting", "student"), ours.values, what),
        from_linear(published["MT"]).variable,
        (both**0.5).variable,
    )


STAGES = (Stage(measure, derive),)
