"""How the data on relatedness beyond one number are checked: a unit at a time."""

from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.benefit import TheoryUnit, Unit, bootstrap_interval
from mtlpaper.cells.benefits import gain, seconds, trained
from mtlpaper.cells.checks import At, Checks, Piece
from mtlpaper.cells.precision import LOSS
from mtlpaper.experiments.benefits import N_GROUPS
from mtlpaper.experiments.families import main_tasks
from mtlpaper.experiments.relatedness import laws_of, units_of
from mtlpaper.settings.relatedness import Relatedness


def _unit(params: Relatedness, at: At) -> Unit:
    mains = [main.name for main in main_tasks(params)]
    place = at["seed"], params.n_train.index(at["n_train"]), mains.index(at["main"])
    shape = params.n_seeds, len(params.n_train), len(mains)
    return units_of(params)[int(np.ravel_multi_index(place, shape))]


def _measured(params: Relatedness, at: At) -> dict[str, Any]:
    found = trained(_unit(params, at))
    groups = found["loss"][:1] - found["loss"][1:]
    error = groups.std(axis=-1, ddof=1) / np.sqrt(N_GROUPS)
    return {"benefit": gain(found), "test_error": error}


def _theory(params: Relatedness, at: At) -> dict[str, Any]:
    unit = TheoryUnit(_unit(params, at), "finite", params.n_points)
    return {"benefit_theory": gain(trained(unit))}


def _seconds(params: Relatedness, at: At) -> float:
    return 4 * seconds([_unit(params, at)])  # tens of networks, not two


def _follows(_: Relatedness, data: xr.Dataset) -> dict[str, xr.Variable]:
    """Mean benefits with intervals, and which are clear."""
    dims = ("n_train", "main", "auxiliary")
    MT = bootstrap_interval(data["benefit"].transpose("seed", *dims).values)
    return {
        "MT": xr.Variable(("bound", *dims), MT),
        "clear": xr.Variable(dims, (MT[1] > 0) | (MT[2] < 0)),
    }


def _laws(params: Relatedness, data: xr.Dataset) -> dict[str, xr.DataArray]:
    return {str(name): values for name, values in laws_of(params, data).data_vars.items()}


_UNIT = ("seed", "n_train", "main")
CHECKS = Checks(
    pieces=(
        Piece(_UNIT, _measured, {"benefit": LOSS, "test_error": LOSS}, _seconds),
        Piece(
            _UNIT,
            _theory,
            {"benefit_theory": LOSS},
            lambda params, at: 3 * _seconds(params, at),
        ),
    ),
    derived=(_follows, _laws),
    left={
        "L_single": "the loss behind the benefits, of which only the mean over datasets is kept",
        "share": "counts of where minima lie, of which only the sum is kept",
        "n_networks": "a count",
    },
)
