"""How the data of the page on stopping are checked."""

from typing import Any

import xarray as xr

from mtlpaper.benefit import Unit
from mtlpaper.cells.benefits import AnyUnit, follows, grid, linear, loss_piece
from mtlpaper.cells.checks import At, Checks, Piece
from mtlpaper.cells.precision import LOSS
from mtlpaper.experiments import stopping
from mtlpaper.experiments.benefits import training_of
from mtlpaper.settings.stopping import Stopping


def _rate(params: Stopping, at: At) -> Unit:
    task = stopping.auxiliary_tasks(params)[at["auxiliary"]]
    rate = stopping.rates(params)[at["rate"]]
    return stopping.rate_unit(params, at["points"], rate, at["seed"], **task)


def _deep(params: Stopping, at: At) -> AnyUnit:
    task = stopping.auxiliary_tasks(params)[at["auxiliary"]]
    return stopping.deep_rate_unit(params, at["depth"], at["deep_rate"], at["seed"], **task)


def _early(params: Stopping, _: At) -> dict[str, Any]:
    return {"early_difference": stopping.early_difference(params)}


def _of_params(params: Stopping, _: xr.Dataset) -> dict[str, xr.Variable]:
    rates = [training_of(params, n).learning_rate for n in params.sample_points]
    return {
        "rate_in_use": xr.Variable("points", rates),
        "sample_S_A": xr.Variable((), params.S_A[-1]),
    }


CHECKS = Checks(
    pieces=(
        *grid((), lambda params, _: linear(params, params.n_train, params.n_train)),
        loss_piece("benefit_rate", ("seed", "points", "rate", "auxiliary"), _rate),
        loss_piece("benefit_deep", ("seed", "depth", "deep_rate", "auxiliary"), _deep),
        Piece((), _early, {"early_difference": LOSS}, lambda *_: 20.0),
    ),
    derived=(follows, stopping.means, _of_params),
)
