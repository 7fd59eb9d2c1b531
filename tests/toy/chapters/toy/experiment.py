import xarray as xr

from mtlpaper.companion.contract import Grid, Labels, Stage, Tolerance, Variable
from toy.units import Unit, draw


def measure(params, _):
    yield Grid(
        {"point": Labels(range(params.n), "point")},
        lambda point: Unit(params.seed + point, shape=()),
        draw,
        {"x": Variable((), "a random number", tolerance=Tolerance(0.0, 1e-9, "the same stream"))},
    )


def derive(params, _):
    if params.fault == "raise":
        raise ArithmeticError("the toy broke")
    return xr.Dataset()


STAGES = (Stage(measure, derive),)
