"""How the data of the scan over unstated settings are checked."""

from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.cells.checks import At, Checks, Piece
from mtlpaper.cells.narrowed import narrowed
from mtlpaper.cells.precision import LOSS, loss_tolerance
from mtlpaper.cells.tolerances import Tolerance
from mtlpaper.experiments import unstated
from mtlpaper.published import BENEFIT_AXES
from mtlpaper.settings.unstated import Unstated

_SETTING = {"size": "sizes", "s0": "s0", "sigma": "sigmas", "inputs": "input_rules"}
_FINALIST = (*_SETTING, "bins", "n_high", "distance")
_CHOSEN = (*_FINALIST[:-1], "activation", "scale")


def _deep(params: Unstated, at: At) -> dict[str, Any]:
    finalist = {name: at[f"finalist_{name}"] for name in _FINALIST}
    one = params.model_copy(update={"scales": (at["scale"],)})
    span = unstated.deep(one, [finalist], [at["activation"]])["deep_span"]
    return {"deep_span": span.values[0, 0, 0]}


def _deep_tolerance(params: Unstated, _: At) -> dict[str, Tolerance]:
    return {"deep_span": loss_tolerance(max(params.depth), params.dtype)}


def _harm(params: Unstated, at: At) -> dict[str, Any]:
    chosen = {name: at[f"chosen_{name}"] for name in _CHOSEN}
    one = params.model_copy(update={"S_B": (at["S_B"],)})
    return {"harm": unstated.readings(one, chosen)["harm"].values[..., 0]}


def _distances(_: Unstated, data: xr.Dataset) -> dict[str, xr.Variable | xr.DataArray]:
    """Distances of the ranges from the published axes."""
    axis = np.array([BENEFIT_AXES[panel] for panel in unstated.PANELS])
    deep_axis = np.array(BENEFIT_AXES["Figure 3, right"])
    each = unstated.distance(data["span"].values, axis)
    far = unstated.distance(data["deep_span"].values, deep_axis)
    near = data["finalist_distance"].values[:, None, None]
    kind = data["deep_span"].dims[:-1]
    return {
        "axis": xr.Variable(("panel", "end"), axis),
        "deep_axis": xr.Variable("end", deep_axis),
        "distance": xr.Variable(data["span"].dims[:-2], np.sqrt((each**2).mean(axis=-1))),
        "deep_distance": xr.Variable(kind, far),
        "total_distance": xr.Variable(kind, unstated.total_distance(near, far)),
    }


def _choices(params: Unstated, data: xr.Dataset) -> dict[str, xr.Variable]:
    """Finalists and the chosen setting, by the rule."""
    finalists = unstated.closest(data["distance"], params.n_finalists)
    chosen = unstated.choose(data["total_distance"], finalists)
    named = {
        f"finalist_{name}": xr.Variable("finalist", [f[name] for f in finalists])
        for name in _FINALIST
    }
    return named | {f"chosen_{name}": xr.Variable((), chosen[name]) for name in _CHOSEN}


CHECKS = Checks(
    pieces=(
        narrowed(unstated.linear, _SETTING, {"span": LOSS}, lambda *_: 3.0),
        Piece(
            ("finalist", "activation", "scale"),
            _deep,
            {"deep_span": LOSS},
            lambda *_: 15.0,
            given=tuple(f"finalist_{name}" for name in _FINALIST),
            tolerance_at=_deep_tolerance,
        ),
        Piece(
            ("S_B",),
            _harm,
            {"harm": LOSS},
            lambda *_: 1.0,
            given=tuple(f"chosen_{name}" for name in _CHOSEN),
        ),
    ),
    derived=(_distances, _choices),
)
