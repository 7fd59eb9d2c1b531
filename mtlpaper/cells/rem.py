"""How the data of the random-energy model's page are checked."""

from mtlpaper.cells.checks import Checks
from mtlpaper.cells.narrowed import narrowed
from mtlpaper.cells.tolerances import Tolerance
from mtlpaper.experiments import rem

_QUADRATURE = Tolerance(1e-7, 1e-10, "quadratures and a root found to about this")
_NAMES = ("Y2", "gamma", "log_Z")

CHECKS = Checks(
    pieces=(
        narrowed(
            rem.compute,
            {"N3": "N3"},
            dict.fromkeys(
                (*_NAMES, *(f"{n}_rem" for n in _NAMES), "s_c", "s_half", "s"), _QUADRATURE
            ),
            lambda *_: 1.0,
        ),
    )
)
