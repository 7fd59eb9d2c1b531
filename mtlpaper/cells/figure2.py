"""How the data of Figure 2 are checked."""

from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.cells.benefits import follows, grid, linear
from mtlpaper.cells.checks import At, Checks, Piece
from mtlpaper.cells.precision import LOSS
from mtlpaper.experiments import figure2
from mtlpaper.experiments.benefits import high_main_tasks
from mtlpaper.settings.figure2 import Figure2


def _curves(params: Figure2, at: At) -> dict[str, Any]:
    """Losses of all networks of the learning curves, as far as they are published."""
    published = at["curve"]
    curves = figure2.learning_curves(params)["curve"].values
    shown = np.full(published.shape, np.nan)
    n = min(curves.shape[1], published.shape[1])
    shown[:, :n] = curves[:, :n]
    # Rounding may end a curve a look sooner or later, well past its minimum.
    both = np.isfinite(published) & np.isfinite(shown)
    return {"curve": np.where(both, shown, published)}


def _of_params(params: Figure2, _: xr.Dataset) -> dict[str, xr.Variable]:
    return {
        "curve_S_A": xr.Variable((), high_main_tasks(params)[0]),
        "n_right": xr.Variable("n_right", list(params.n_train)),
    }


CHECKS = Checks(
    pieces=(
        *grid(("n_train",), lambda params, at: linear(params, at["n_train"], at["n_train"])),
        Piece((), _curves, {"curve": LOSS}, lambda *_: 1.0, given=("curve",)),
    ),
    derived=(follows, figure2.panels, _of_params),
)
