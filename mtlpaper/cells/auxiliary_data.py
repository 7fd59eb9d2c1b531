"""How the data of Figure 3 left are checked."""

from mtlpaper.cells.benefits import follows, grid, linear
from mtlpaper.cells.checks import Checks
from mtlpaper.experiments import auxiliary_data

CHECKS = Checks(
    pieces=grid(("n_aux",), lambda params, at: linear(params, params.n_train, at["n_aux"])),
    derived=(follows, auxiliary_data.panels),
)
