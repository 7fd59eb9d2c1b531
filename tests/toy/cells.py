import numpy as np
import xarray as xr

from mtlpaper.cells import Checks, Piece, Tolerance
from toy.units import Unit, draw


def points(params, at):
    return {"x": draw(Unit(params.seed + at["point"], shape=()))["x"]}


def labels(params, _data):
    return {"point": xr.Variable("point", np.arange(params.n))}


CHECKS = Checks(
    pieces=(
        Piece(
            ("point",),
            points,
            {"x": Tolerance(0.0, 1e-9, "the same stream")},
            lambda _, at: 1.0 + 9.0 * (at["point"] == 0),
        ),
    ),
    derived=(labels,),
)
