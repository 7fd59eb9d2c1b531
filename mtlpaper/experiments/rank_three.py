"""Figure A2: the benefit with teachers of rank three, for two readings of the number of classes."""

import xarray as xr

from mtlpaper.benefit import linear_unit
from mtlpaper.experiments.benefits import (
    effects,
    from_units,
    high_main_tasks,
    in_order,
    linear_units,
    segments,
    snr_coordinates,
)
from mtlpaper.experiments.labels import variable
from mtlpaper.settings.rank_three import RankThree


def compute(params: RankThree) -> xr.Dataset:
    """Train every network for each number of classes.

    Returns
    -------
    xarray.Dataset
        What `measured` gives over (n_train, S_A, S_B, r_AB), each with the further dimension N3;
        the line segments `MT_left` over (bound, N3, n_train, S_A, snr, r_AB) and `MT_right` of the
        high-SNR main tasks over (bound, N3, n_train, snr, r_AB), with their `effect_right`.
    """
    points = [(n, n) for n in params.n_train]
    units = [unit for N3 in params.N3 for unit in linear_units(params, points, N3=N3)]
    results = in_order(linear_unit, units)
    each = len(units) // len(params.N3)
    parts = [
        from_units(params, results[start : start + each], "n_train", params.n_train)
        for start in range(0, len(units), each)
    ]
    N3 = variable("N3", list(params.N3), "number of classes")
    data = xr.concat(parts, dim="N3", combine_attrs="override").assign_coords(N3=N3)
    return data.assign(panels(params, data)).assign_coords(snr_coordinates())


def panels(params: RankThree, data: xr.Dataset) -> dict[str, xr.Variable]:
    """Average the benefits of single cells as the figure does."""
    benefit = data["benefit"].sel(rule="test")
    high = benefit.sel(S_A=high_main_tasks(params))
    return {
        "MT_left": segments(params, benefit),
        "MT_right": segments(params, high, over=["S_A"]),
        "effect_right": effects(params, high, over=["S_A"]),
    }
