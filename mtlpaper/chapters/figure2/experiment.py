"""Figure 2: the benefit over main tasks and over numbers of training points."""

from collections.abc import Iterator

import xarray as xr

from mtlpaper.benefit import Unit, solve
from mtlpaper.chapters.common.labels import variable
from mtlpaper.chapters.common.precision import of_loss
from mtlpaper.chapters.common.two_tasks.costs import cost
from mtlpaper.chapters.common.two_tasks.experiment import (
    compared,
    extreme_tasks,
    grid,
    linear,
    main_tasks,
    networks,
    pair_labels,
    points,
    problem_of,
    seeds,
    training_of,
)
from mtlpaper.chapters.common.two_tasks.segments import (
    effects,
    high_main_tasks,
    segments,
    snr_coordinates,
)
from mtlpaper.chapters.common.two_tasks.sources import at, settings
from mtlpaper.chapters.figure2.parameters import Figure2
from mtlpaper.companion.contract import Grid, Stage, Variable
from mtlpaper.documents.lee2019 import published


def measure(params: Figure2, _: xr.Dataset) -> Iterator[Grid]:
    """Every network of both panels at both settings, and learning curves."""
    n_train = sorted({*params.n_train, params.n_train_left})
    yield grid(
        {
            "setting": settings(),
            "seed": seeds(params),
            "n_train": points(n_train),
            "S_A": main_tasks(params),
        },
        lambda setting, seed, n_train, S_A: linear(
            at(params, setting), n_train, n_train, S_A, seed
        ),
        params,
    )
    unit = curves_unit(params)
    yield Grid(
        {},
        lambda: unit,
        solve,
        {
            "curve": Variable(
                ("network", "time"), "generalisation loss", "nats", of_loss, "curves", open_end=True
            ),
            "time": Variable(("time",), "time t/tau", "tau", of="times", open_end=True),
        },
        {"network": networks(pair_labels(unit.problem.auxiliary), "network")},
        cost,
    )


def curves_unit(params: Figure2) -> Unit:
    """One main task, alone and with the extreme auxiliary tasks, with the loss at every look.

    The main task is the first of high SNR, the dataset the first, the points those of the left
    panel; each network is trained until its losses have passed their minima.
    """
    n = params.n_train_left
    S_A = high_main_tasks(params)[0]
    problem = problem_of(params, n, n, S_A, 0, **extreme_tasks(params))
    training = training_of(params, n, S_A, curves=True)
    return Unit(problem, training, params.N2, params.s0, params.initial)


def derive(params: Figure2, data: xr.Dataset) -> xr.Dataset:
    """Average the benefits as the two panels do.

    Returns
    -------
    xarray.Dataset
        What `compared` gives over the points of both panels; the line segments `MT_left`
        over (bound, source, S_A, snr, r_AB) and `MT_right` over (bound, source, n_right, snr,
        r_AB), with their `effect_left` and `effect_right`; `curve_S_A`, the main task of the
        learning curves.
    """
    found, benefit, cells = compared(params, data, published.load("rank-10"))
    at_left = {"n_train": params.n_train_left}
    high = high_main_tasks(params)
    at_right = {"n_train": list(params.n_train), "S_A": high}
    left, left_cells = benefit.sel(at_left), cells.sel(at_left)
    right = benefit.sel(at_right).rename(n_train="n_right")
    right_cells = cells.sel(at_right).rename(n_train="n_right")
    what = "singular value of this main task"
    return found.assign(
        MT_left=segments(params, left, published=left_cells),
        MT_right=segments(params, right, ["S_A"], right_cells),
        effect_left=effects(params, left, published=left_cells),
        effect_right=effects(params, right, ["S_A"], right_cells),
        curve_S_A=variable((), high[0], what),
    ).assign_coords(
        {"n_right": variable("n_right", list(params.n_train), "training points, right panel")}
        | snr_coordinates()
    )


STAGES = (Stage(measure, derive),)
