"""How the data of the page on the other singular values are checked."""

from mtlpaper.cells.checks import Checks
from mtlpaper.cells.narrowed import LABELS, narrowed
from mtlpaper.cells.tolerances import DOUBLE, FLOW
from mtlpaper.experiments import spectrum

CHECKS = Checks(
    pieces=(
        narrowed(
            spectrum.compute,
            {"sigma": "sigma", "imbalance": "imbalance", "N3": "N3"},
            {"S_sgd": DOUBLE, "S_flow": FLOW, "S_hat": DOUBLE, "rate": DOUBLE, "kind": DOUBLE}
            | LABELS,
            lambda *_: 1.0,
        ),
    )
)
