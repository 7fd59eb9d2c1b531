"""How the data of the multiverse are checked: one unit of one setting at a time."""

from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.cells.benefits import seconds
from mtlpaper.cells.checks import At, Checks, Piece
from mtlpaper.cells.precision import LOSS, of_unit
from mtlpaper.cells.tolerances import DOUBLE
from mtlpaper.experiments import multiverse
from mtlpaper.experiments.design import FACTORS, choices, levels_of
from mtlpaper.experiments.scanned import gap_unit, scanned_unit
from mtlpaper.settings.multiverse import Multiverse


def _unit(params: Multiverse, at: At) -> Any:
    panel = multiverse.panels(params)[at["panel"]]
    return multiverse.unit_of(params, choices(params)[at["setting"]], panel)


def _benefit(params: Multiverse, at: At) -> dict[str, Any]:
    panel = multiverse.panels(params)[at["panel"]]
    if panel.depth and at["setting"] >= params.n_deep:
        return {"benefit": np.full((3, 3), np.nan)}
    choice = choices(params)[at["setting"]]
    found = scanned_unit(_unit(params, at))["benefit"]
    return {"benefit": multiverse.on_grid(params, choice, panel, found)}


def _gap(params: Multiverse, at: At) -> dict[str, Any]:
    choice = choices(params)[at["setting"]]
    return {"gap": gap_unit(multiverse.gap_unit_of(params, choice, at["N3"]))["gap"]}


def _levels(params: Multiverse, _: xr.Dataset) -> dict[str, xr.Variable]:
    settings = choices(params)
    values = [[multiverse.shown(getattr(one, name)) for one in settings] for name in FACTORS]
    dims = ("factor", "setting")
    return {
        "level": xr.Variable(dims, levels_of(params, multiverse.N_BINS)),
        "value": xr.Variable(dims, values),
    }


CHECKS = Checks(
    pieces=(
        Piece(
            ("setting", "panel"),
            _benefit,
            {"benefit": LOSS},
            lambda params, at: 4 * seconds([_unit(params, at)]),
            tolerance_at=lambda params, at: {"benefit": of_unit(_unit(params, at))},
        ),
        Piece(("setting", "N3"), _gap, {"gap": DOUBLE}, lambda *_: 0.1),
    ),
    derived=(_levels, multiverse.judged),
)
