import os
import time

import numpy as np
import xarray as xr

from mtlpaper.sweeps import map_parallel


def draw(seed: int) -> float:
    return float(np.random.default_rng(seed).normal())


def compute(params) -> xr.Dataset:
    if params.fault == "raise":
        raise ArithmeticError("the toy broke")
    if params.fault == "die":
        os.kill(os.getpid(), 9)
    if params.fault == "wait":
        time.sleep(600)
    points = map_parallel(draw, range(params.seed, params.seed + params.n))
    index = ("point", np.arange(params.n), {"units": "1", "long_name": "point"})
    data = xr.Dataset({"x": ("point", points)}, coords={"point": index})
    data.x.attrs = {"units": "1", "long_name": "a random number"}
    return data
