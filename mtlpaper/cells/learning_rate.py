"""How the data of the page on the learning rate are checked."""

from mtlpaper.cells.checks import Checks
from mtlpaper.cells.narrowed import narrowed
from mtlpaper.cells.tolerances import Tolerance
from mtlpaper.experiments import learning_rate

_SMALL = Tolerance(1e-4, 1e-8, "differences of nearly equal numbers that agree to some ten digits")

CHECKS = Checks(
    pieces=(
        narrowed(
            learning_rate.compute,
            {"N3": "N3"},
            {"distance": _SMALL, "distance_eq3": _SMALL, "slope": _SMALL},
            lambda *_: 2.0,
        ),
    )
)
